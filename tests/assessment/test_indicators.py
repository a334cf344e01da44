"""Indicators: right values where the answer is known, withheld with the reason where it is not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assessment.activities import Activity
from assessment.catalogue import catalogue
from assessment.gates import MOMENT_GATES, MOVEMENT_GATES
from assessment.indicators import Indicator, TrialResults, compute_indicators
from assessment.indicators.forces_error import with_errors_of_plates
from assessment.repetitions import find_repetitions
from benchmarks.saving import RESULTS
from models.subject import Subject
from pipeline.kinematics import read_kinematics
from pipeline.quality import Mark, Quality
from pipeline.trajectories import ContactForce, ContactForces, ForceOrigin, HandSupport, JointMoments, Kinematics
from tests.assessment import movements

SUBJECT = Subject(height_m=1.70, mass_kg=60.0, sex="f")


def indicators(
    name: str,
    kinematics: Kinematics,
    *,
    confidence: float = 1.0,
    variant: str = "",
    dynamics: tuple[ContactForces, JointMoments] | None = None,
    gates: tuple[Quality, Quality] | None = None,
) -> list[Indicator]:
    activity = Activity(name, confidence, (), variant)  # type: ignore[arg-type]
    forces, moments = dynamics or (None, None)
    if forces is not None and moments is not None:
        moments = with_errors_of_plates(forces, moments, SUBJECT)
    default = (Quality(), Quality() if dynamics else Quality.withheld("No contact forces."))
    results = TrialResults(
        activity,
        find_repetitions(activity, kinematics),
        kinematics,
        None,
        forces,
        moments,
        SUBJECT,
        *(gates or default),
    )
    return list(compute_indicators(results))


def one(found: list[Indicator], name: str, **where: object) -> Indicator:
    matching = [i for i in found if i.name == name and all(getattr(i, key) == value for key, value in where.items())]
    assert len(matching) == 1
    return matching[0]


def dynamics_of(
    kinematics: Kinematics, moments_nm: dict[str, np.ndarray], origin: ForceOrigin = "estimated"
) -> tuple[ContactForces, JointMoments]:
    n = len(kinematics.time_s)
    zero, good = np.zeros((n, 3)), np.ones(n, dtype=bool)
    columns = np.zeros_like(kinematics.values)
    for name, values in moments_nm.items():
        columns[:, kinematics.coordinates.index(name)] = values
    foot = ContactForce("calcn_r", zero, zero, zero)
    return (
        ContactForces(kinematics.time_s, {"r": foot}, origin, 0.0, zero, zero, good),
        JointMoments(
            kinematics.time_s, kinematics.coordinates, kinematics.values, np.zeros_like(columns), columns, 4.0, good,
            zero,
        ),
    )  # fmt: skip


def test_five_times_sit_to_stand_runs_from_the_first_trunk_motion_to_the_fifth_stand() -> None:
    found = indicators("sit-to-stand", movements.sit_to_stand(5))
    time = one(found, "five_times_sit_to_stand_time")
    # Four cycles of 3 s, from 0.5 s (trunk) to 1.6 s (stand) of a cycle. Standing counts from 5 % below the final
    # height, which knees that straighten smoothly pass 0.26 s earlier; the trunk's onset is seen after its first 0.1 s.
    assert time.value == pytest.approx(12.0 + 1.1 - 0.26 - 0.07, abs=0.05)
    assert time.quality.mark is Mark.REPORTED
    assert time.standard_error == 0.9
    assert "full stand of the fifth" in time.protocol
    assert one(found, "number_of_repetitions").value == 5.0
    assert len([i for i in found if i.name == "rise_duration"]) == 5


@pytest.mark.parametrize(
    ("kinematics", "reason"),
    [
        (movements.sit_to_stand(4), "this trial shows 4 complete rises."),
        (movements.sit_to_stand(1), "this trial shows 1 complete rise."),
        (movements.sit_to_stand(5, reach=(1, 1, 1, 1, 0.5)), "4 complete rises and 1 incomplete attempt."),
        (movements.sit_to_stand(6, reach=(1, 1, 0.5, 1, 1)), "5 complete rises and 1 incomplete attempt."),
    ],
)
def test_five_times_sit_to_stand_needs_five_complete_rises_in_a_row(kinematics: Kinematics, reason: str) -> None:
    time = one(indicators("sit-to-stand", kinematics), "five_times_sit_to_stand_time")
    assert time.value is None
    assert time.standard_error is None
    assert time.quality.mark is Mark.WITHHELD
    assert reason in time.quality.reasons[0]


def test_more_than_five_rises_give_the_first_five_with_caution() -> None:
    five = one(indicators("sit-to-stand", movements.sit_to_stand(5)), "five_times_sit_to_stand_time")
    eight = one(indicators("sit-to-stand", movements.sit_to_stand(8)), "five_times_sit_to_stand_time")
    assert five.value is not None
    assert eight.value == pytest.approx(five.value, abs=0.02)
    assert eight.quality.mark is Mark.WITH_CAUTION
    assert "8 rises" in eight.quality.reasons[0]


def test_the_time_to_sitting_ends_later_and_needs_the_fifth_sitting_down() -> None:
    found = indicators("sit-to-stand", movements.sit_to_stand(5))
    to_stand = one(found, "five_times_sit_to_stand_time").value or 0.0
    to_sit = one(found, "five_times_sit_to_stand_time_to_sit")
    assert to_sit.value is not None
    assert 1.0 < to_sit.value - to_stand < 1.5
    assert "contact with the seat after the fifth rise" in to_sit.protocol
    standing = indicators("sit-to-stand", movements.sit_to_stand(5, stop_s=12.0 + 1.9))
    assert one(standing, "five_times_sit_to_stand_time").value == pytest.approx(to_stand, abs=0.02)
    assert one(standing, "five_times_sit_to_stand_time_to_sit").value is None


def test_a_recording_that_starts_while_the_trunk_leans_puts_a_caution_on_times_from_there() -> None:
    found = indicators("sit-to-stand", movements.from_s(movements.sit_to_stand(5), 0.7))
    for name in ("five_times_sit_to_stand_time", "five_times_sit_to_stand_time_to_sit"):
        assert any("trunk already moves forward" in reason for reason in one(found, name).quality.reasons)
    for name in ("rise_duration", "seat_off_delay", "repetition_duration"):
        marks = [one(found, name, repetition=k).quality.mark for k in range(1, 6)]
        assert marks == [Mark.WITH_CAUTION] + [Mark.REPORTED] * 4
    # The first rise, too short by what was not recorded, is no part of a trend: the others are alike.
    assert one(found, "rise_duration_slope").value == pytest.approx(0.0, abs=0.005)


def test_without_a_lumbar_joint_times_that_begin_with_the_trunk_say_so() -> None:
    five = movements.sit_to_stand(5)
    index = five.coordinates.index("lumbar_extension")
    bare = replace(
        five,
        coordinates=five.coordinates[:index] + five.coordinates[index + 1 :],
        values=np.delete(five.values, index, axis=1),
    )
    found = indicators("sit-to-stand", bare)
    for indicator in (one(found, "five_times_sit_to_stand_time"), one(found, "rise_duration", repetition=1)):
        assert indicator.quality.mark is Mark.WITH_CAUTION
        assert "no lumbar joint" in indicator.quality.reasons[0]


def test_a_pause_puts_a_caution_on_the_five_times_test() -> None:
    slow = one(indicators("sit-to-stand", movements.sit_to_stand(5, cycle_s=6.0)), "five_times_sit_to_stand_time")
    assert slow.quality.mark is Mark.WITH_CAUTION
    assert any("Rise 2: A pause of" in reason for reason in slow.quality.reasons)


@pytest.mark.parametrize(
    ("cycle_s", "count"),
    # The clock starts 0.57 s into the first cycle and is over at 30.57 s. In cycles of 3 s the eleventh rise has then
    # begun, but is not half way up; in cycles of 3.26 s the tenth is 1.2 s old and more than half way.
    [(3.0, 10.0), (3.26, 10.0), (4.0, 8.0)],
)
def test_rises_in_thirty_seconds(cycle_s: float, count: float) -> None:
    found = indicators("sit-to-stand", movements.sit_to_stand(12, cycle_s=cycle_s), variant="thirty-seconds")
    assert one(found, "thirty_second_sit_to_stand_count").value == count
    assert not [indicator for indicator in found if indicator.name.startswith("five_times")]


def test_rises_in_thirty_seconds_need_thirty_seconds_from_the_first_start_on() -> None:
    def count(kinematics: Kinematics) -> Indicator:
        found = indicators("sit-to-stand", kinematics, variant="thirty-seconds")
        return one(found, "thirty_second_sit_to_stand_count")

    short = count(movements.sit_to_stand(9))
    assert short.value is None
    assert "s were recorded after the first start; 30 s are needed" in short.quality.reasons[0]
    whole = movements.sit_to_stand(12)
    assert "begun before the recording" in count(movements.from_s(whole, 1.15)).quality.reasons[0]
    leaning = count(movements.from_s(whole, 0.7))
    assert leaning.value == 10.0
    assert "trunk already moves forward" in leaning.quality.reasons[0]
    failed = count(movements.sit_to_stand(12, reach=(1, 1, 0.5)))
    assert failed.value == 9.0
    assert "not counted: 1" in failed.quality.reasons[0]


def test_rises_that_become_slower_have_a_positive_slope() -> None:
    time_s = np.arange(0.0, 20.0, 0.01)
    rise_s = (0.8, 1.0, 1.2, 1.4, 1.6)
    risen = sum(
        movements.ramp(time_s, 4.0 * k + 0.5, 4.0 * k + 0.5 + length) - movements.ramp(time_s, 4 * k + 2.5, 4 * k + 3.3)
        for k, length in enumerate(rise_s)
    )
    found = indicators("sit-to-stand", movements.on_chair(time_s, risen))
    slope = one(found, "rise_duration_slope")
    durations = [one(found, "rise_duration", repetition=k).value for k in range(1, 6)]
    assert slope.value == pytest.approx(np.polyfit(range(5), durations, 1)[0])
    assert 0.05 < slope.value < 0.2
    assert slope.standard_error is not None
    assert slope.standard_error < 0.05
    assert not [i for i in indicators("sit-to-stand", movements.sit_to_stand(3)) if i.name == "rise_duration_slope"]


def test_the_time_to_seat_off_is_part_of_the_rise() -> None:
    found = indicators("sit-to-stand", movements.sit_to_stand(2))
    for repetition in (1, 2):
        delay = one(found, "seat_off_delay", repetition=repetition).value or 0.0
        assert 0.3 < delay < (one(found, "rise_duration", repetition=repetition).value or 0.0)


@pytest.mark.parametrize("speed_m_s", [0.5, 0.9, 1.4])
@pytest.mark.parametrize("heading_deg", [0.0, 77.0, -150.0])
def test_gait_speed_is_the_speed_of_the_pelvis(speed_m_s: float, heading_deg: float) -> None:
    walk = movements.facing(movements.walk(speed_m_s), np.radians(heading_deg), (2.0, 0.3, -1.0))
    speed = one(indicators("walking", walk), "gait_speed")
    assert speed.value == pytest.approx(speed_m_s, rel=0.02)
    assert (speed.unit, speed.quality.mark) == ("m/s", Mark.REPORTED)


def test_standing_before_and_after_does_not_slow_the_walk() -> None:
    walk = movements.walk(duration_s=10.0)
    travel = 1.1 * np.clip(walk.time_s - 2.0, 0.0, 5.0)
    speed = one(indicators("walking", movements.column(walk, "pelvis_tx", travel)), "gait_speed")
    assert speed.value == pytest.approx(1.1, rel=0.04)


@pytest.mark.parametrize(
    ("kinematics", "reason"),
    [
        (movements.walk(speed_m_s=0.0), "a treadmill, whose belt speed is not recorded"),
        (movements.walk(speed_m_s=1.0, duration_s=1.6), "of steady walking were recorded; at least 2 m are needed"),
    ],
)
def test_gait_speed_is_withheld_without_a_walk_over_ground(kinematics: Kinematics, reason: str) -> None:
    speed = one(indicators("walking", kinematics), "gait_speed")
    assert speed.value is None
    assert reason in speed.quality.reasons[0]


def test_pelvis_vertical_range_ignores_the_floor() -> None:
    squats = movements.squats(3)
    expected = np.ptp(squats.coordinate("pelvis_ty"))
    for kinematics in (squats, movements.facing(squats, 1.0, (0.0, -2.0, 0.0))):
        value = one(indicators("squat", kinematics), "pelvis_vertical_range").value
        assert value == pytest.approx(expected, rel=0.02)


def test_peak_moments_turn_opensims_signs_and_keep_sides_and_repetitions_apart() -> None:
    squats = movements.squats(3)
    deep = np.degrees(squats.coordinate("knee_angle_r")) / 100.0
    which = np.minimum((squats.time_s // 2.5).astype(int), 2) + 1
    moments = {
        f"{coordinate}_{side}": -size * which * deep
        for side, factor in (("r", 1.0), ("l", 0.5))
        for coordinate, size in (
            ("hip_flexion", 30 * factor),
            ("knee_angle", 40 * factor),
            ("ankle_angle", 20 * factor),
        )
    }
    found = indicators("squat", squats, dynamics=dynamics_of(squats, moments))
    for repetition in (1, 2, 3):
        for side, factor in (("r", 1.0), ("l", 0.5)):
            for joint, size in (("hip_extension", 30), ("knee_extension", 40), ("ankle_plantarflexion", 20)):
                peak = one(found, f"peak_{joint}_moment", side=side, repetition=repetition)
                assert peak.value == pytest.approx(size * factor * repetition, rel=0.01)
                relative = one(found, f"peak_{joint}_moment_per_kg", side=side, repetition=repetition)
                assert relative.value == pytest.approx(peak.value / SUBJECT.mass_kg)
                assert (peak.unit, relative.unit) == ("Nm", "Nm/kg")


def test_moments_from_estimated_forces_carry_a_caution_and_their_error_and_plates_do_not_inherit_them() -> None:
    squats = movements.squats(1)
    load = {"knee_angle_r": -50.0 * np.ones(len(squats.time_s))}
    error = catalogue()["peak_knee_extension_moment_per_kg"].estimated_forces_error
    assert error is not None
    estimated = indicators("squat", squats, dynamics=dynamics_of(squats, load))
    relative = one(estimated, "peak_knee_extension_moment_per_kg", side="r")
    assert relative.standard_error == pytest.approx(error)
    assert relative.quality.mark is Mark.WITH_CAUTION
    assert "not measured" in relative.quality.reasons[0]
    absolute = one(estimated, "peak_knee_extension_moment", side="r")
    assert absolute.standard_error == pytest.approx(error * SUBJECT.mass_kg)
    plates = indicators("squat", squats, dynamics=dynamics_of(squats, load, "measured"))
    measured = one(plates, "peak_knee_extension_moment_per_kg", side="r")
    assert measured.standard_error is None
    assert measured.quality == Quality()


def test_the_declared_error_of_estimated_forces_is_the_one_the_benchmark_saved() -> None:
    saved = RESULTS / "dynamics.json"
    if not saved.is_file():
        pytest.skip("the dynamics benchmark has saved no figures yet")
    peaks = json.loads(saved.read_text(encoding="utf-8"))["figures"]["peaks"]
    for joint in ("hip_extension", "knee_extension", "ankle_plantarflexion"):
        declared = catalogue()[f"peak_{joint}_moment_per_kg"].estimated_forces_error
        assert declared == pytest.approx(peaks[joint]["rms_nm_per_kg"], abs=0.006)


RISE = movements.sit_to_stand(1)
(RISEN,) = find_repetitions(Activity("sit-to-stand", 1.0, ()), RISE)
ON_SEAT = RISE.time_s < RISEN.events["seat_off"]


def rise_with(moment_nm: np.ndarray) -> tuple[ContactForces, JointMoments]:
    """The moment on right hip and knee; the hip's cannot be known on the seat."""
    forces, moments = dynamics_of(RISE, {"hip_flexion_r": moment_nm, "knee_angle_r": moment_nm}, "measured")
    return forces, replace(moments, unknown={"hip_flexion_r": ON_SEAT})


