"""Published repeatability of indicators, and differences that matter: the data of `reliability.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any, Literal

from assessment.uncertainty.interval import Z95

RELIABILITY = Path(__file__).parent / "reliability.toml"

Setting = Literal["within session", "between sessions"]
Better = Literal["higher", "lower"]
Tag = Literal["V", "S", "D", "M"]


@dataclass(frozen=True)
class Repeatability:
    """How well an indicator repeats in one study.

    Attributes
    ----------
    unit : str
    setting : {'within session', 'between sessions'}
    n : int
        People in the study.
    population, source : str
    tag : {'V', 'S', 'D', 'M'}
        How the figure was read; see `reliability.toml`.
    indicator : str or None
        Name in the catalogue; None holds for every indicator of the unit that has no entry of its own.
    published_sem, published_mdc95 : float or None
        In ``unit``; at least one is given.
    """

    unit: str
    setting: Setting
    n: int
    population: str
    source: str
    tag: Tag
    indicator: str | None = None
    published_sem: float | None = None
    published_mdc95: float | None = None
    note: str = ""

    @property
    def sem(self) -> float:
        """Standard error of measurement, in ``unit``; derived from the detectable change where not published."""
        return self.mdc95 / (Z95 * sqrt(2.0)) if self.published_sem is None else self.published_sem

    @property
    def mdc95(self) -> float:
        """Minimal detectable change at 95 %, in ``unit``; 1.96 * sqrt(2) * SEM where not published."""
        if self.published_mdc95 is not None:
            return self.published_mdc95
        if self.published_sem is None:
            raise ValueError(f"{self.source}: neither SEM nor MDC95 is given.")
        return Z95 * sqrt(2.0) * self.published_sem


@dataclass(frozen=True)
class Meaningful:
    """Differences that matter: ``small`` and, where known, ``substantial``, in ``unit``; ``sex`` None: of both."""

    indicator: str
    unit: str
    small: float
    population: str
    source: str
    tag: Tag
    substantial: float | None = None
    sex: Literal["f", "m"] | None = None
    n: int | None = None
    note: str = ""

    @property
    def verified(self) -> bool:
        """Whether the figure was read in a source; one recalled only is never applied."""
        return self.tag != "M"


def repeatability(indicator: str, unit: str, setting: Setting) -> Repeatability | None:
    """The published repeatability of an indicator; None where there is none for this setting.

    Parameters
    ----------
    indicator : str
        Name in the catalogue.
    unit : str
    setting : {'within session', 'between sessions'}
    """
    candidates = [entry for entry in _repeatabilities() if entry.unit == unit and entry.setting == setting]
    own = [entry for entry in candidates if entry.indicator == indicator]
    of_unit = [entry for entry in candidates if entry.indicator is None]
    return next(iter(own + of_unit), None)


def meaningful_difference(indicator: str, unit: str, sex: str) -> Meaningful | None:
    """The published difference that matters, or None; sex-specific ones need the sex to be known."""
    return next(
        (
            entry
            for entry in _meaningful()
            if entry.indicator == indicator and entry.unit == unit and entry.sex in (None, sex)
        ),
        None,
    )


def better(indicator: str) -> Better | None:
    """In which direction an indicator is read as better; None where nothing says."""
    direction = _data()["better"].get(indicator)
    return direction if direction in ("higher", "lower") else None


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(RELIABILITY.read_text(encoding="utf-8"))


@cache
def _repeatabilities() -> tuple[Repeatability, ...]:
    return tuple(
        Repeatability(published_sem=entry.pop("sem", None), published_mdc95=entry.pop("mdc95", None), **entry)
        for entry in (dict(entry) for entry in _data()["repeatability"])
    )


@cache
def _meaningful() -> tuple[Meaningful, ...]:
    return tuple(Meaningful(**entry) for entry in _data()["meaningful"])
