"""SARC-CalF, in both readings of a small calf."""

from __future__ import annotations

from typing import Literal

import pytest

from assessment.criteria import sarc_calf_score
from tests.assessment.criteria.people import ask


@pytest.mark.parametrize(("sex", "limit_cm"), [("m", 34.0), ("f", 33.0)])
def test_the_two_readings_differ_at_the_cut_off_only(sex: Literal["m", "f"], limit_cm: float) -> None:
    assert sarc_calf_score(1, limit_cm, sex, "awgs") == 1
    assert sarc_calf_score(1, limit_cm, sex, "barbosa_silva") == 11
    for reading in ("awgs", "barbosa_silva"):
        assert sarc_calf_score(1, limit_cm - 0.1, sex, reading) == 11  # type: ignore[arg-type]
        assert sarc_calf_score(1, limit_cm + 0.1, sex, reading) == 1  # type: ignore[arg-type]


def test_sarc_calf_is_made_from_its_parts_unless_given() -> None:
    derived = ask("awgs_2019", calf_cm=33.0, sarc_f=1)
    assert next(one.value for one in derived.criteria if one.name == "high_sarc_calf") == 11
    given = ask("awgs_2019", calf_cm=33.0, sarc_f=1, sarc_calf=3)
    assert next(one.value for one in given.criteria if one.name == "high_sarc_calf") == 3
