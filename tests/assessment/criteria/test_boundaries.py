"""Every cut-off from both sides. The numbers are written here a second time, on purpose."""

from __future__ import annotations

import pytest

from assessment.criteria import FRAMEWORKS, Measurement, Verdict
from assessment.criteria.definitions import framework
from tests.assessment.criteria.people import ask

# (framework, criterion, sex, age, method, last value that meets, first that does not)
Boundary = tuple[str, str, str, float, str, float, float]
M, F = "m", "f"


def _sexes(
    key: str, name: str, men: tuple[float, float], women: tuple[float, float], age: float = 70
) -> list[Boundary]:
    return [(key, name, M, age, "", *men), (key, name, F, age, "", *women)]


AWGS_2025: list[Boundary] = [
    *_sexes("awgs_2025", "low_grip", (33.9, 34), (19.9, 20), 50),
    *_sexes("awgs_2025", "low_grip", (33.9, 34), (19.9, 20), 64.9),
    *_sexes("awgs_2025", "low_grip", (27.9, 28), (17.9, 18), 65),
    *_sexes("awgs_2025", "small_calf", (33.9, 34), (32.9, 33), 50),
    *_sexes("awgs_2025", "small_calf", (33.9, 34), (32.9, 33), 65),
    *_sexes("awgs_2025", "high_sarc_f", (4, 3), (4, 3), 50),
    *_sexes("awgs_2025", "high_sarc_f", (4, 3), (4, 3), 65),
    *_sexes("awgs_2025", "high_sarc_calf", (11, 10), (11, 10), 50),
    *_sexes("awgs_2025", "high_sarc_calf", (11, 10), (11, 10), 65),
    ("awgs_2025", "low_asm_height2", M, 50, "bia", 7.59, 7.6),
    ("awgs_2025", "low_asm_height2", F, 50, "bia", 5.69, 5.7),
    ("awgs_2025", "low_asm_height2", M, 65, "bia", 6.99, 7.0),
    ("awgs_2025", "low_asm_height2", F, 65, "bia", 5.69, 5.7),
    ("awgs_2025", "low_asm_height2", M, 50, "dxa", 7.19, 7.2),
    ("awgs_2025", "low_asm_height2", F, 50, "dxa", 5.49, 5.5),
    ("awgs_2025", "low_asm_height2", M, 65, "dxa", 6.99, 7.0),
    ("awgs_2025", "low_asm_height2", F, 65, "dxa", 5.39, 5.4),
    ("awgs_2025", "low_asm_bmi", M, 50, "bia", 0.899, 0.90),
    ("awgs_2025", "low_asm_bmi", F, 50, "bia", 0.629, 0.63),
    ("awgs_2025", "low_asm_bmi", M, 65, "bia", 0.829, 0.83),
    ("awgs_2025", "low_asm_bmi", F, 65, "bia", 0.569, 0.57),
    ("awgs_2025", "low_asm_bmi", M, 50, "dxa", 0.799, 0.80),
    ("awgs_2025", "low_asm_bmi", F, 50, "dxa", 0.549, 0.55),
    ("awgs_2025", "low_asm_bmi", M, 65, "dxa", 0.729, 0.73),
    ("awgs_2025", "low_asm_bmi", F, 65, "dxa", 0.519, 0.52),
]
AWGS_2019: list[Boundary] = [
    *_sexes("awgs_2019", "low_grip", (27.9, 28), (17.9, 18)),
    *_sexes("awgs_2019", "slow_chair_stand", (12.0, 11.99), (12.0, 11.99)),
    *_sexes("awgs_2019", "slow_gait", (0.99, 1.0), (0.99, 1.0)),
    *_sexes("awgs_2019", "low_sppb", (9, 10), (9, 10)),
    *_sexes("awgs_2019", "small_calf", (33.9, 34), (32.9, 33)),
    *_sexes("awgs_2019", "high_sarc_f", (4, 3), (4, 3)),
    *_sexes("awgs_2019", "high_sarc_calf", (11, 10), (11, 10)),
    ("awgs_2019", "low_asm_height2", M, 70, "dxa", 6.99, 7.0),
    ("awgs_2019", "low_asm_height2", F, 70, "dxa", 5.39, 5.4),
    ("awgs_2019", "low_asm_height2", M, 70, "bia", 6.99, 7.0),
    ("awgs_2019", "low_asm_height2", F, 70, "bia", 5.69, 5.7),
]
OTHERS: list[Boundary] = [
    *_sexes("ewgsop2", "low_grip", (26.9, 27), (15.9, 16)),
    *_sexes("ewgsop2", "slow_chair_stand", (15.01, 15.0), (15.01, 15.0)),
    *_sexes("ewgsop2", "low_asm_height2", (6.99, 7.0), (5.49, 5.5)),
    *_sexes("ewgsop2", "low_asm", (19.9, 20), (14.9, 15)),
    *_sexes("ewgsop2", "slow_gait", (0.8, 0.81), (0.8, 0.81)),
    *_sexes("ewgsop2", "low_sppb", (8, 9), (8, 9)),
    *_sexes("ewgsop2", "slow_tug", (20.0, 19.99), (20.0, 19.99)),
    *_sexes("ewgsop2", "slow_400m_walk", (360, 359), (360, 359)),
    *_sexes("ewgsop2", "high_sarc_f", (4, 3), (4, 3)),
    *_sexes("sdoc", "weak", (35.4, 35.5), (19.9, 20)),
    *_sexes("sdoc", "slow", (0.79, 0.8), (0.79, 0.8)),
    *_sexes("fnih", "weakness", (25.9, 26), (15.9, 16)),
    *_sexes("fnih", "low_lean_mass", (0.788, 0.789), (0.511, 0.512)),
    *_sexes("fnih", "slowness", (0.79, 0.8), (0.79, 0.8)),
    *_sexes("sit_to_stand_power", "low_power_alcazar", (2.59, 2.6), (2.09, 2.1)),
    *_sexes("sit_to_stand_power", "low_power_baltasar_fernandez", (2.49, 2.5), (1.89, 1.9)),
]
BOUNDARIES = AWGS_2025 + AWGS_2019 + OTHERS
# A body for which muscle mass per height squared or per BMI is a round multiple of muscle mass.
HEIGHT_M, MASS_KG = 2.0, 100.0
PER_INDEX = {"asm_height2_kg_m2": 4.0, "asm_bmi": 25.0}


