"""Mistakes found in public tools and reprinted tables (their list: docs/criteria.md): none is made here."""

from __future__ import annotations

import pytest

from assessment.criteria import sppb_gait_points
from assessment.indicators.sit_to_stand import field_power_w
from tests.assessment.criteria.people import ask, asm


@pytest.mark.parametrize(("sex", "grip_kg"), [("m", 33.9), ("m", 28.0), ("f", 19.9), ("f", 18.0)])
def test_1_middle_aged_people_have_their_own_grip_cut_off(sex: str, grip_kg: float) -> None:
    assert ask("awgs_2025", sex, 64, grip_kg=grip_kg).label == "possible sarcopenia"  # type: ignore[arg-type]
    assert ask("awgs_2025", sex, 65, grip_kg=grip_kg).verdict == "does_not_meet"  # type: ignore[arg-type]


def test_2_twelve_seconds_are_slow_in_awgs_2019() -> None:
    assert ask("awgs_2019", chair_stand_s=12.0).label == "possible sarcopenia"
    assert ask("awgs_2019", chair_stand_s=11.99).verdict == "does_not_meet"


def test_3_ewgsop2_counts_0_8_as_slow_and_its_mass_limit_as_normal() -> None:
    low = {"grip_kg": 20.0, "height": 2.0}
    assert ask("ewgsop2", **low, asm_kg=asm(27.9), gait_speed_m_s=0.8).label == "severe sarcopenia"  # type: ignore[arg-type]
    assert ask("ewgsop2", **low, asm_kg=asm(27.9), gait_speed_m_s=0.81).label == "confirmed sarcopenia"  # type: ignore[arg-type]
    assert ask("ewgsop2", **low, asm_kg=asm(28.0)).label == "probable sarcopenia"  # type: ignore[arg-type]
    woman = ask("ewgsop2", "f", grip_kg=10.0, height=2.0, asm_kg=asm(22.0))
    assert woman.label == "probable sarcopenia"


def test_4_times_of_a_3_m_walk_are_not_scored_as_those_of_4_m() -> None:
    assert sppb_gait_points(4.70, 4.0) == 4
    assert sppb_gait_points(4.70, 3.0) == 2


def test_5_the_field_equation_takes_nine_tenths_of_the_mass_and_a_man_stays_above_the_cut_off() -> None:
    power_w = field_power_w(65.0, 1.65, 0.43, 12.0, 5)
    assert power_w == pytest.approx(188.9, abs=0.1)  # printed with g = 9.81
    assert ask("sit_to_stand_power", sit_to_stand_power_w_per_kg=power_w / 65.0).verdict == "does_not_meet"
    # With nine tenths of the height instead he would have been called weak.
    assert ask("sit_to_stand_power", sit_to_stand_power_w_per_kg=2.55).verdict == "meets"


def test_6_sdoc_counts_slow_walking_not_fast() -> None:
    assert ask("sdoc", grip_kg=30.0, gait_speed_m_s=0.79).verdict == "meets"
    assert ask("sdoc", grip_kg=30.0, gait_speed_m_s=0.8).verdict == "does_not_meet"
    assert ask("sdoc", grip_kg=30.0, gait_speed_m_s=1.2).verdict == "does_not_meet"


def test_7_awgs_2025_takes_either_index_of_mass() -> None:
    weak = {"grip_kg": 20.0, "age": 70, "height": 1.7}
    lean = ask("awgs_2025", **weak, mass=50.0, asm_kg=asm(20.0))  # type: ignore[arg-type]
    assert {one.name: one.verdict.value for one in lean.criteria if one.name.startswith("low_asm")} == {
        "low_asm_height2": "meets",
        "low_asm_bmi": "does_not_meet",
    }
    assert lean.label == "sarcopenia"
    heavy = ask("awgs_2025", **weak, mass=90.0, asm_kg=asm(21.0))  # type: ignore[arg-type]
    assert {one.name: one.verdict.value for one in heavy.criteria if one.name.startswith("low_asm")} == {
        "low_asm_height2": "does_not_meet",
        "low_asm_bmi": "meets",
    }
    assert heavy.label == "sarcopenia"


def test_8_no_height_of_the_seat_is_assumed() -> None:
    result = ask("sit_to_stand_power", height=1.65, mass=65.0, chair_stand_s=12.0)
    assert result.verdict == "not_assessable"
    assert result.missing == ["sit_to_stand_power_w_per_kg"]
    assert "height of the seat" in result.sentence
