"""Quality marks: every number carries one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How far a number may be trusted, from best to worst."""

    REPORTED = "reported"
    WITH_CAUTION = "with caution"
    WITHHELD = "withheld"


_ORDER = list(Mark)


@dataclass(frozen=True)
class Quality:
    """A mark and the reasons for it; a withheld number is never shown, its reasons are."""

    mark: Mark = Mark.REPORTED
    reasons: tuple[str, ...] = ()

    @classmethod
    def caution(cls, *reasons: str) -> Quality:
        """Usable, with these caveats."""
        return cls(Mark.WITH_CAUTION, reasons)

    @classmethod
    def withheld(cls, *reasons: str) -> Quality:
        """Not usable, for these reasons."""
        return cls(Mark.WITHHELD, reasons)

    def __and__(self, other: Quality) -> Quality:
        """The worse mark of both, with the reasons of both, those of the worse mark first."""
        first, second = (other, self) if _ORDER.index(other.mark) > _ORDER.index(self.mark) else (self, other)
        return Quality(first.mark, tuple(dict.fromkeys(first.reasons + second.reasons)))
