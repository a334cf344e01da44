"""What is wanted of the residual policy, and whether it is met: in pairs, person by person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.scaling.synthetic import Row, Table

Array = NDArray[np.float64]

# Measure, what it is called, and the change against the optimiser that is wanted at most [%].
CHANGES = (
    ("lengths_mm", "segment lengths", -10.0),
    ("joints_mm", "joint centres", -10.0),
    ("given_max_mm", "E_max", -10.0),
    ("given_rms_mm", "E_rms", 5.0),
)
# The same errors on movements kept back, and joint centres less the common offset: beside, not demanded.
BESIDE = (
    ("joints_less_offset_mm", "joint centres less offset"),
    ("unseen_max_mm", "E_max, movement kept back"),
    ("unseen_rms_mm", "E_rms, movement kept back"),
)
LONG_AXES, LONG_AXES_PERCENT = "long_axes_percent", 2.0

_RESAMPLES = 10_000


@dataclass(frozen=True)
class Line:
    """One demand, or one figure beside.

    Attributes
    ----------
    what : str
    value, low, high : float
        With its 95 % interval over people (percentiles of resampled people).
    wanted : float or None
        None: a figure beside.
    kind : {'change', 'error'}
        A change has a sign, and at most ``wanted`` is demanded; an error has none, and is to be below it.
    unit : str
    """

    what: str
    value: float
    low: float
    high: float
    wanted: float | None = None
    kind: Literal["change", "error"] = "change"
    unit: str = "%"

    @property
    def met(self) -> bool | None:
        """Whether the demand is met; None where nothing is demanded."""
        if self.wanted is None:
            return None
        return self.value < self.wanted if self.kind == "error" else self.value <= self.wanted

    def __str__(self) -> str:
        if self.kind == "error":
            text = f"{self.what}: {self.value:.2f} {self.unit} [{self.low:.2f}, {self.high:.2f}]"
        else:
            text = f"{self.what}: {self.value:+.1f} {self.unit} [{self.low:+.1f}, {self.high:+.1f}]"
        if self.wanted is None:
            return text
        bound = f"< {self.wanted:g}" if self.kind == "error" else f"<= {self.wanted:+g}"
        return f"{text}, wanted {bound} {self.unit}: {'met' if self.met else 'not met'}"


def compared(policy: Row, optimiser: Row) -> list[Line]:
    """Lines of one policy against an optimiser on the same people."""
    lines = [
        Line(what, *relative_change(policy.errors[name], optimiser.errors[name]), wanted)
        for name, what, wanted in CHANGES
    ]
    median = median_interval(policy.errors[LONG_AXES])
    lines.insert(2, Line("long axes, median error", *median, LONG_AXES_PERCENT, kind="error"))
    return lines + [Line(what, *relative_change(policy.errors[name], optimiser.errors[name])) for name, what in BESIDE]


def pooled(table: Table, rows: list[str]) -> Row:
    """Several seeds as one: every person's mean over the seeds."""
    seeds = [table[row] for row in rows]
    errors = {name: np.mean([seed.errors[name] for seed in seeds], axis=0) for name in seeds[0].errors}
    return Row(errors, float(np.mean([seed.cpu_s for seed in seeds])))


def relative_change(first: Array, second: Array) -> tuple[float, float, float]:
    """Mean of the first over that of the second, less one [%], and its 95 % interval: people drawn again, in pairs.

    Parameters
    ----------
    first, second : ndarray, shape (n_people,)
    """
    drawn = _drawn(len(first))
    ratios = 100.0 * (first[drawn].mean(axis=1) / second[drawn].mean(axis=1) - 1.0)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return float(100.0 * (first.mean() / second.mean() - 1.0)), float(low), float(high)


def median_interval(errors: Array) -> tuple[float, float, float]:
    """Median over people and segments, and its 95 % interval over people, shape (n_people, n_axes)."""
    medians = [np.median(errors[rows]) for rows in _drawn(len(errors))[:1000]]
    low, high = np.percentile(medians, [2.5, 97.5])
    return float(np.median(errors)), float(low), float(high)


def _drawn(n_people: int) -> NDArray[np.int_]:
    return np.random.default_rng(0).integers(n_people, size=(_RESAMPLES, n_people))
