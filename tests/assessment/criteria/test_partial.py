"""What can be said when not everything was measured, and what is said about it."""

from __future__ import annotations

import pytest

from assessment.criteria import FRAMEWORKS, Measurement, Person, evaluate
from tests.assessment.criteria.people import ask, asm

# Words that say the person has it, not that it is possible or probable.
SARCOPENIA = {"sarcopenia", "confirmed sarcopenia", "severe sarcopenia"}
MOTION = {"chair_stand_s": 30.0, "gait_speed_m_s": 0.3, "sppb": 2, "tug_s": 40.0, "walk_400m_s": float("inf")}


@pytest.mark.parametrize("sex", ["m", "f"])
@pytest.mark.parametrize("age", [None, 55, 80])
def test_motion_alone_never_says_sarcopenia(sex: str, age: float | None) -> None:
    measurements = {name: Measurement(value, origin="estimated") for name, value in MOTION.items()}
    measurements["sit_to_stand_power_w_per_kg"] = Measurement(0.5, protocol="field equation", origin="estimated")
    results = evaluate(Person(sex, age, 1.6, 60.0), measurements)  # type: ignore[arg-type]
    assert {result.label for result in results} & SARCOPENIA == set()
    labels = {result.framework: result.label for result in results}
    assert labels["awgs_2019"] == "possible sarcopenia"
    assert labels["ewgsop2"] == "probable sarcopenia"
    verdicts = {result.framework: result.verdict.value for result in results}
    assert verdicts["awgs_2025"] == verdicts["sdoc"] == verdicts["fnih"] == verdicts["glis"] == "not_assessable"


class TestAwgs2025:
    def test_chair_stand_cannot_stand_in_for_grip(self) -> None:
        result = ask("awgs_2025", chair_stand_s=20.0, gait_speed_m_s=0.5, sppb=3)
        assert result.verdict == "not_assessable"
        assert result.missing == ["grip_kg"]
        assert "Five-times chair stand is an outcome measure of AWGS 2025, not a criterion." in result.notes

    def test_low_grip_alone_is_possible_sarcopenia(self) -> None:
        result = ask("awgs_2025", "f", grip_kg=17.2)
        assert (result.verdict, result.label) == ("meets", "possible sarcopenia")
        assert result.sentence == (
            "Meets the possible sarcopenia criterion of AWGS 2025 (grip strength 17.2 kg < 18 kg). "
            "Confirmation requires muscle mass by DXA or BIA, with height and body mass."
        )
        assert result.used == ["grip_kg", "sex", "age_years"]
        assert result.missing == ["asm_kg", "height_m", "mass_kg"]
        assert "Grip strength ≥ 18 kg: does not meet." in result.would_change
        assert (
            "ASM/height² < 5.7 kg/m² (BIA) or < 5.4 kg/m² (DXA) (not given): meets sarcopenia." in result.would_change
        )

    def test_normal_grip_decides_without_mass(self) -> None:
        result = ask("awgs_2025", grip_kg=28.0)
        assert (result.verdict, result.label, result.missing) == ("does_not_meet", "", [])
        assert result.sentence == (
            "Does not meet the possible sarcopenia criterion of AWGS 2025 (grip strength 28.0 kg, not < 28 kg)."
        )

    def test_below_50_nothing_is_extrapolated(self) -> None:
        result = ask("awgs_2025", age=49.9, grip_kg=10.0, height=1.7, mass=60.0, asm_kg=asm(10.0))
        assert (result.verdict, result.label, result.used, result.missing) == ("not_assessable", "", [], [])
        assert result.sentence.startswith("Criteria not applicable: AWGS 2025 starts at 50 years")

    def test_age_is_needed(self) -> None:
        result = ask("awgs_2025", age=None, grip_kg=10.0)
        assert (result.verdict, result.missing) == ("not_assessable", ["age_years"])
        assert result.sentence == "Not assessable by AWGS 2025: the cut-offs depend on age."

    def test_mass_is_normal_only_by_both_indices(self) -> None:
        without_body_mass = ask("awgs_2025", grip_kg=20.0, height=1.7, asm_kg=asm(25.0))
        assert (without_body_mass.label, without_body_mass.missing) == ("possible sarcopenia", ["mass_kg"])
        assert ask("awgs_2025", grip_kg=20.0, height=1.7, mass=70.0, asm_kg=asm(25.0)).missing == []

    def test_method_of_muscle_mass_is_needed(self) -> None:
        result = ask("awgs_2025", grip_kg=20.0, height=1.7, mass=70.0, asm_kg=asm(15.0, ""))
        assert (result.label, result.missing) == ("possible sarcopenia", ["asm_method"])

    def test_case_finding_shows_as_long_as_grip_is_not_known(self) -> None:
        at_risk = ask("awgs_2025", calf_cm=33.5)
        assert (at_risk.verdict, at_risk.label, at_risk.case_finding) == ("not_assessable", "at risk", "meets")
        assert "The case-finding rule of AWGS 2025 is met (calf circumference 33.5 cm < 34 cm)." in at_risk.notes
        assert ask("awgs_2025", calf_cm=33.5, grip_kg=40.0).label == ""


