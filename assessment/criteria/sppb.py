"""Short Physical Performance Battery: points for balance, walk and chair stand, from `sppb.toml`.

A None stands for a part that was not attempted or could not be done, which scores 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from assessment.criteria.definitions import read_table
from models.errors import SettingsError


@cache
def _table() -> dict[str, Any]:
    return read_table("sppb")


@dataclass(frozen=True)
class SppbScore:
    """Points of the three parts, 0 to 4 each."""

    balance: int
    gait: int
    chair_stand: int

    @property
    def total(self) -> int:
        """0 to 12 points."""
        return self.balance + self.gait + self.chair_stand


def sppb_balance_points(side_by_side_s: float | None, semi_tandem_s: float | None, tandem_s: float | None) -> int:
    """Points for standing, from the times the three stances were held [s].

    A stance counts only if the one before it was held for 10 s.
    """
    full, partial = _table()["balance"]["full_hold_s"], _table()["balance"]["partial_tandem_s"]
    held = [_time_s(name, time_s) for name, time_s in (
        ("side_by_side_s", side_by_side_s), ("semi_tandem_s", semi_tandem_s), ("tandem_s", tandem_s)
    )]  # fmt: skip
    side_by_side, semi_tandem, tandem = (0.0 if time_s is None else time_s for time_s in held)
    if side_by_side < full:
        return 0
    if semi_tandem < full:
        return 1
    if tandem < partial:
        return 2
    return 3 if tandem < full else 4


def sppb_gait_points(time_s: float | None, distance_m: float) -> int:
    """Points for the better of two walks at usual pace from standing.

    Parameters
    ----------
    time_s : float or None
        Time for the whole distance [s].
    distance_m : float
        3 or 4; each has its own table, and a time of one means nothing in the other.

    Raises
    ------
    SettingsError
        There is no table for the distance, or the time is not a positive number.
    """
    rows = {entry["distance_m"]: entry["rows"] for entry in _table()["gait"]}
    if distance_m not in rows:
        raise SettingsError(
            f"The SPPB has no points for a walk of {distance_m:g} m.",
            hint="Accepted distances: 3 or 4 metres. Other distances cannot be converted.",
        )
    return _points("gait time_s", time_s, rows[distance_m])


def sppb_chair_points(time_s: float | None) -> int:
    """Points for five rises with folded arms, timed to the full stand of the fifth [s]."""
    return _points("chair stand time_s", time_s, _table()["chair_stand"]["rows"])


def sppb_score(
    *,
    side_by_side_s: float | None,
    semi_tandem_s: float | None,
    tandem_s: float | None,
    gait_time_s: float | None,
    gait_distance_m: float,
    chair_stand_s: float | None,
) -> SppbScore:
    """Points of the whole battery from its times; parameters as in the functions for its parts."""
    return SppbScore(
        balance=sppb_balance_points(side_by_side_s, semi_tandem_s, tandem_s),
        gait=sppb_gait_points(gait_time_s, gait_distance_m),
        chair_stand=sppb_chair_points(chair_stand_s),
    )


def _points(name: str, time_s: float | None, rows: list[dict[str, float]]) -> int:
    checked = _time_s(name, time_s)
    if checked is None:
        return 0
    if checked == 0.0:
        raise SettingsError(f"{name} is 0.", hint="Give the time in seconds, or none where it could not be done.")
    hundredths = round(checked, 2)
    return next(int(row["points"]) for row in rows if hundredths <= row["up_to_s"])


def _time_s(name: str, time_s: float | None) -> float | None:
    if time_s is not None and not 0.0 <= time_s < math.inf:
        raise SettingsError(
            f"{name} = {time_s:g} is not a time.", hint="Give seconds, 0 or more; none where it could not be done."
        )
    return time_s
