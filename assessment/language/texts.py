"""`texts("ko")` gives the words of a language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from typing import Literal

Language = Literal["en", "ko"]
LANGUAGES: dict[Language, str] = {"en": "English", "ko": "한국어"}


@dataclass(frozen=True)
class Texts:
    """The words of one language.

    Called with an English message it returns the translated one, its ``{placeholders}`` filled in.
    """

    language: Language
    catalogue: NullTranslations

    def __call__(self, message: str, **values: object) -> str:
        """Translate a message of ours."""
        text = self.catalogue.gettext(message)
        return text.format(**values) if values else text

    def plural(self, singular: str, plural: str, n: int, **values: object) -> str:
        """Translate a message that counts ``{n}``."""
        return self.catalogue.ngettext(singular, plural, n).format(n=n, **values)

    def result(self, text: str) -> str:
        """Translate a sentence that a result carries (a reason, a label, a verdict); unknown ones stay English."""
        return text


@cache
def texts(language: Language) -> Texts:
    """The words of a language."""
    return Texts(language, NullTranslations())