class TestAwgs2019:
    def test_mass_and_performance_are_enough_without_grip(self) -> None:
        result = ask("awgs_2019", height=1.7, gait_speed_m_s=0.9, asm_kg=asm(20.0))
        assert (result.verdict, result.label) == ("meets", "sarcopenia")
        assert "grip_kg" in result.missing

    def test_low_mass_alone_is_nothing_and_asks_for_the_rest(self) -> None:
        result = ask("awgs_2019", height=1.7, asm_kg=asm(20.0))
        assert (result.verdict, result.label) == ("not_assessable", "")
        assert {"grip_kg", "chair_stand_s", "gait_speed_m_s", "sppb"} == set(result.missing)

    def test_slow_walking_with_normal_grip_stays_open_until_mass_is_known(self) -> None:
        known = {"grip_kg": 40.0, "gait_speed_m_s": 0.9}
        assert ask("awgs_2019", **known).verdict == "not_assessable"
        assert ask("awgs_2019", **known).missing == ["asm_kg", "height_m"]
        assert ask("awgs_2019", **known, height=1.7, asm_kg=asm(25.0)).verdict == "does_not_meet"
        assert ask("awgs_2019", **known, height=1.7, asm_kg=asm(19.0)).label == "sarcopenia"

    @pytest.mark.parametrize("normal", [{"grip_kg": 28.0}, {"chair_stand_s": 11.9}])
    def test_one_normal_test_of_strength_is_enough_to_say_no(self, normal: dict[str, float]) -> None:
        assert ask("awgs_2019", **normal).verdict == "does_not_meet"

    def test_under_60_it_says_for_whom_it_was_meant(self) -> None:
        assert "Meant for people from 60 years." in ask("awgs_2019", age=55, grip_kg=20.0).notes
        assert "Meant for people from 60 years." not in ask("awgs_2019", age=60, grip_kg=20.0).notes


class TestEwgsop2:
    def test_low_grip_alone_is_probable(self) -> None:
        result = ask("ewgsop2", grip_kg=26.9)
        assert (result.verdict, result.label) == ("meets", "probable sarcopenia")
        assert result.missing[:2] == ["asm_kg", "height_m"]
        assert "Confirmation requires muscle mass" in result.sentence

    def test_unadjusted_mass_is_used_only_without_height(self) -> None:
        short = {"grip_kg": 20.0, "asm_kg": asm(19.5)}
        assert ask("ewgsop2", **short).label == "confirmed sarcopenia"  # type: ignore[arg-type]
        assert ask("ewgsop2", **short, height=1.6).label == "probable sarcopenia"  # type: ignore[arg-type]

    @pytest.mark.parametrize("slow", [{"tug_s": 20.0}, {"sppb": 8}, {"walk_400m_s": float("inf")}])
    def test_any_slow_test_makes_it_severe(self, slow: dict[str, float]) -> None:
        result = ask("ewgsop2", grip_kg=20.0, height=1.7, asm_kg=asm(19.0), **slow)
        assert result.label == "severe sarcopenia"


