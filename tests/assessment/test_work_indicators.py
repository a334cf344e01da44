"""Power, work, impulse and rate of rise: of which frames, with which caveats, and withheld as the peaks are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assessment.activities import Activity
from assessment.repetitions import find_repetitions
from pipeline.quality import Mark, Quality
from pipeline.trajectories import ContactForces, ForceOrigin, HandSupport, JointMoments, Kinematics
from tests.assessment import movements
from tests.assessment.test_indicators import RISE, RISEN, SUBJECT, dynamics_of, indicators, one, rise_with


def pushing(kinematics: Kinematics, origin: ForceOrigin = "measured") -> tuple[ContactForces, JointMoments]:
    """Right knee: 50 Nm of extension with an error of 5 Nm throughout, and the angles' own speeds."""
    forces, moments = dynamics_of(kinematics, {"knee_angle_r": np.full(len(kinematics.time_s), -50.0)}, origin)
    speeds = np.gradient(kinematics.values, kinematics.time_s, axis=0)
    return forces, replace(moments, speeds=speeds, standard_errors_nm=np.full_like(speeds, 5.0))


def test_a_squat_under_constant_moment_generates_what_it_absorbed() -> None:
    squats = movements.squats(2)
    found = indicators("squat", squats, dynamics=pushing(squats))
    repetition = find_repetitions(Activity("squat", 1.0, ()), squats)[1]
    work = one(found, "positive_knee_work", side="r", repetition=2)
    knee_at_stop_rad = np.interp(repetition.stop_s, squats.time_s, squats.coordinate("knee_angle_r"))
    bent_rad = squats.coordinate("knee_angle_r").max()
    # A repetition ends between two frames: up to one of 42 is lost.
    assert work.value == pytest.approx(50.0 * (bent_rad - knee_at_stop_rad), rel=0.04)
    assert work.standard_error == pytest.approx(work.value / 10.0, rel=0.02)
    impulse = one(found, "knee_extension_impulse", side="r", repetition=2)
    assert impulse.value == pytest.approx(50.0 * repetition.duration_s, abs=2.0)
    power = one(found, "peak_knee_power", side="r", repetition=2)
    # A minimum-jerk ramp is at most 1.875 times as fast as on average.
    assert power.value == pytest.approx(50.0 * np.radians(95.0) / 0.7 * 1.875, rel=0.02)
    assert power.standard_error == pytest.approx(power.value / 10.0)
    rate = one(found, "knee_extension_moment_rise_rate", side="r", repetition=2)
    assert rate.value is None
    assert "does not rise" in rate.quality.reasons[0]
    for indicator, unit in ((work, "J"), (impulse, "Nms"), (power, "W")):
        relative = one(found, f"{indicator.name}_per_kg", side="r", repetition=2)
        assert relative.value == pytest.approx(indicator.value / SUBJECT.mass_kg)
        assert (indicator.unit, relative.unit) == (unit, f"{unit}/kg")
    assert work.quality == power.quality == impulse.quality == Quality()
    estimated = one(
        indicators("squat", squats, dynamics=pushing(squats, "estimated")), work.name, side="r", repetition=2
    )
    assert estimated.quality.mark is Mark.WITH_CAUTION
    assert estimated.value == work.value


def test_the_rate_of_rise_says_over_which_time_and_when_it_is_the_filters() -> None:
    squats = movements.squats(1)
    for rise_s, mark in ((0.6, Mark.REPORTED), (0.05, Mark.WITH_CAUTION)):
        load = -40.0 * movements.ramp(squats.time_s, 0.8, 0.8 + rise_s)
        found = indicators("squat", squats, dynamics=dynamics_of(squats, {"knee_angle_r": load}, "measured"))
        rate = one(found, "knee_extension_moment_rise_rate", side="r")
        assert rate.quality.mark is mark
        # 0.35 / 4 Hz is 88 ms, at 60 frames a second six steps.
        assert "Steepest over 100 ms (low-pass at 4 Hz)." in rate.quality.reasons
    assert "at least this steep" in rate.quality.reasons[0]


def test_sums_are_withheld_over_a_hole_and_peaks_are_not() -> None:
    squats = movements.squats(1)
    forces, moments = pushing(squats)
    broken = replace(forces, valid=np.abs(squats.time_s - 1.0) > 0.02)
    found = indicators("squat", squats, dynamics=(broken, moments))
    for name in ("positive_knee_work", "knee_extension_impulse"):
        lost = one(found, name, side="r")
        assert lost.value is None
        assert "in part of this repetition" in lost.quality.reasons[0]
    for name in ("peak_knee_power", "peak_knee_extension_moment"):
        assert one(found, name, side="r").value is not None


def test_of_a_rise_the_hips_sums_begin_at_seat_off_and_its_rate_of_rise_says_what_it_cannot_see() -> None:
    found = indicators("sit-to-stand", RISE, dynamics=rise_with(np.full(len(RISE.time_s), -50.0)))
    seat_off_s, stand_s = RISEN.events["seat_off"], RISEN.events["stand"]
    for joint, start_s in (("hip", seat_off_s), ("knee", RISEN.start_s)):
        impulse = one(found, f"{joint}_extension_impulse", side="r")
        assert impulse.value == pytest.approx(50.0 * (stand_s - start_s), abs=1.5)
        assert impulse.quality == Quality()


def test_the_hips_rate_of_rise_says_what_the_seat_hides() -> None:
    since_s = RISE.time_s - RISEN.events["seat_off"]
    slowing = -100.0 * (1.0 - np.exp(-np.clip(since_s, 0.0, None) / 0.2))
    late = -100.0 * movements.ramp(since_s, 0.1, 0.5)
    falling = -100.0 * np.clip(2.0 - since_s, 0.0, None)
    rates = [
        one(indicators("sit-to-stand", RISE, dynamics=rise_with(load)), "hip_extension_moment_rise_rate", side="r")
        for load in (slowing, late, falling)
    ]
    assert "may have been steeper" in rates[0].quality.reasons[0]
    assert rates[1].quality.mark is Mark.REPORTED
    assert rates[1].value == pytest.approx(100.0 / 0.4 * 1.875, rel=0.05)
    assert rates[2].value is None


def test_hands_hide_work_as_they_hide_peaks() -> None:
    hand = HandSupport("r", "thigh", 0.6, 1.4, ("knee_angle_r",))
    forces, moments = pushing(RISE)
    found = indicators("sit-to-stand", RISE, dynamics=(replace(forces, hand_supports=(hand,)), moments))
    for name in ("peak_knee_power", "positive_knee_work", "knee_extension_impulse", "knee_extension_moment_rise_rate"):
        hidden = one(found, name, side="r")
        assert hidden.value is None
        assert hidden.quality.reasons == (hand.text,)
        assert hand.text not in one(found, name, side="l").quality.reasons
