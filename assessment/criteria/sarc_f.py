"""SARC-F and SARC-CalF: five questions, and the circumference of the calf."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from assessment.criteria.definitions import COMPARE, read_table
from models.errors import SettingsError

Reading = Literal["awgs", "barbosa_silva"]
"""What a small calf is: AWGS takes one below the cut-off, the authors of SARC-CalF also one that equals it."""


@cache
def _table() -> dict[str, Any]:
    return read_table("sarc_calf")


def sarc_f_score(answers: Mapping[str, int]) -> int:
    """Add up the five answers.

    Parameters
    ----------
    answers : mapping of str to int
        ``strength``, ``assistance_walking``, ``rise_from_chair``, ``climb_stairs`` (0 no, 1 some, 2 a lot of difficulty
        or unable) and ``falls`` in the past year (0 none, 1 one to three, 2 four or more).

    Returns
    -------
    int
        0 to 10 points.

    Raises
    ------
    SettingsError
        A question has no answer, or one that is not 0, 1 or 2.
    """
    items, most = _table()["items"], _table()["points_per_item"]
    if set(answers) != set(items) or any(answer not in range(most + 1) for answer in answers.values()):
        raise SettingsError(
            "SARC-F needs one answer to each of its five questions.",
            hint=f"Give {', '.join(items)}, each as a whole number from 0 to {most}.",
        )
    return sum(answers.values())


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