def test_the_hip_moment_of_a_rise_counts_from_seat_off_and_the_knee_moment_from_the_start() -> None:
    seated = ON_SEAT & (RISE.time_s > RISEN.start_s + 0.05)
    risen = np.exp(-(((RISE.time_s - RISEN.events["seat_off"] - 0.15) / 0.05) ** 2))
    found = indicators("sit-to-stand", RISE, dynamics=rise_with(np.where(seated, -200.0, -30.0 * risen)))
    hip = one(found, "peak_hip_extension_moment", side="r")
    assert hip.value == pytest.approx(30.0, rel=0.01)
    assert hip.quality == Quality()
    assert "from seat-off" in hip.definition
    assert one(found, "peak_knee_extension_moment", side="r").value == 200.0


def test_a_hip_peak_right_at_seat_off_may_have_been_greater_before_and_says_so() -> None:
    falling = -100.0 * np.clip(2.0 - RISE.time_s, 0.0, None)
    hip = one(indicators("sit-to-stand", RISE, dynamics=rise_with(falling)), "peak_hip_extension_moment", side="r")
    assert hip.value == pytest.approx(100.0 * (2.0 - RISEN.events["seat_off"]), abs=1.0)
    assert hip.quality.mark is Mark.WITH_CAUTION
    assert "right at seat-off" in hip.quality.reasons[0]


