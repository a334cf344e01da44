"""Which measured value a column of a cohort's wide table holds: movement, indicator and side, from its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assessment.activities.names import ACTIVITY_NAMES, VARIANTS
from assessment.catalogue import catalogue
from assessment.cohort.rows import sql_name


@dataclass(frozen=True)
class ValueColumn:
    """A column of the wide table that holds a measured value.

    Attributes
    ----------
    name : str
        Its error and its mark have the same name and `SE_SUFFIX` or `QUALITY_SUFFIX` behind it.
    indicator, unit : str
    activity : str
        With its variant, ``sit-to-stand/five-times``; empty of the whole visit.
    side : {'r', 'l', ''}
    """

    name: str
    indicator: str
    activity: str
    side: str
    unit: str

    @property
    def label(self) -> str:
        """The indicator in words; its name where the catalogue does not have it."""
        declared = catalogue().get(self.indicator)
        return declared.label if declared else self.indicator.replace("_", " ")

    @property
    def needs_moments(self) -> bool:
        """Whether forces under the feet went into it."""
        declared = catalogue().get(self.indicator)
        return declared is not None and declared.needs == "moments"


def value_columns(units: Mapping[str, str]) -> list[ValueColumn]:
    """Read the names of columns.

    Parameters
    ----------
    units : mapping
        Column -> unit, as `assessment.cohort.reading.CohortResults.units` has them.
    """
    return [_read(name, unit) for name, unit in units.items()]


def _read(name: str, unit: str) -> ValueColumn:
    parts = name.split("__")
    side = parts.pop() if len(parts) > 1 and parts[-1] in ("r", "l") else ""
    indicator = parts.pop()
    activity = _ACTIVITIES.get(parts[0], parts[0]) if parts else ""
    return ValueColumn(name, indicator, activity, side, unit)


def _activities() -> Iterator[str]:
    for name in ACTIVITY_NAMES:
        yield name
        yield from (f"{name}/{variant}" for variant in VARIANTS.get(name, ()))


_ACTIVITIES = {sql_name(activity): activity for activity in _activities()}
