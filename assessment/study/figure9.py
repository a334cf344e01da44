"""Published group curves of joint torque, as far as their peaks could be read from the figure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "figure9.toml"


@dataclass(frozen=True)
class PublishedPeak:
    """One row of the figure.

    Attributes
    ----------
    task, joint : str
    peak_nm_per_kg : (float, float)
        Extremum of the mean curve without and with sarcopenia; negative is extension or plantarflexion.
    sd_nm_per_kg : (float, float)
        Half-width of the band there, taken as one SD.
    at_percent : float
        When in the movement.
    sd_assumed, time_assumed : bool
        Whether they could not be read from the figure.
    """

    task: str
    joint: str
    peak_nm_per_kg: tuple[float, float]
    sd_nm_per_kg: tuple[float, float]
    at_percent: float
    sd_assumed: bool
    time_assumed: bool


@cache
def published_peaks() -> tuple[PublishedPeak, ...]:
    """All rows of MAISE's Figure 9; their source is `figure9_source`."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["row"]
    bands = {(row["task"], row["joint"]): row["band"] for row in rows if "band" in row}
    return tuple(
        PublishedPeak(
            task=row["task"],
            joint=row["joint"],
            peak_nm_per_kg=tuple(row["peak"]),
            sd_nm_per_kg=tuple(row["band"] if "band" in row else bands[tuple(row["band_from"])]),
            at_percent=row["at_percent"] if "at_percent" in row else row["assumed_at"],
            sd_assumed="band" not in row,
            time_assumed="at_percent" not in row,
        )
        for row in rows
    )


def figure9_source() -> str:
    """Where the numbers come from, in one line."""
    return str(tomllib.loads(TABLE.read_text(encoding="utf-8"))["source"])
