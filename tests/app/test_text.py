"""Text from files is shown as it stands: nothing in it formats the page, is an emoji or a link."""

from __future__ import annotations

import pytest

from app.text import APART, plain


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("P1 :smile: www.evil.com", rf"P1 :{APART}smile: www{APART}.evil.com"),
        ("http://evil.com HTTPS://evil.com", rf"http:{APART}//evil.com HTTPS:{APART}//evil.com"),
        ("kim@evil.com", f"kim@{APART}evil.com"),
        (":material/home: :+1: :100:", f":{APART}material/home: :{APART}+1: :{APART}100:"),
        ("P1:red", r"P1\:red"),
        ("a&lt;b", r"a\&lt;b"),
        ("_x_ **y**", r"\_x\_ \*\*y\*\*"),
    ],
)
def test_what_markdown_would_act_on_is_escaped(text: str, escaped: str) -> None:
    # Streamlit looks for emoji and addresses once escapes are gone, so that a backslash would not keep them apart.
    assert plain(text).replace(r"\+", "+") == escaped


@pytest.mark.parametrize("text", ["Asym_0", "P001", "12:30:45", "Age: 72 years", "R & D", "2026-03-02"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    """It is a name that is read aloud, too."""
    assert plain(text) == text