def test_a_moment_that_is_never_known_is_withheld() -> None:
    forces, moments = rise_with(np.full(len(RISE.time_s), -50.0))
    hidden = replace(moments, unknown={"hip_flexion_r": np.ones(len(RISE.time_s), dtype=bool)})
    found = indicators("sit-to-stand", RISE, dynamics=(forces, hidden))
    hip = one(found, "peak_hip_extension_moment", side="r")
    assert hip.value is None
    assert "not known" in hip.quality.reasons[0]
    assert one(found, "peak_hip_extension_moment", side="l").value == 0.0


def test_hands_that_may_help_withhold_what_they_hide_and_put_caution_on_the_five_times_test() -> None:
    five = movements.sit_to_stand(5)
    first = HandSupport("l", "thigh", 0.6, 1.4, ("hip_flexion_r",))
    forces, moments = dynamics_of(five, {"knee_angle_r": np.full(len(five.time_s), -50.0)}, "measured")
    found = indicators("sit-to-stand", five, dynamics=(replace(forces, hand_supports=(first,)), moments))
    helped = one(found, "peak_hip_extension_moment", side="r", repetition=1)
    assert helped.value is None
    assert helped.quality.reasons == (first.text,)
    assert one(found, "peak_hip_extension_moment", side="r", repetition=2).value == 0.0
    assert one(found, "peak_knee_extension_moment", side="r", repetition=1).value == 50.0
    time = one(found, "five_times_sit_to_stand_time")
    assert time.value is not None
    assert time.quality == Quality.caution("The test asks for folded arms.", first.text)


