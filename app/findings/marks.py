"""Quality marks and verdicts in a word and a sign; never in a colour alone, and never in one that alarms."""

from __future__ import annotations

from app.language import _
from assessment.criteria import Verdict
from pipeline.quality import Mark


def mark_text(mark: Mark) -> str:
    """Sign and word of a quality mark, as markdown."""
    return {
        Mark.REPORTED: ":material/check_circle: " + _("reported"),
        Mark.WITH_CAUTION: ":material/info: " + _("with caution"),
        Mark.WITHHELD: ":material/block: " + _("withheld"),
    }[mark]


def mark_word(mark: Mark) -> str:
    """The word alone."""
    return {
        Mark.REPORTED: _("reported"),
        Mark.WITH_CAUTION: _("with caution"),
        Mark.WITHHELD: _("withheld"),
    }[mark]


def verdict_text(verdict: Verdict) -> str:
    """Outcome of a criterion, in words."""
    return {
        Verdict.MEETS: _("meets"),
        Verdict.DOES_NOT_MEET: _("does not meet"),
        Verdict.INDETERMINATE: _("indeterminate"),
        Verdict.NOT_ASSESSABLE: _("not assessable"),
    }[verdict]