class TestOthers:
    def test_sdoc_says_which_part_is_found(self) -> None:
        weak = ask("sdoc", grip_kg=30.0)
        assert (weak.verdict, weak.label, weak.missing) == ("not_assessable", "weak", ["gait_speed_m_s"])
        slow = ask("sdoc", grip_kg=40.0, gait_speed_m_s=0.7)
        assert (slow.verdict, slow.label) == ("does_not_meet", "slow")
        assert ask("sdoc", gait_speed_m_s=1.0).verdict == "does_not_meet"

    def test_fnih_with_slowness_is_a_stage_of_its_own(self) -> None:
        weak = {"grip_kg": 20.0, "height": 1.7, "mass": 90.0, "asm_kg": asm(20.0, "dxa")}
        assert ask("fnih", **weak).label == "weakness and low lean mass"  # type: ignore[arg-type]
        slow = ask("fnih", **weak, gait_speed_m_s=0.7)  # type: ignore[arg-type]
        assert slow.label == "slowness with weakness and low lean mass"

    def test_glis_has_nothing_to_compare_with(self) -> None:
        result = ask("glis", grip_kg=5.0)
        assert (result.verdict, result.used, result.missing, result.criteria) == ("not_assessable", [], [], [])
        assert result.sentence == "Not assessable by GLIS: no cut-offs have been published."

    def test_two_published_cut_offs_of_power_are_told_apart(self) -> None:
        assert ask("sit_to_stand_power", sit_to_stand_power_w_per_kg=2.55).label == "low relative sit-to-stand power"
        both = ask("sit_to_stand_power", sit_to_stand_power_w_per_kg=2.45)
        assert both.label == "low relative sit-to-stand power by both cut-offs"
        assert {one.doi for one in both.criteria} == {"10.1002/jcsm.12737", "10.1038/s41598-021-98871-3"}


@pytest.mark.parametrize("key", FRAMEWORKS)
def test_without_sex_nothing_is_classified(key: str) -> None:
    given = {"grip_kg": 5.0, "chair_stand_s": 40.0, "gait_speed_m_s": 0.2, "asm_kg": asm(8.0), "sarc_f": 9}
    result = ask(key, "unspecified", height=1.7, mass=70.0, **given)  # type: ignore[arg-type]
    assert (result.verdict, result.label, result.used) == ("not_assessable", "", [])
    assert result.missing[:1] == ([] if key == "glis" else ["sex"])


@pytest.mark.parametrize("key", FRAMEWORKS)
def test_without_any_measurement_it_says_what_to_measure(key: str) -> None:
    result = ask(key)
    assert (result.verdict, result.label, result.used) == ("not_assessable", "", [])
    assert bool(result.missing) == (key != "glis")


class TestProtocols:
    def test_another_walk_is_flagged(self) -> None:
        walk = Measurement(0.95, protocol="4 m, static start")
        notes = ask("awgs_2019", gait_speed_m_s=walk).notes
        assert (
            "Gait speed was taken otherwise (4 m, static start); the cut-off is meant for: 6 m, moving start. "
            "Compare with care."
        ) in notes
        assert not any("Gait speed" in note for note in ask("ewgsop2", gait_speed_m_s=walk).notes if "taken" in note)

    def test_the_walk_it_was_made_for_is_not_flagged(self) -> None:
        walk = Measurement(0.95, protocol="6 m, moving start")
        assert ask("awgs_2019", gait_speed_m_s=walk).notes == []

    def test_an_unknown_protocol_is_said_to_be_unknown(self) -> None:
        assert any("how it was taken is not known" in note for note in ask("awgs_2019", gait_speed_m_s=0.95).notes)

    def test_another_stop_event_is_flagged(self) -> None:
        sitting = Measurement(12.5, protocol="stop on sitting")
        assert any("stop on sitting" in note for note in ask("awgs_2019", chair_stand_s=sitting).notes)

    def test_measured_power_is_not_compared_with_cut_offs_of_the_field_equation(self) -> None:
        measured = Measurement(1.0, protocol="centre of mass", origin="estimated")
        result = ask("sit_to_stand_power", sit_to_stand_power_w_per_kg=measured)
        assert result.verdict == "not_assessable"
        assert any("It is not compared." in note for note in result.notes)

    def test_lean_mass_by_bia_is_flagged_under_fnih(self) -> None:
        assert any("(bia)" in note for note in ask("fnih", height=1.7, mass=70.0, asm_kg=asm(20.0)).notes)


def test_numbers_not_read_in_the_paper_are_named() -> None:
    note = "Cut-offs still to be checked against the paper: Grip strength (S: read in secondary sources, 4 of them)."
    assert note in ask("awgs_2025", grip_kg=20.0).notes
    assert not any("to be checked" in note for note in ask("awgs_2019", grip_kg=20.0).notes)


def test_estimates_are_told_from_typed_in_values() -> None:
    video = Measurement(13.0, origin="estimated", protocol="stop at full stand")
    assert "Five-times chair stand is estimated from the recording." in ask("awgs_2019", chair_stand_s=video).notes
    assert not any("estimated" in note for note in ask("awgs_2019", chair_stand_s=13.0).notes)