def test_a_peak_carries_the_standard_error_of_its_own_frame() -> None:
    squats = movements.squats(1)
    load = -50.0 * np.exp(-(((squats.time_s - 1.2) / 0.2) ** 2))
    forces, moments = dynamics_of(squats, {"knee_angle_r": load})
    errors = np.broadcast_to(10.0 * squats.time_s[:, None], moments.moments_nm.shape)
    found = indicators("squat", squats, dynamics=(forces, replace(moments, standard_errors_nm=errors)))
    assert one(found, "peak_knee_extension_moment", side="r").standard_error == pytest.approx(12.0, abs=0.1)
    relative = one(found, "peak_knee_extension_moment_per_kg", side="r")
    assert relative.standard_error == pytest.approx(12.0 / SUBJECT.mass_kg, abs=0.01)


def test_moments_of_invalid_frames_are_never_used() -> None:
    squats = movements.squats(2)
    load = np.full(len(squats.time_s), -40.0)
    forces, moments = dynamics_of(squats, {"knee_angle_r": load})
    spike = np.abs(squats.time_s - 1.2) < 0.05
    spiked = replace(moments, moments_nm=np.where(spike[:, None], -900.0, moments.moments_nm))
    found = indicators("squat", squats, dynamics=(replace(forces, valid=~spike), spiked))
    assert one(found, "peak_knee_extension_moment", side="r", repetition=1).value == pytest.approx(40.0)

    first = squats.time_s < 2.0
    found = indicators("squat", squats, dynamics=(forces, replace(moments, valid=~first)))
    lost = one(found, "peak_knee_extension_moment", side="r", repetition=1)
    assert lost.value is None
    assert "usable in only" in lost.quality.reasons[0]
    assert one(found, "peak_knee_extension_moment", side="r", repetition=2).value == pytest.approx(40.0)


