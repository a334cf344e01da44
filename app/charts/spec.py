"""One chart as data: drawn by plotly on the screen and by matplotlib into files, so that both show the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Dash = Literal["solid", "dash"]

NEUTRAL = "#6E6E6E"
# What has no sides is neither blue nor orange: the green of Okabe and Ito's palette.
MIDDLE = "#009E73"


@dataclass(frozen=True)
class Trust:
    """What a reader must know of curves before using them, in the words of results.

    Attributes
    ----------
    origin : str
        Where the contact forces of a moment or power came from; empty for angles.
    quality : str
    synthetic : bool
    """

    origin: str
    quality: str
    synthetic: bool


@dataclass(frozen=True)
class Line:
    """A curve; NaN leaves a gap. ``legend``: whether its name is listed."""

    x: Array
    y: Array
    name: str
    colour: str
    width: float = 1.8
    dash: Dash = "solid"
    opacity: float = 1.0
    legend: bool = True
    markers: bool = False
    trust: Trust | None = None


@dataclass(frozen=True)
class Band:
    """The space between two curves; NaN leaves a gap."""

    x: Array
    low: Array
    high: Array
    name: str
    colour: str
    trust: Trust | None = None

    def pieces(self) -> list[tuple[Array, Array, Array]]:
        """Stretches without a gap: x, low, high."""
        known = np.isfinite(self.low) & np.isfinite(self.high)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], known.astype(int), [0]))))
        return [(self.x[a:b], self.low[a:b], self.high[a:b]) for a, b in zip(edges[::2], edges[1::2], strict=True)]


@dataclass(frozen=True)
class Span:
    """A shaded stretch of the x axis: one repetition."""

    start: float
    stop: float
    text: str = ""


@dataclass(frozen=True)
class Mark:
    """A dotted vertical line: an event."""

    x: float
    text: str = ""
    colour: str = NEUTRAL


@dataclass(frozen=True)
class PlotSpec:
    """One chart.

    Attributes
    ----------
    alt : str
        What a reader who does not see it is told.
    cursor : float or None
        The moment that the 3-D page was left at.
    """

    title: str
    x_title: str
    y_title: str
    lines: tuple[Line, ...]
    alt: str
    bands: tuple[Band, ...] = ()
    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    cursor: float | None = None
