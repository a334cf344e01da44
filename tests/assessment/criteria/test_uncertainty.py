"""Values near a cut-off: indeterminate within 1.96 standard errors, with the probability of being beyond."""

from __future__ import annotations

import pytest

from assessment.criteria import CriterionResult, FrameworkResult, Measurement
from tests.assessment.criteria.people import ask, asm


def _one(result: FrameworkResult, name: str) -> CriterionResult:
    return next(one for one in result.criteria if one.name == name)


@pytest.mark.parametrize(("standard_error", "probability"), [(0.9, 0.81), (1.63, 0.69)])
def test_worked_example(standard_error: float, probability: float) -> None:
    result = ask("awgs_2019", chair_stand_s=Measurement(12.8, standard_error))
    assert result.verdict == "indeterminate"
    assert result.label == ""
    assert _one(result, "slow_chair_stand").probability_beyond == pytest.approx(probability, abs=0.005)
    assert f"≥ 12 s with a probability of {100 * probability:.0f} %" in result.sentence
    assert result.sentence.startswith("Within measurement error of the possible sarcopenia criterion of AWGS 2019")


def test_probability_is_signed_by_the_operator() -> None:
    """A weak grip lies below its cut-off, a slow rise above."""
    weaker = ask("awgs_2025", grip_kg=Measurement(27.0, 1.0))
    assert _one(weaker, "low_grip").probability_beyond == pytest.approx(0.841, abs=0.001)
    stronger = ask("awgs_2025", grip_kg=Measurement(29.0, 1.0))
    assert _one(stronger, "low_grip").probability_beyond == pytest.approx(0.159, abs=0.001)
    assert weaker.verdict == stronger.verdict == "indeterminate"


@pytest.mark.parametrize(
    ("grip_kg", "verdict"),
    [(26.03, "meets"), (26.05, "indeterminate"), (29.95, "indeterminate"), (29.97, "does_not_meet")],
)
def test_the_band_is_1_96_standard_errors_wide_on_each_side(grip_kg: float, verdict: str) -> None:
    assert ask("awgs_2025", grip_kg=Measurement(grip_kg, 1.0)).verdict == verdict


def test_typed_in_values_are_exact() -> None:
    result = ask("awgs_2025", grip_kg=27.99)
    assert result.verdict == "meets"
    assert _one(result, "low_grip").probability_beyond is None


def test_error_of_muscle_mass_goes_through_to_the_index() -> None:
    result = ask("awgs_2025", height=2.0, mass=100.0, grip_kg=20.0, asm_kg=asm(27.0, standard_error=1.2))
    index = _one(result, "low_asm_height2")
    assert (index.value, index.standard_error) == (pytest.approx(6.75), pytest.approx(0.3))
    assert index.verdict == "indeterminate"
    assert _one(result, "low_asm_bmi").standard_error == pytest.approx(1.2 / 25.0)
    assert result.label == "possible sarcopenia"
    assert (
        "Within measurement error of the sarcopenia criterion: ASM/height² 6.75 kg/m² (standard error 0.3"
        in result.sentence
    )


def test_an_indeterminate_test_does_not_hide_a_clear_one() -> None:
    assert ask("ewgsop2", grip_kg=20.0, chair_stand_s=Measurement(15.5, 0.9)).verdict == "meets"
    assert ask("ewgsop2", grip_kg=40.0, chair_stand_s=Measurement(15.5, 0.9)).verdict == "indeterminate"
    assert ask("sdoc", grip_kg=40.0, gait_speed_m_s=Measurement(0.8, 0.05)).verdict == "does_not_meet"


def test_a_calf_near_its_cut_off_leaves_case_finding_open() -> None:
    near = Measurement(34.1, 0.5)
    assert ask("awgs_2025", calf_cm=near, sarc_f=3).case_finding == "indeterminate"
    assert ask("awgs_2025", calf_cm=near, sarc_f=4).case_finding == "meets"
    assert ask("awgs_2025", calf_cm=36.0, sarc_f=3).case_finding == "does_not_meet"


def test_digits_never_carry_a_value_over_its_cut_off() -> None:
    assert "grip strength 27.96 kg < 28 kg" in ask("awgs_2025", grip_kg=27.96).sentence


def test_a_test_that_could_not_be_completed_counts_as_slow() -> None:
    result = ask("ewgsop2", chair_stand_s=Measurement(float("inf"), 0.9))
    assert result.label == "probable sarcopenia"
    assert "five-times chair stand not completed, which counts as > 15 s" in result.sentence
    assert type(result).model_validate_json(result.model_dump_json()) == result
