"""Which files a run leaves beside `summary.json` and its tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Outputs:
    """Files for one purpose each; what is left out changes no number.

    Attributes
    ----------
    opensim : bool
        Angles, markers, contact forces and moments of every trial, as OpenSim's own program reads them.
    viewer : bool
        The stick figure of every trial, for the 3-D page.
    report : bool
        ``report.html``.
    readable : bool
        ``summary.json`` in lines, and its tables as CSV, for somebody who looks at one session.
    curves : {'csv', 'parquet'}
        Format of curves and cycles.
    """

    opensim: bool = True
    viewer: bool = True
    report: bool = True
    readable: bool = True
    curves: Literal["csv", "parquet"] = "csv"


EVERYTHING = Outputs()
