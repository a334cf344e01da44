"""Change between two visits: what is more than measurement error, and, apart from it, what matters."""

from __future__ import annotations

from math import hypot, sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from assessment.uncertainty.interval import Z95, formatted
from assessment.uncertainty.measured import Measured
from assessment.uncertainty.reliability import (
    Meaningful,
    Repeatability,
    Setting,
    better,
    meaningful_difference,
    repeatability,
)
from pipeline.trajectories import Array

Verdict = Literal[
    "increased",
    "decreased",
    "more than the recordings' error",
    "no change beyond measurement error",
    "cannot be told",
]
"""Change is called change only where it is known how people repeat; beyond the errors of two recordings it is not."""

# 1.2 - 1.1 is a little less than 0.1 in binary numbers.
ROUNDING = 1e-9

NO_ERROR_KNOWN = "No measurement error is known for it: neither a published one nor one of these two values."
OWN_ERRORS_ONLY = (
    "No published detectable change: 1.96 times the standard error of the difference of these two values. How much a "
    "person varies from one test to the next is not in it, so that the true limit is wider and no change is called."
)


class MeaningfulRecord(BaseModel):
    """The difference that matters, and whether this one is as large; says nothing about whether it can be detected."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    small: float
    substantial: float | None
    reached: Literal["less than small", "small", "substantial"] | None = Field(
        description="null where the figure was not verified, and is therefore not applied"
    )
    source: str


class Change(BaseModel):
    """One indicator at two visits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    indicator: str
    label: str
    unit: str
    activity: str
    side: Literal["r", "l"] | None
    before: float | None
    after: float | None
    difference: float | None = Field(description="after minus before")
    standard_error: float | None = Field(description="of the difference; null where none is known")
    mdc95: float | None = Field(description="smallest difference that is more than measurement error, at 95 %")
    mdc95_source: str
    verdict: Verdict
    direction: Literal["better", "worse"] | None = Field(
        description="null without a change, or where nothing declares it"
    )
    meaningful: MeaningfulRecord | None
    reason: str = Field(description="why it cannot be told; empty otherwise")
    sentence: str


def change(
    before: Measured | None, after: Measured | None, *, sex: str = "unspecified", setting: Setting = "between sessions"
) -> Change:
    """Compare one indicator between two visits.

    Where repeatability is published for the setting, the variance of the difference is that of two such measurements
    plus the variances of the two values' own standard errors. An own standard error that *is* the published
    within-session one counts once: what varies between sessions contains it. Where none is published, the own standard
    errors alone decide, and the result says so.

    Parameters
    ----------
    before, after : Measured or None
        The same indicator; one may be None where a visit lacks it.
    sex : str
        For differences that matter and are published by sex.
    setting : {'between sessions', 'within session'}

    Raises
    ------
    ValueError
        Both are None, or they are different indicators.
    """
    first = before or after
    if first is None or (before is not None and after is not None and before.indicator != after.indicator):
        raise ValueError("A change needs two values of one indicator, of which at most one is missing.")
    reason = _incomparable(before, after)
    difference = error = None
    published = repeatability(first.indicator, first.unit, setting)
    if not reason and before is not None and after is not None:
        difference, error = _difference(before, after, published)
        if error is None:
            reason = NO_ERROR_KNOWN
    verdict = _verdict(difference, error, reason, published)
    return Change(
        indicator=first.indicator,
        label=first.label,
        unit=first.unit,
        activity=first.activity,
        side=first.side,
        before=before.value if before else None,
        after=after.value if after else None,
        difference=difference,
        standard_error=error,
        mdc95=None if error is None else Z95 * error,
        mdc95_source="" if error is None else _source(published),
        verdict=verdict,
        direction=_direction(first.indicator, verdict),
        meaningful=_meaningful(meaningful_difference(first.indicator, first.unit, sex), difference),
        reason=reason,
        sentence=_sentence(first, difference, error, verdict, reason),
    )


def _incomparable(before: Measured | None, after: Measured | None) -> str:
    """Why two values cannot be set against each other; empty where they can."""
    for visit, one in (("first", before), ("second", after)):
        if one is None:
            return f"It was not measured at the {visit} visit."
        if one.value is None:
            return f"It is withheld at the {visit} visit: {' '.join(one.reasons)}".strip()
    if before is None or after is None:  # for the type checker; the loop has returned
        return ""
    for what, earlier, later in (
        ("The units", before.unit, after.unit),
        ("The movements", before.activity, after.activity),
        ("The protocols", before.protocol, after.protocol),
        ("The contact forces", before.origin, after.origin),
    ):
        if earlier != later:
            return f"{what} of the two visits differ: {earlier or 'not stated'} and {later or 'not stated'}."
    return ""


