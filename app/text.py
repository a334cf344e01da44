"""Text from files, shown as text: markdown in a name or in metadata must neither format the page nor load anything."""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"([\\`*{}\[\]()<>#+!|~$]|:(?=[A-Za-z])|&(?=[#\w]))")
# Between letters or digits it formats nothing, and labels are read aloud as they are written.
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# Emoji and bare addresses are looked for once the escapes are gone: only another character keeps them apart.
_SHORTCODE = re.compile(r"(?<=:)(?=(?:[\w+/-]*[A-Za-z+-][\w+/-]*|100|1234):)")
_ADDRESS = re.compile(r"(?<=www)(?=\.)|(?<=http:)(?=//)|(?<=https:)(?=//)|(?<=@)(?=\w)", re.IGNORECASE)
APART = "\N{WORD JOINER}"
"""Is neither seen nor read."""


def plain(text: str) -> str:
    """Escape what markdown would act on: links, images, HTML, formulas, colours, emoji and bare addresses."""
    apart = _ADDRESS.sub(APART, _SHORTCODE.sub(APART, text))
    return _UNDERSCORE.sub(r"\\_", _MARKDOWN.sub(r"\\\1", apart))