def _judge(boundary: Boundary, value: float) -> Verdict:
    key, name, sex, age, method, *_ = boundary
    quantity = framework(key).criteria[name].quantity
    typed = "asm_kg" if quantity in PER_INDEX else quantity
    given = Measurement(value * PER_INDEX.get(quantity, 1.0), protocol=method)
    result = ask(key, sex, age, height=HEIGHT_M, mass=MASS_KG, **{typed: given})  # type: ignore[arg-type]
    return next(one.verdict for one in result.criteria if one.name == name)


@pytest.mark.parametrize("boundary", BOUNDARIES, ids=lambda boundary: "-".join(map(str, boundary[:5])))
def test_both_sides(boundary: Boundary) -> None:
    *_, meets, does_not = boundary
    assert _judge(boundary, meets) == "meets"
    assert _judge(boundary, does_not) == "does_not_meet"


def test_every_published_cut_off_is_in_the_table() -> None:
    tested = {(key, name, sex, method, _band(key, name, age)) for key, name, sex, age, method, *_ in BOUNDARIES}
    published = {
        (key, name, sex, row.method or "", row.from_age_years)
        for key in FRAMEWORKS
        for name, criterion in framework(key).criteria.items()
        for row in criterion.cut_offs
        for sex in ((row.sex,) if row.sex else (M, F))
    }
    assert published == tested


def _band(key: str, name: str, age: float) -> float | None:
    rows = framework(key).criteria[name].cut_offs
    return next(row.from_age_years for row in rows if row.in_band(age))
