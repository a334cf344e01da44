"""Messages with ``{placeholders}``, matched backwards: from a finished sentence to what was filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Formatter

from assessment.language.pieces import is_balanced

WEAK_BELOW_LETTERS = 8
# A full stop, or a place for a sentence at the end.
_SENTENCE = re.compile(r"\.$|[.:;),] ?\{\w+\}$")


@dataclass(frozen=True)
class Template:
    """One message with placeholders and its translation.

    Attributes
    ----------
    patterns : tuple
        The first place as short, and as long as can be.
    literals : tuple of str
        What stands between the placeholders, the longest first; a sentence without them cannot be this one.
    is_sentence : bool
        Whether it ends like one; a phrase may be followed by a full stop that is not its own.
    """

    patterns: tuple[re.Pattern[str], re.Pattern[str]]
    translation: str
    literals: tuple[str, ...]
    is_sentence: bool

    @classmethod
    def of(cls, message: str, translation: str) -> Template:
        """Read a message; the same name twice stands for the same text."""
        parts, seen, literals = [], set[str](), []
        for literal, name, _, _ in Formatter().parse(message):
            parts.append(re.escape(literal))
            if literal:
                literals.append(literal)
            if name is not None:
                parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*?)")
                seen.add(name)
        short = "".join(parts)
        patterns = (re.compile(short, re.DOTALL), re.compile(short.replace(".*?", ".*", 1), re.DOTALL))
        longest_first = tuple(sorted(literals, key=len, reverse=True))
        return cls(patterns, translation, longest_first, _SENTENCE.search(message) is not None)

    @property
    def is_weak(self) -> bool:
        """Whether so little of it is fixed that other readings of a text go first: ``{shown}, not {limit}``."""
        return sum(letter.isalpha() for literal in self.literals for letter in literal) < WEAK_BELOW_LETTERS

    @property
    def length(self) -> int:
        """Letters that a sentence shares with it whatever is filled in: the more, the surer."""
        return sum(map(len, self.literals))

    def match(self, text: str) -> dict[str, str] | None:
        """What was filled in, every bracket closed within one place if all are; None where it is another sentence."""
        if not all(literal in text for literal in self.literals):
            return None
        found = [one.groupdict() for pattern in self.patterns if (one := pattern.fullmatch(text))]
        closed = (values for values in found if all(map(is_balanced, values.values())))
        return next(closed, None if is_balanced(text) else found[0] if found else None)


def placeholders(message: str) -> set[str]:
    """Names of the places that are filled in."""
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}
