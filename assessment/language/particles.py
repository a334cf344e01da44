"""Korean particles after what is filled in: translations write both, as in ``{name}을(를)``; one of them is right."""

from __future__ import annotations

import re

# Both forms -> after a final consonant, after a vowel.
_FORMS = {
    "을(를)": ("을", "를"),
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "(이)라는": ("이라는", "라는"),
}
_BOTH = re.compile(r"([가-힣0-9])([)\]\"'’]*)(" + "|".join(map(re.escape, _FORMS)) + ")")
# How digits end when they are read: yeong, il, sam, yuk, chil, pal have a final consonant.
_CONSONANT_DIGITS = "013678"
_RIEUL = 8
_RIEUL_DIGITS = "178"


def choose_particles(text: str) -> str:
    """Keep the form that goes with the sound before it; after Latin letters and signs both stay."""
    return _BOTH.sub(_chosen, text)


def _chosen(found: re.Match[str]) -> str:
    last, closing, both = found.groups()
    after_consonant, after_vowel = _FORMS[both]
    final = -1 if last.isdigit() else (ord(last) - ord("가")) % 28
    is_rieul = final == _RIEUL or last in _RIEUL_DIGITS
    has_final = last in _CONSONANT_DIGITS if last.isdigit() else final > 0
    # "ro" follows a final rieul as it follows a vowel.
    return last + closing + (after_consonant if has_final and not (is_rieul and both == "(으)로") else after_vowel)
