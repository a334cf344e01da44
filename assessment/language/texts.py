"""`texts("ko")` gives the words of a language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from gettext import NullTranslations
from typing import Literal

from assessment.language.catalogues import messages, translations
from assessment.language.particles import choose_particles
from assessment.language.sentences import Sentences

Language = Literal["en", "ko"]
LANGUAGES: dict[Language, str] = {"en": "English", "ko": "한국어"}
# What a language's grammar asks of a text once it is filled in; nothing, where there is none.
_FINISH: dict[Language, Callable[[str], str]] = {"ko": choose_particles}


@dataclass(frozen=True)
class Texts:
    """The words of one language.

    Called with an English message it returns the translated one, its ``{placeholders}`` filled in.

    Attributes
    ----------
    language : str
    catalogue : NullTranslations
        Of marked messages.
    sentences : Sentences
        Of what results say.
    finish : callable
        What the language's grammar asks of a text once it is filled in.
    """

    language: Language
    catalogue: NullTranslations
    sentences: Sentences = field(default_factory=lambda: Sentences({}))
    finish: Callable[[str], str] = str

    def __call__(self, message: str, **values: object) -> str:
        """Translate a message of ours."""
        # gettext answers the empty message with the head of its catalogue.
        text = self.catalogue.gettext(message) if message else ""
        return self.finish(text.format(**values)) if values else text

    def plural(self, singular: str, plural: str, n: int, **values: object) -> str:
        """Translate a message that counts ``{n}``."""
        return self.finish(self.catalogue.ngettext(singular, plural, n).format(n=n, **values))

    def result(self, text: str) -> str:
        """Translate a sentence that a result carries (a reason, a label, a verdict); unknown ones stay English."""
        return self.finish(self.sentences.translate(text))


@cache
def texts(language: Language) -> Texts:
    """The words of a language; read once in a process."""
    if language == "en":
        return Texts(language, NullTranslations())
    sentences = Sentences(messages(language, "results"))
    return Texts(language, translations(language), sentences, _FINISH.get(language, str))