def _difference(
    before: Measured, after: Measured, published: Repeatability | None
) -> tuple[float | None, float | None]:
    """After minus before, and its standard error where one is known."""
    if before.value is None or after.value is None:
        return None, None
    difference = after.value - before.value
    if published is not None:
        own = (np.nan if one.standard_error is None else one.standard_error for one in (before, after))
        return difference, float(error_of_difference(published, before.indicator, before.unit, *own))
    if before.standard_error is None or after.standard_error is None:
        return difference, None
    error = hypot(before.standard_error, after.standard_error)
    # Two exact values (counts) have no error to speak of: nothing says how a person varies.
    return difference, error or None


def error_of_difference(
    published: Repeatability, indicator: str, unit: str, before: npt.ArrayLike, after: npt.ArrayLike
) -> Array:
    """Standard error of the difference of two values of an indicator whose repeatability is published.

    A value's own standard error counts as far as it goes beyond the published within-session one, which every
    published change contains.

    Parameters
    ----------
    published : Repeatability
        For the setting in which the two were measured.
    indicator, unit : str
    before, after : array_like
        Own standard errors of the two values; NaN where not known.
    """
    within = repeatability(indicator, unit, "within session")
    known = 0.0 if within is None else within.sem
    own = [np.maximum(np.nan_to_num(np.square(error, dtype=float)) - known**2, 0.0) for error in (before, after)]
    # The published detectable change itself, not one worked out again from a rounded SEM.
    return np.sqrt((published.mdc95 / Z95) ** 2 + own[0] + own[1])


def _verdict(difference: float | None, error: float | None, reason: str, published: Repeatability | None) -> Verdict:
    if reason or difference is None or error is None:
        return "cannot be told"
    if abs(difference) <= Z95 * error:
        return "no change beyond measurement error"
    if published is None:
        return "more than the recordings' error"
    return "increased" if difference > 0.0 else "decreased"


def _direction(indicator: str, verdict: Verdict) -> Literal["better", "worse"] | None:
    good = better(indicator)
    if good is None or verdict not in ("increased", "decreased"):
        return None
    return "better" if (verdict == "increased") == (good == "higher") else "worse"


def _source(published: Repeatability | None) -> str:
    if published is None:
        return OWN_ERRORS_ONLY
    return f"{published.source} ({published.setting}; {published.n} people: {published.population})"


def _meaningful(published: Meaningful | None, difference: float | None) -> MeaningfulRecord | None:
    if published is None:
        return None
    reached: Literal["less than small", "small", "substantial"] | None = None
    if published.verified and difference is not None:
        size = abs(difference) + ROUNDING
        reached = "small" if size >= published.small else "less than small"
        if published.substantial is not None and size >= published.substantial:
            reached = "substantial"
    unread = "" if published.verified else " (not verified in the paper: not applied)"
    return MeaningfulRecord(
        small=published.small,
        substantial=published.substantial,
        reached=reached,
        source=f"{published.source}{unread}",
    )


def _sentence(first: Measured, difference: float | None, error: float | None, verdict: Verdict, reason: str) -> str:
    name = first.label or first.indicator
    if difference is None or error is None:
        return f"{name}: whether it changed cannot be told. {reason}"
    # A difference keeps the digits of its unit: one that rounds to nothing would look like none.
    size = formatted(difference, None, first.unit)
    limit = formatted(Z95 * error, error / sqrt(2.0), first.unit).split(" (")[0]
    if verdict == "no change beyond measurement error":
        return f"{name}: difference {size}, within measurement error (up to {limit})."
    if verdict == "more than the recordings' error":
        return (
            f"{name}: difference {size}, more than the error of the two recordings ({limit}); how much a person varies "
            "from one test to the next is not known."
        )
    direction = _direction(first.indicator, verdict)
    ending = f": {direction}." if direction else "."
    return f"{name} {verdict} by {size.lstrip('-')}, more than measurement error ({limit}){ending}"
