"""Indicators of walking: right values where the answer is known, withheld with the reason where it is not."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from assessment.catalogue import catalogue
from assessment.cycle_curves import CYCLE_PERCENT, cycle_curves
from assessment.gait.walk import describe_walk
from assessment.indicators import Indicator, gait
from assessment.indicators.stride_means import overall_mean, side_means
from assessment.records import stride_records
from benchmarks.saving import RESULTS
from pipeline.motion.landmarks import Landmarks
from pipeline.quality import Mark
from pipeline.trajectories import ContactForce, ContactForces, ForceOrigin, JointMoments, Kinematics
from tests.assessment import movements
from tests.assessment.gait import walkers

DECLARED = {name for name, definition in catalogue().items() if definition.tasks == ("walking",)}
STRIDE_M = walkers.SPEED_M_S * walkers.STRIDE_S


def found_in(
    kinematics: Kinematics,
    marks: Landmarks | None = None,
    dynamics: tuple[ContactForces, JointMoments] | None = None,
) -> list[Indicator]:
    marks = walkers.landmarks(kinematics) if marks is None else marks
    return list(gait.compute(walkers.results(kinematics, marks, dynamics)))


def one(found: list[Indicator], name: str, side: str | None = None) -> Indicator:
    (only,) = [indicator for indicator in found if (indicator.name, indicator.side) == (name, side)]
    return only


def value(found: list[Indicator], name: str, side: str | None = None) -> float:
    given = one(found, name, side).value
    assert given is not None, one(found, name, side).quality.reasons
    return given


def moments_of(
    kinematics: Kinematics, columns: dict[str, np.ndarray], origin: ForceOrigin = "measured", speed: float = 0.0
) -> tuple[ContactForces, JointMoments]:
    """Moments that are zero but for the given columns [Nm], all joints turning at one speed [rad/s]."""
    n, zero, good = len(kinematics.time_s), np.zeros((len(kinematics.time_s), 3)), np.ones(len(kinematics.time_s), bool)
    moments_nm = np.zeros_like(kinematics.values)
    for name, column in columns.items():
        moments_nm[:, kinematics.coordinates.index(name)] = column
    foot = ContactForce("calcn_r", zero, zero, zero)
    return (
        ContactForces(kinematics.time_s, {"r": foot}, origin, 0.0, zero, zero, good),
        JointMoments(
            kinematics.time_s, kinematics.coordinates, kinematics.values,
            np.full((n, len(kinematics.coordinates)), speed), moments_nm, 6.0, good, zero,
        ),
    )  # fmt: skip


def bumps(kinematics: Kinematics, side: str, percent: float, size: float) -> np.ndarray:
    """A bump at one place of every stride of a side."""
    starts_s = [s.start_s for s in describe_walk(kinematics, walkers.landmarks(kinematics)).strides if s.side == side]
    at_s = np.array(starts_s)[:, None] + percent / 100.0 * walkers.STRIDE_S
    return np.asarray(size * np.exp(-(((kinematics.time_s - at_s) / 0.06) ** 2)).sum(axis=0))


def test_the_walk_of_the_synthetic_older_adult_is_what_it_was_made_as() -> None:
    found = found_in(walkers.straight())
    assert value(found, "gait_speed") == pytest.approx(0.95, rel=0.005)
    assert value(found, "cadence") == pytest.approx(120.0 / walkers.STRIDE_S, rel=0.002)
    for side, strides in (("r", 11.0), ("l", 10.0)):
        assert value(found, "number_of_strides", side) == strides
        assert value(found, "stride_time", side) == pytest.approx(walkers.STRIDE_S, abs=0.002)
        assert value(found, "stride_length", side) == pytest.approx(STRIDE_M, abs=0.003)
        assert value(found, "step_length", side) == pytest.approx(STRIDE_M / 2.0, abs=0.005)
        assert value(found, "step_time", side) == pytest.approx(walkers.STRIDE_S / 2.0, abs=0.005)
        assert value(found, "stance_share", side) + value(found, "swing_share", side) == pytest.approx(100.0)
        # examples/truth/trials.toml: toe-off 0.613 s after heel strike; either event within 20 ms.
        assert value(found, "stance_share", side) == pytest.approx(59.3, abs=4.0)
    assert value(found, "double_support_share") == pytest.approx(
        value(found, "stance_share", "r") - value(found, "single_support_share", "r"), abs=0.5
    )
    assert abs(value(found, "step_length_asymmetry")) < 1.0
    assert abs(value(found, "stance_asymmetry")) < 1.0
    assert value(found, "stride_time_cv") < 0.5


def test_joint_angles_are_those_of_the_movement() -> None:
    walk = walkers.straight()
    found = found_in(walk)
    middle = (walk.time_s > 3.0) & (walk.time_s < 9.0)
    for side in ("r", "l"):
        hip, knee, ankle = (
            np.degrees(walk.coordinate(f"{joint}_{side}"))[middle]
            for joint in ("hip_flexion", "knee_angle", "ankle_angle")
        )
        assert value(found, "walking_hip_extension_peak", side) == pytest.approx(-hip.min(), abs=1.0)
        assert value(found, "walking_hip_range", side) == pytest.approx(np.ptp(hip), abs=1.5)
        assert value(found, "walking_knee_flexion_swing_peak", side) == pytest.approx(knee.max(), abs=1.5)
        assert value(found, "walking_ankle_plantarflexion_peak", side) == pytest.approx(-ankle.min(), abs=1.5)
        assert value(found, "walking_ankle_range", side) == pytest.approx(np.ptp(ankle), abs=2.0)


def test_everything_declared_is_given_or_withheld_with_a_reason_once_a_side() -> None:
    for found in (
        found_in(walkers.straight()),
        list(gait.compute(walkers.results(walkers.straight(), None))),
        found_in(walkers.out_and_back()[0]),
    ):
        assert {indicator.name for indicator in found} >= DECLARED - {"turn_duration"}
        assert {indicator.name for indicator in found} <= DECLARED
        keys = [(indicator.name, indicator.side) for indicator in found]
        assert len(keys) == len(set(keys))
        for indicator in found:
            assert (indicator.side is not None) == catalogue()[indicator.name].sided


def test_other_movements_have_none() -> None:
    results = walkers.results(walkers.straight(), None)
    assert not list(gait.compute(replace(results, activity=replace(results.activity, name="squat"))))


def test_without_feet_speed_stays_and_strides_are_withheld() -> None:
    found = list(gait.compute(walkers.results(walkers.straight(), None)))
    assert value(found, "gait_speed") == pytest.approx(0.95, rel=0.01)
    for name, side in (("step_length", "r"), ("cadence", None), ("number_of_strides", "l")):
        assert one(found, name, side).quality.reasons == ("The model has no feet: heel strikes cannot be found.",)


def test_a_short_walk_gives_speed_with_caution_and_says_how_short() -> None:
    walk = walkers.straight()
    inside = (walk.time_s > 2.0) & (walk.time_s < 3.5)
    short = replace(walk, time_s=walk.time_s[inside], values=walk.values[inside], marker_errors_m=np.zeros((90, 0)))
    found = found_in(short)
    speed = one(found, "gait_speed")
    assert speed.value == pytest.approx(0.95, rel=0.02)
    assert speed.quality.mark is Mark.WITH_CAUTION
    assert speed.quality.reasons[0].startswith("Only 1.4 m of steady walking, 2 whole steps:")
    length = one(found, "stride_length", "r")
    assert length.value is None
    assert "at least 2 are needed." in length.quality.reasons[0]


def test_variability_is_withheld_below_twenty_strides_and_finds_what_was_put_in() -> None:
    few = one(found_in(walkers.example()), "stride_time_cv")
    assert few.quality.reasons == ("8 strides were seen; variability needs at least 20.",)
    walk = walkers.straight(40)
    random = np.random.default_rng(4)
    stretch = np.repeat(1.0 + 0.04 * random.standard_normal(40), walkers.STRIDE_FRAMES)
    time_s = np.concatenate([[0.0], np.cumsum(stretch[1:]) / walkers.RATE_HZ])
    found = found_in(walkers.at_rate(replace(walk, time_s=time_s), walkers.RATE_HZ))
    spread = one(found, "stride_time_cv")
    # Right strides are the ones that were stretched; left ones share two of them.
    assert 2.5 < value(found, "stride_time_cv") < 5.0
    assert spread.quality.mark is Mark.WITH_CAUTION
    assert "Part of it is measurement" in spread.quality.reasons[-1]


def test_a_treadmill_withholds_nothing_that_the_belt_tells() -> None:
    found = found_in(walkers.on_treadmill(walkers.straight()))
    speed = one(found, "gait_speed")
    assert speed.value == pytest.approx(0.95, rel=0.01)
    assert speed.quality.mark is Mark.WITH_CAUTION
    assert "taken from the feet while they stand" in speed.quality.reasons[0]
    assert one(found, "stride_length", "r").quality.mark is Mark.WITH_CAUTION
    assert one(found, "stride_time", "r").quality.mark is Mark.REPORTED


def test_an_uneven_belt_withholds_lengths_and_keeps_times_with_caution() -> None:
    walk = walkers.straight()
    belt_m = np.cumsum(walkers.SPEED_M_S * (1.0 + 0.35 * np.sin(3.0 * walk.time_s))) / walkers.RATE_HZ
    found = found_in(movements.column(walk, "pelvis_tx", walk.coordinate("pelvis_tx") - belt_m))
    speed = one(found, "gait_speed")
    assert speed.value is None
    assert "the standing feet disagree about it" in speed.quality.reasons[0]
    assert one(found, "stride_length", "l").value is None
    assert one(found, "stride_time", "l").quality.mark is Mark.WITH_CAUTION
    assert value(found, "stride_time", "l") == pytest.approx(walkers.STRIDE_S, abs=0.02)


def test_turns_are_timed() -> None:
    walk, _ = walkers.out_and_back(turn_s=2.0)
    assert value(found_in(walk), "turn_duration") == pytest.approx(2.0, abs=0.4)
    # A straight walk lacks nothing: it has no turn to withhold.
    assert not [found for found in found_in(walkers.straight()) if found.name == "turn_duration"]


def test_left_and_right_exchange_with_the_mirror() -> None:
    shift = movements.column(walkers.straight(), "knee_angle_r", walkers.straight().coordinate("knee_angle_r") * 1.1)
    here, there = found_in(shift), found_in(movements.mirrored(shift))
    for name in ("walking_knee_range", "stance_share", "step_length"):
        assert value(here, name, "r") == pytest.approx(value(there, name, "l"), rel=0.02)
    assert value(here, "walking_knee_range", "r") > value(here, "walking_knee_range", "l") + 2.0


def test_strides_left_out_are_told_with_their_number() -> None:
    found = found_in(*walkers.lengthened(walkers.straight(), 5.0, 5.0 + STRIDE_M))
    counts = one(found, "number_of_strides", "r")
    assert counts.quality.mark is Mark.WITH_CAUTION
    assert "time or length differ from the usual" in counts.quality.reasons[0]
    assert value(found, "stride_length", "r") == pytest.approx(STRIDE_M, rel=0.08)


def test_moments_and_powers_are_read_in_their_own_phase() -> None:
    walk = walkers.straight()
    ankle = -bumps(walk, "r", 50.0, 70.0) - bumps(walk, "r", 15.0, 200.0)
    hip = -bumps(walk, "r", 10.0, 40.0) + bumps(walk, "r", 60.0, 30.0)
    found = found_in(walk, dynamics=moments_of(walk, {"ankle_angle_r": ankle, "hip_flexion_r": hip}, speed=-2.0))
    mass_kg = walkers.SUBJECT.mass_kg
    assert value(found, "walking_ankle_plantarflexion_moment", "r") == pytest.approx(70.0 / mass_kg, rel=0.03)
    assert value(found, "walking_ankle_push_off_power", "r") == pytest.approx(140.0 / mass_kg, rel=0.03)
    assert value(found, "walking_hip_extension_moment", "r") == pytest.approx(40.0 / mass_kg, rel=0.03)
    assert value(found, "walking_hip_early_stance_power", "r") == pytest.approx(80.0 / mass_kg, rel=0.03)
    assert value(found, "walking_hip_flexion_moment", "r") == pytest.approx(30.0 / mass_kg, rel=0.03)
    assert value(found, "walking_ankle_plantarflexion_moment", "l") == pytest.approx(0.0, abs=1e-6)
    assert one(found, "walking_ankle_push_off_power", "r").quality.mark is Mark.REPORTED


def test_estimated_forces_say_how_far_they_were_off_and_in_which_direction() -> None:
    walk = walkers.straight()
    push = {"ankle_angle_r": -bumps(walk, "r", 50.0, 70.0)}
    power = one(
        found_in(walk, dynamics=moments_of(walk, push, "estimated", speed=-2.0)), "walking_ankle_push_off_power", "r"
    )
    declared = catalogue()["walking_ankle_push_off_power"].estimated_forces_error
    assert declared is not None
    assert power.standard_error == pytest.approx(declared, rel=0.05)
    assert power.quality.mark is Mark.WITH_CAUTION
    assert power.quality.reasons == (
        "Forces are estimated from the movement, not measured: against force plates this was off by about 0.89 W/kg; "
        "ankle push-off came out too small, hip flexion too large.",
    )


def test_the_declared_errors_of_estimated_forces_are_the_ones_the_benchmark_saved() -> None:
    saved = json.loads((RESULTS / "gait_joints.json").read_text(encoding="utf-8"))["figures"]
    declared = {name: catalogue()[name] for name in DECLARED if catalogue()[name].needs == "moments"}
    assert set(saved) == set(declared)
    for name, row in saved.items():
        assert declared[name].estimated_forces_error == pytest.approx(row["rms"], abs=0.006)


def test_strides_without_forces_do_not_count_for_moments() -> None:
    walk = walkers.straight()
    forces, moments = moments_of(walk, {"ankle_angle_r": -bumps(walk, "r", 50.0, 70.0)})
    first = walk.time_s < 3.0
    half = found_in(walk, dynamics=(replace(forces, valid=first), replace(moments, valid=first)))
    assert value(half, "walking_ankle_plantarflexion_moment", "r") == pytest.approx(70.0 / 58.0, rel=0.03)
    none = found_in(walk, dynamics=(forces, replace(moments, valid=np.zeros_like(first))))
    assert one(none, "walking_ankle_plantarflexion_moment", "r").quality.reasons == (
        "In no stride of this side are forces and moments known throughout.",
    )


def test_curves_over_the_cycle_are_those_of_each_stride() -> None:
    walk = walkers.straight()
    forces, moments = moments_of(walk, {"knee_angle_l": -bumps(walk, "l", 20.0, 30.0)}, speed=-1.0)
    errors = np.full_like(moments.moments_nm, 5.8)
    curves = cycle_curves(
        walkers.results(walk, walkers.landmarks(walk), (forces, replace(moments, standard_errors_nm=errors)))
    )
    # 21 strides, three joints, three kinds.
    assert len(curves) == 21 * 9
    assert len(stride_records(curves)) == 21
    assert all(curve.values.shape == CYCLE_PERCENT.shape == (101,) for curve in curves)
    for curve in curves:
        if (curve.side, curve.coordinate, curve.kind) == ("l", "knee_angle", "moment"):
            assert CYCLE_PERCENT[np.argmax(curve.values)] == pytest.approx(20.0, abs=1.0)
            assert curve.values.max() == pytest.approx(30.0 / 58.0, rel=0.03)
            assert curve.standard_errors == pytest.approx(np.full(101, 0.1))
            assert curve.unit == "Nm/kg"
        if (curve.side, curve.coordinate, curve.kind) == ("r", "knee_angle", "angle"):
            times_s = np.linspace(curve.start_s, curve.stop_s, 101)
            raw = np.degrees(np.interp(times_s, walk.time_s, walk.coordinate("knee_angle_r")))
            assert curve.values == pytest.approx(raw, abs=3.0)
            assert 55.0 < curve.toe_off_percent < 66.0


def test_a_curve_has_holes_where_moments_are_not_known() -> None:
    walk = walkers.straight()
    forces, moments = moments_of(walk, {})
    hidden = {"hip_flexion_r": walk.time_s > 6.0}
    curves = cycle_curves(walkers.results(walk, walkers.landmarks(walk), (forces, replace(moments, unknown=hidden))))
    late = [c for c in curves if (c.side, c.coordinate, c.kind) == ("r", "hip_flexion", "moment") and c.start_s > 6.1]
    assert late
    assert all(np.isnan(curve.values).all() for curve in late)


def test_noisy_copies_give_values_or_reasons_and_never_fail() -> None:
    walk = walkers.example()
    random = np.random.default_rng(1)
    for size in (0.02, 0.2, 2.0):
        for _ in range(3):
            shaken = replace(walk, values=walk.values + size * random.standard_normal(walk.values.shape))
            for indicator in found_in(shaken):
                assert (indicator.value is None) == (indicator.quality.mark is Mark.WITHHELD)


def test_means_know_how_well_they_are_known() -> None:
    means = side_means({"r": [1.0, 1.2, float("nan")], "l": [2.0]})
    assert means["r"].value == pytest.approx(1.1)
    # Pooled standard deviation 0.1414, of which only the right side tells.
    assert means["r"].standard_error == pytest.approx(0.1)
    assert means["l"].standard_error == pytest.approx(0.1414, abs=1e-4)
    assert side_means({"r": [1.0], "l": []}).keys() == {"r"}
    assert side_means({"r": [1.0], "l": [1.0]})["r"].standard_error is None
    assert overall_mean({"r": [1.0, 1.2], "l": [1.0, 1.2]}).standard_error == pytest.approx(0.1)
