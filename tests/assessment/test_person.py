"""What a session says of the person: which values reach the criteria, and the SPPB from its parts."""

from __future__ import annotations

import pytest

from assessment.clinical import typed_in
from assessment.criteria import Verdict
from assessment.indicators.balance import STILL_HELD
from assessment.person import judge_person
from assessment.records import indicator_of
from assessment.summary import ActivityRecord, ClinicalMeasures, TrialRecord
from models.errors import SettingsError
from models.subject import Subject
from pipeline.quality import Mark, Quality

WOMAN = Subject(height_m=1.56, mass_kg=58.0, sex="f", age_years=72.0)
NOTHING = ClinicalMeasures()


def trial(name: str, activity: str, variant: str = "", **values: float | None) -> TrialRecord:
    records = [
        indicator_of(indicator, value, None if value is None else 0.0, Quality() if value is not None else WITHHELD)
        for indicator, value in values.items()
    ]
    recognised = ActivityRecord(name=activity, variant=variant, confidence=1.0, evidence=[])
    return TrialRecord(name=name, status="assessed", activity=recognised, indicators=records)


WITHHELD = Quality.withheld("The recording was too short.")
STANCES = [
    trial(stance, "standing", stance, stance_held_time=10.0) for stance in ("side-by-side", "semi-tandem", "tandem")
]
CHAIR = trial("5xSTS", "sit-to-stand", "five-times", five_times_sit_to_stand_time=12.8)
WALK = trial("walk", "walking", "overground", gait_speed=0.9)


def result_of(framework: str, trials: list[TrialRecord], clinical: ClinicalMeasures = NOTHING):
    _, results = judge_person(trials, WOMAN, clinical)
    return next(result for result in results if result.framework == framework)


def test_motion_alone_reaches_possible_and_never_sarcopenia() -> None:
    results = judge_person([*STANCES, CHAIR, WALK], WOMAN, NOTHING)[1]
    labels = {result.framework: result.label for result in results}
    assert labels["awgs_2019"] == "possible sarcopenia"
    assert all(label in ("", "possible sarcopenia", "probable sarcopenia", "slow") for label in labels.values())
    assert result_of("awgs_2025", [CHAIR, WALK]).verdict is Verdict.NOT_ASSESSABLE


def test_grip_and_muscle_mass_typed_in_complete_what_motion_leaves_open() -> None:
    clinical = ClinicalMeasures(grip_kg=15.0, asm_kg=12.0, asm_method="bia")
    assert result_of("awgs_2025", [CHAIR, WALK], clinical).label == "sarcopenia"
    assert result_of("ewgsop2", [CHAIR, WALK], clinical).verdict is Verdict.MEETS


def test_several_trials_count_as_their_protocols_say() -> None:
    slower = trial("5xSTS_2", "sit-to-stand", "five-times", five_times_sit_to_stand_time=14.0)
    brisk = trial("walk2", "walking", "overground", gait_speed=1.1)
    values = {
        criterion.quantity: criterion.value
        for criterion in result_of("awgs_2019", [CHAIR, slower, WALK, brisk]).criteria
    }
    assert values["chair_stand_s"] == 12.8
    assert values["gait_speed_m_s"] == pytest.approx(1.0)


def test_a_withheld_value_reaches_no_criterion() -> None:
    lost = trial("5xSTS", "sit-to-stand", "five-times", five_times_sit_to_stand_time=None)
    assert result_of("sdoc", [lost]).verdict is Verdict.NOT_ASSESSABLE
    assert all(criterion.value is None for criterion in result_of("awgs_2019", [lost]).criteria)


def test_sppb_of_eleven_points() -> None:
    # Balance 4; 4 m at 0.9 m/s take 4.44 s, under 4.82 s: 4; 12.8 s of chair stands, 11.20 to 13.69 s: 3.
    ((score,), _) = judge_person([*STANCES, CHAIR, WALK], WOMAN, NOTHING)
    assert score.value == 11.0
    assert score.quality.mark is Mark.WITH_CAUTION
    assert any("setting off" in reason for reason in score.quality.reasons)


@pytest.mark.parametrize("left_out", range(5))
def test_sppb_names_the_part_that_is_missing(left_out: int) -> None:
    parts = [*STANCES, CHAIR, WALK]
    trials = parts[:left_out] + parts[left_out + 1 :]
    ((score,), _) = judge_person(trials, WOMAN, NOTHING)
    assert score.value is None
    named = ["side-by-side", "semi-tandem", "a tandem", "five-times", "a walk"][left_out]
    assert named in score.quality.reasons[0]