def test_left_and_right_exchange_with_the_mirror() -> None:
    squats = movements.squats(1)
    load = {"knee_angle_r": np.full(len(squats.time_s), -70.0), "knee_angle_l": np.full(len(squats.time_s), -30.0)}
    swapped = {"knee_angle_l": load["knee_angle_r"], "knee_angle_r": load["knee_angle_l"]}
    here = indicators("squat", squats, dynamics=dynamics_of(squats, load))
    mirror = movements.mirrored(squats)
    there = indicators("squat", mirror, dynamics=dynamics_of(mirror, swapped))
    name = "peak_knee_extension_moment"
    assert one(here, name, side="r").value == one(there, name, side="l").value == 70.0


def test_bad_forces_withhold_moments_and_leave_times() -> None:
    squats = movements.squats(3)
    found = indicators("squat", squats, gates=(Quality(), Quality.withheld("Forces do not carry the body.")))
    assert all(i.value is None for i in found if "moment" in i.name)
    assert one(found, "number_of_repetitions").value == 3.0


def test_a_bad_movement_withholds_everything_and_says_why() -> None:
    spoiled = Quality.withheld("Angles are pinned.")
    found = indicators("squat", movements.squats(3), gates=(spoiled, spoiled))
    assert found
    assert all(i.value is None and "Angles are pinned." in i.quality.reasons for i in found)


