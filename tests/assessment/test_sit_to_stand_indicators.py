"""Rising from a chair: numbers with known answers on movements that are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assessment.activities import Activity
from assessment.indicators import Indicator, TrialResults, compute_indicators
from assessment.indicators.sit_to_stand import field_power_w
from assessment.repetitions import find_repetitions
from models.gravity import GRAVITY_M_PER_S2
from models.subject import Subject
from pipeline.motion.landmarks import Landmarks
from pipeline.quality import Mark, Quality
from pipeline.trajectories import Kinematics
from tests.assessment import movements
from tests.assessment.test_indicators import one

SUBJECT = Subject(height_m=1.65, mass_kg=65.0, sex="m")
STS = movements.sit_to_stand(5)


def rising(kinematics: Kinematics = STS, seat_height_m: float | None = None) -> list[Indicator]:
    """The centre of mass goes with the pelvis, 5 cm above it."""
    pelvis = np.stack([kinematics.coordinate(f"pelvis_t{axis}") for axis in "xyz"], axis=1)
    landmarks = Landmarks(kinematics.time_s, {"centre_of_mass": np.add(pelvis, [0.0, 0.05, 0.0])}, 0.25, 0.84)
    activity = Activity("sit-to-stand", 1.0, ())
    withheld = Quality.withheld("No contact forces.")
    results = TrialResults(
        activity, find_repetitions(activity, kinematics), kinematics, landmarks, None, None, SUBJECT, Quality(),
        withheld, seat_height_m,
    )  # fmt: skip
    return list(compute_indicators(results))


def slower_and_slower(kinematics: Kinematics) -> Kinematics:
    """The same movement on a clock that slows down to half its pace."""
    pace = 1.0 + (kinematics.time_s - kinematics.time_s[0]) / np.ptp(kinematics.time_s)
    slow_s = np.concatenate([[0.0], np.cumsum(np.diff(kinematics.time_s) * pace[1:])])
    return movements.resampled(replace(kinematics, time_s=slow_s), kinematics.rate_hz)


def test_field_equation_of_a_worked_example() -> None:
    # 65 kg, 1.65 m, seat of 0.43 m, 12 s: 188.9 W with g = 9.81 (computed by hand from the published equation).
    assert field_power_w(65.0, 1.65, 0.43, 12.0, 5) == pytest.approx(188.9, rel=1e-3)
    # The wrong form, 0.9 on the height, gives 166 W: it would turn a man of 2.91 W/kg into one of 2.55.
    assert field_power_w(65.0, 1.65, 0.43, 12.0, 5) / 65.0 > 2.6


def test_field_equation_is_withheld_without_the_height_of_the_seat_and_says_how_to_give_it() -> None:
    power = one(rising(), "sit_to_stand_power_field_per_kg")
    assert power.value is None
    assert "--seat-height-m" in power.quality.reasons[0]


def test_a_seat_too_high_for_the_person_is_withheld_not_negative() -> None:
    power = one(rising(seat_height_m=0.75), "sit_to_stand_power_field_per_kg")
    assert power.value is None
    assert "0.75 m is too high" in power.quality.reasons[0]


def test_field_equation_uses_the_time_that_is_reported_and_carries_its_error() -> None:
    found = rising(seat_height_m=0.43)
    five = one(found, "five_times_sit_to_stand_time")
    power = one(found, "sit_to_stand_power_field_per_kg")
    assert power.value == pytest.approx(field_power_w(65.0, 1.65, 0.43, five.value, 5) / 65.0)
    # 0.9 s of 13 s, a centimetre of 39.5 and half a centimetre of it.
    relative = np.linalg.norm([0.9 / five.value, 0.01 / 0.395, 0.005 / 0.395])
    assert power.standard_error == pytest.approx(relative * power.value, rel=1e-6)
    assert "European" in power.protocol or "sit_to_stand_power_field" in power.protocol


def test_four_rises_have_no_field_power_and_say_why() -> None:
    power = one(rising(movements.sit_to_stand(4), 0.43), "sit_to_stand_power_field_per_kg")
    assert power.value is None
    assert "five complete rises" in power.quality.reasons[0]


def test_mean_power_is_the_gain_of_energy_over_the_time_from_seat_off_to_stand() -> None:
    found = rising()
    repetition = find_repetitions(Activity("sit-to-stand", 1.0, ()), STS)[2]
    heights = np.interp(
        [repetition.events["seat_off"], repetition.events["stand"]], STS.time_s, STS.coordinate("pelvis_ty")
    )
    duration_s = repetition.events["stand"] - repetition.events["seat_off"]
    potential_w_per_kg = GRAVITY_M_PER_S2 * float(np.ptp(heights)) / duration_s
    power = one(found, "mean_rise_power_per_kg", repetition=3)
    # Kinetic energy at either end is less than a tenth of what is lifted.
    assert power.value == pytest.approx(potential_w_per_kg, rel=0.1)
    assert one(found, "mean_rise_power", repetition=3).value == pytest.approx(65.0 * power.value)
    assert one(found, "peak_rise_power_per_kg", repetition=3).value > power.value


def test_rise_velocity_is_that_of_the_centre_of_mass() -> None:
    fastest = np.gradient(STS.coordinate("pelvis_ty"), STS.time_s)
    for repetition in (1, 5):
        velocity = one(rising(), "peak_rise_velocity", repetition=repetition)
        # The 4-Hz low-pass takes a little off the top of a rise of 0.8 s.
        assert velocity.value == pytest.approx(float(fastest.max()), rel=0.04)


def test_trunk_leans_and_straightens_as_it_was_made_to() -> None:
    found = rising()
    # From 10 degrees behind the vertical, 45 degrees forward within half a second: at most 1.875 x 90 deg/s.
    assert one(found, "peak_trunk_flexion", repetition=2).value == pytest.approx(35.0, abs=1.5)
    assert one(found, "peak_trunk_flexion_velocity", repetition=2).value == pytest.approx(1.875 * 90.0, rel=0.1)
    assert one(found, "peak_trunk_extension_velocity", repetition=2).value == pytest.approx(1.875 * 75.0, rel=0.1)


def test_slower_and_slower_rises_have_a_falling_power_within_its_interval() -> None:
    steady = one(rising(), "mean_rise_power_per_kg_slope")
    assert abs(steady.value) < 1.96 * steady.standard_error + 0.05
    tired = one(rising(slower_and_slower(STS)), "mean_rise_power_per_kg_slope")
    assert tired.value + 1.96 * tired.standard_error < 0.0


def test_without_landmarks_there_is_no_power_but_still_a_trunk() -> None:
    activity = Activity("sit-to-stand", 1.0, ())
    results = TrialResults(
        activity, find_repetitions(activity, STS), STS, None, None, None, SUBJECT, Quality(), Quality.withheld("None.")
    )
    names = {indicator.name for indicator in compute_indicators(results)}
    assert "peak_trunk_flexion" in names
    assert "mean_rise_power" not in names


def test_without_a_lumbar_joint_the_trunk_is_withheld() -> None:
    kept = [index for index, name in enumerate(STS.coordinates) if not name.startswith("lumbar")]
    stiff = replace(STS, coordinates=tuple(STS.coordinates[k] for k in kept), values=STS.values[:, kept])
    trunk = one(rising(stiff), "peak_trunk_flexion", repetition=1)
    assert trunk.value is None
    assert "no lumbar joint" in trunk.quality.reasons[0]
    assert one(rising(stiff), "peak_rise_velocity", repetition=1).value is not None


def test_a_withheld_trial_withholds_all_of_it() -> None:
    activity = Activity("sit-to-stand", 1.0, ())
    gate = Quality.withheld("Mean marker error of the model: 6 cm (at most 4 cm is accepted).")
    results = TrialResults(activity, find_repetitions(activity, STS), STS, None, None, None, SUBJECT, gate, gate, 0.45)
    found = compute_indicators(results)
    assert found
    assert all(one.value is None and one.quality.mark is Mark.WITHHELD for one in found)


def test_facing_another_way_changes_nothing() -> None:
    turned = movements.facing(STS, np.radians(130.0), (2.0, 0.3, -1.0))
    for name in ("peak_trunk_flexion", "mean_rise_power_per_kg"):
        here, there = one(rising(), name, repetition=1), one(rising(turned), name, repetition=1)
        assert there.value == pytest.approx(here.value, rel=1e-3)
