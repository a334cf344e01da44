"""How counts, shares, means and intervals of a cohort are written."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assessment.cohort.report.cohort import FEWEST, Cohort, shown
from assessment.cohort.report.key_numbers import MIXED, KeyNumber
from assessment.presentation import SAY_THEIR_MOVEMENT, places
from assessment.report.context import signs
from assessment.report.structure import Cell, Symbol
from assessment.uncertainty import decimals, fixed

NOTHING = "–"


def capital(text: str) -> str:
    """As it begins a line."""
    return text[:1].upper() + text[1:]


def count(n: int) -> str:
    """A count: ``12,345``."""
    return f"{n:,}"


def of_total(n: int, total: int) -> str:
    """A count and its share: ``12 (6 %)``; nothing of nothing."""
    return f"{count(n)}\u00a0({percent(n, total)})" if total else count(n)


def percent(n: int, total: int) -> str:
    """A share in whole per cent; a few of many are not none."""
    share = 100.0 * n / total
    text = "<1" if 0.0 < share < 0.5 else ">99" if 99.5 <= share < 100.0 else f"{share:.0f}"
    return f"{text}\u00a0%"


def digits(indicator: str, unit: str, standard_error: float) -> int:
    """Decimals of a mean of a cohort.

    What a unit is shown with is what one person's measurement supports; a mean of many is known better, and carries one
    more where its standard error allows.
    """
    finest = places(indicator, unit, None) + 1
    return max(decimals(unit, standard_error, finest) if standard_error > 0.0 else finest - 1, 0)


def digits_of_row(values: pd.Series, indicator: str, unit: str) -> int:
    """Decimals of a row of means: those that the mean of all its values supports, so that its columns compare."""
    return digits(indicator, unit, float(values.std(ddof=1)) / np.sqrt(len(values)) if shown(values) else np.nan)


def mean_and_sd(values: pd.Series, after: int) -> str:
    """Mean and standard deviation with so many decimals: ``12.8 (3.1)``; nothing of fewer than `FEWEST`."""
    if not shown(values):
        return few(len(values))
    sd = float(values.std(ddof=1))
    return signs(f"{fixed(float(values.mean()), after)}\u00a0({fixed(sd, after)})")


def quartiles(values: pd.Series, indicator: str, unit: str) -> str:
    """Median and quartiles: ``12.1 [10.4, 14.9]``; nothing of fewer than `FEWEST`."""
    if not shown(values):
        return few(len(values))
    after = max(places(indicator, unit, None), 0)
    low, middle, high = (fixed(float(values.quantile(share)), after) for share in (0.25, 0.5, 0.75))
    return signs(f"{middle} {between(low, high)}")


def between(low: str, high: str) -> str:
    """An interval, which is not torn apart at the end of a line."""
    return f"[{low},\u00a0{high}]"


def few(n: int) -> str:
    """In place of what is said of values where there are too few."""
    return f"n < {FEWEST}" if n else NOTHING


def p_text(p: float) -> str:
    """A p value with three decimals; what has none stays empty."""
    if not np.isfinite(p):
        return NOTHING
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def unit_text(cohort: Cohort, unit: str) -> str:
    """Unit as it stands behind a number; nothing behind counts and ratios."""
    if unit in ("1", "ratio"):
        return ""
    return cohort.words.result(unit).replace("deg/s", "°/s").replace("deg", "°").replace("*", "·")


def name_of(cohort: Cohort, number: KeyNumber) -> str:
    """Label of a key number, with its movement where it is not a test of one movement only."""
    _ = cohort.words
    label = _.result(number.label.removesuffix(" per body mass"))
    movement = "" if number.indicator in SAY_THEIR_MOVEMENT or not number.activity else cohort.movement(number.activity)
    return " · ".join(filter(None, (label, movement)))


def name_cell(cohort: Cohort, number: KeyNumber) -> Cell:
    """The same as the first cell of a row: with its unit, and the diamond of what a moment rests on."""
    unit = unit_text(cohort, number.unit)
    return Cell(text=name_of(cohort, number), aside=f"[{unit}]" if unit else "", symbol=origin_symbol(number.origin))


def origin_symbol(origin: str) -> Symbol | None:
    """Diamond of where contact forces came from; that of estimated ones where trials differ."""
    symbols: dict[str, Symbol] = {
        "measured": "measured", "estimated": "estimated", "simulated": "simulated", MIXED: "estimated",
    }  # fmt: skip
    return symbols.get(origin)


def origin_words(cohort: Cohort, origin: str) -> str:
    """Where contact forces came from, in words."""
    _ = cohort.words
    return {
        "measured": _("contact forces measured"),
        "estimated": _("contact forces estimated"),
        "simulated": _("contact forces simulated"),
        MIXED: _("contact forces measured in some trials of a visit, estimated in others"),
    }.get(origin, "")
