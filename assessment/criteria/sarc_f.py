"""SARC-CalF: the points of SARC-F, and the circumference of the calf."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from assessment.criteria.definitions import read_table
from assessment.uncertainty import COMPARE

Reading = Literal["awgs", "barbosa_silva"]
"""What a small calf is: AWGS takes one below the cut-off, the authors of SARC-CalF also one that equals it."""


@cache
def _table() -> dict[str, Any]:
    return read_table("sarc_calf")


def is_small_calf(calf_cm: float, sex: Literal["f", "m"], reading: Reading) -> bool:
    """Whether the calf counts as small in one of the two readings in use."""
    entry = _table()["small_calf"][reading]
    return COMPARE[entry["operator"]](calf_cm, entry[sex])


def sarc_calf_score(sarc_f: int, calf_cm: float, sex: Literal["f", "m"], reading: Reading) -> int:
    """SARC-F plus 10 points for a small calf.

    Parameters
    ----------
    sarc_f : int
        0 to 10 points.
    calf_cm : float
        Largest circumference [cm].
    sex : {'f', 'm'}
    reading : {'awgs', 'barbosa_silva'}
        Which calf is small; they differ for a calf exactly at 34 cm (men) or 33 cm (women).

    Returns
    -------
    int
        0 to 20 points.
    """
    return sarc_f + (_table()["small_calf_points"] if is_small_calf(calf_cm, sex, reading) else 0)