def test_sppb_near_a_step_carries_the_error_of_its_times() -> None:
    def total(chair_s: float) -> float | None:
        sure = indicator_of("five_times_sit_to_stand_time", chair_s, 0.3, Quality())
        ((score,), _) = judge_person([*STANCES, CHAIR.model_copy(update={"indicators": [sure]}), WALK], WOMAN, NOTHING)
        return score.standard_error

    at_the_step, far_from_it = total(13.7), total(12.45)
    assert at_the_step is not None
    assert far_from_it is not None
    assert at_the_step > 2.0 * far_from_it


def test_a_stance_whose_recording_ends_too_early_is_no_lost_stance() -> None:
    cut = trial("tandem", "standing", "tandem", stance_held_time=8.0)
    still = Quality.caution(STILL_HELD)
    cut = cut.model_copy(update={"indicators": [indicator_of("stance_held_time", 8.0, 0.0, still)]})
    ((score,), _) = judge_person([*STANCES[:2], cut, CHAIR, WALK], WOMAN, NOTHING)
    assert score.value is None
    assert "tandem stance ends before 10 s" in score.quality.reasons[0]
    lost = trial("tandem", "standing", "tandem", stance_held_time=8.0)
    ((score,), _) = judge_person([*STANCES[:2], lost, CHAIR, WALK], WOMAN, NOTHING)
    assert score.value == 10.0


def test_of_two_attempts_at_a_stance_the_longer_counts() -> None:
    failed = trial("tandem2", "standing", "tandem", stance_held_time=None)
    ((score,), _) = judge_person([*STANCES, failed, CHAIR, WALK], WOMAN, NOTHING)
    assert score.value == 11.0


def test_the_speed_of_a_belt_is_nobodys_usual_speed() -> None:
    belt = trial("belt", "walking", "treadmill", gait_speed=0.5)
    assert result_of("sdoc", [belt]).verdict is Verdict.NOT_ASSESSABLE
    values = {one.quantity: one.value for one in result_of("awgs_2019", [WALK, belt]).criteria}
    assert values["gait_speed_m_s"] == 0.9


def test_a_trial_with_hands_counts_only_where_there_is_no_other_and_its_caution_is_told() -> None:
    hands = Quality.caution("The test asks for folded arms.")
    helped = CHAIR.model_copy(
        update={"indicators": [indicator_of("five_times_sit_to_stand_time", 9.0, 0.0, hands)], "name": "helped"}
    )
    both = result_of("ewgsop2", [CHAIR, helped])
    assert [one.value for one in both.criteria if one.quantity == "chair_stand_s"] == [12.8]
    assert not any("folded arms" in note for note in both.notes)
    assert any("with caution: The test asks for folded arms." in note for note in result_of("ewgsop2", [helped]).notes)


def test_a_value_without_a_known_error_is_not_taken_as_exact() -> None:
    unsure = WALK.model_copy(update={"indicators": [indicator_of("gait_speed", 0.79, None, Quality())]})
    assert result_of("sdoc", [unsure]).verdict is Verdict.NOT_ASSESSABLE


def test_a_value_no_person_shows_is_left_out_and_does_not_stop_the_session() -> None:
    run = trial("run", "walking", "overground", gait_speed=4.5)
    assert result_of("sdoc", [run]).verdict is Verdict.NOT_ASSESSABLE


def test_a_session_without_stances_has_no_sppb_at_all() -> None:
    assert judge_person([CHAIR, WALK], WOMAN, NOTHING)[0] == []


def test_clinical_values_are_exact_and_muscle_mass_keeps_its_method() -> None:
    measured = typed_in(ClinicalMeasures(grip_kg=20.0, asm_kg=14.0, asm_method="dxa", calf_cm=32.0, sarc_f=5))
    assert measured["asm_kg"].protocol == "dxa"
    assert {one.standard_error for one in measured.values()} == {0.0}
    assert set(measured) == {"grip_kg", "asm_kg", "calf_cm", "sarc_f"}


def test_impossible_clinical_values_are_refused_with_what_is_accepted() -> None:
    with pytest.raises(SettingsError, match="grip_kg = 300") as caught:
        judge_person([], WOMAN, ClinicalMeasures(grip_kg=300.0))
    assert "0 to 120" in caught.value.hint


@pytest.mark.parametrize("clinical", [ClinicalMeasures(asm_kg=18.0), ClinicalMeasures(asm_method="bia")])
def test_muscle_mass_and_its_method_come_together(clinical: ClinicalMeasures) -> None:
    with pytest.raises(SettingsError, match="asm-"):
        judge_person([], WOMAN, clinical)
