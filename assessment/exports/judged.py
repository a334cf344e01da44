"""Which published cut-off an indicator may be shown with: read in the paper, for this protocol, a population named."""

from __future__ import annotations

from dataclasses import dataclass

from assessment.criteria import CriterionResult, FrameworkResult
from assessment.criteria.wording import OPPOSITE, SIGN
from assessment.person import MEASURED, SPPB
from assessment.summary import Summary


@dataclass(frozen=True)
class Judged:
    """A cut-off that was compared with a value of this person."""

    framework: FrameworkResult
    criterion: CriterionResult

    @property
    def text(self) -> str:
        """Criterion, cut-off and population in a sentence."""
        one, of = self.criterion, self.framework
        return (
            f"{of.title}: the criterion is {one.label} {SIGN[one.operator]} {one.cut_off:g} {one.unit} "
            f"(population: {of.population}; {of.citation}, doi:{one.doi})."
        )

    @property
    def range_text(self) -> str:
        """The side that does not meet the criterion."""
        one = self.criterion
        return f"{OPPOSITE[one.operator].strip()} {one.cut_off:g} {one.unit} does not meet this criterion. {self.text}"


def judged_quantity(summary: Summary, quantity: str) -> list[Judged]:
    """Cut-offs for a quantity, in the order of the frameworks.

    Left out are cut-offs that were not read in the paper itself, and those made for another protocol than the value's.
    """
    return [
        Judged(framework, criterion)
        for framework in summary.criteria
        for criterion in framework.criteria
        if criterion.quantity == quantity
        and criterion.value is not None
        and criterion.cut_off is not None
        and criterion.verified
        and not criterion.protocol_notes
    ]


def judged_indicators(summary: Summary, indicator: str, variant: str) -> list[Judged]:
    """The same for an indicator of a variant of its movement; empty where no criterion is about it."""
    quantity = quantity_of(indicator, variant)
    return judged_quantity(summary, quantity) if quantity else []


def judged_indicator(summary: Summary, indicator: str, variant: str) -> Judged | None:
    """The first of `judged_indicators`."""
    return next(iter(judged_indicators(summary, indicator, variant)), None)


def quantity_of(indicator: str, variant: str) -> str:
    """The quantity of published criteria that an indicator is; empty where it is none."""
    if indicator == SPPB:
        return "sppb"
    found = (one for one in MEASURED if one.indicator == indicator and not (one.not_of and one.not_of == variant))
    return next((one.quantity for one in found), "")