def test_a_doubtful_activity_puts_caution_on_its_numbers() -> None:
    found = indicators("squat", movements.squats(3), confidence=0.4)
    assert one(found, "number_of_repetitions").quality.mark is Mark.WITH_CAUTION


def test_a_value_cannot_be_both_given_and_withheld() -> None:
    given = one(indicators("squat", movements.squats(3)), "number_of_repetitions")
    with pytest.raises(ValueError, match="if and only if"):
        replace(given, quality=Quality.withheld("because"))
    with pytest.raises(ValueError, match="if and only if"):
        replace(given, value=None)


@pytest.mark.parametrize(("trial", "expected_s"), [("STS1", 11.6), ("STSAsym1", 11.6), ("STSweakLegs1", 14.7)])
def test_five_times_sit_to_stand_of_the_lab_subject(shared_data, trial: str, expected_s: float) -> None:
    kinematics = read_kinematics(shared_data(movements.lab_trial(trial)))
    time = one(indicators("sit-to-stand", kinematics), "five_times_sit_to_stand_time")
    assert time.value == pytest.approx(expected_s, abs=0.2)


def test_gait_speed_of_a_real_walk_and_of_a_treadmill(shared_data) -> None:
    walk = read_kinematics(shared_data(movements.NMD_WALK))
    # Straight from the pelvis between 3 and 5.5 s, after setting off and before the tracking errors.
    inside = (walk.time_s > 3.0) & (walk.time_s < 5.5)
    expected = np.polyfit(walk.time_s[inside], walk.coordinate("pelvis_tx")[inside], 1)[0]
    assert one(indicators("walking", walk), "gait_speed").value == pytest.approx(expected, rel=0.05)
    treadmill = read_kinematics(shared_data(movements.TREADMILL))
    assert one(indicators("walking", treadmill), "gait_speed").value is None


def test_the_documentation_names_every_gate() -> None:
    text = (Path(__file__).parents[2] / "docs" / "indicators.md").read_text(encoding="utf-8")
    for gate in (*MOVEMENT_GATES, *MOMENT_GATES):
        assert f"`{gate.name}`" in text
