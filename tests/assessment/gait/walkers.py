"""SYNTHETIC walks with known answers: the example's true walk, repeated, turned, slowed, put on a belt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from assessment.activities import Activity
from assessment.example import EXAMPLE
from assessment.indicators.base import TrialResults
from models.subject import Subject
from pipeline.kinematics import read_kinematics
from pipeline.motion.landmarks import Landmarks, find_landmarks
from pipeline.quality import Quality
from pipeline.trajectories import Array, ContactForces, JointMoments, Kinematics
from tests.assessment import movements

TRUTH = EXAMPLE.parent / "truth"
MODEL = TRUTH / "LaiUhlrich2022_true.osim"
SUBJECT = Subject(height_m=1.56, mass_kg=58.0, sex="f")
RATE_HZ = 60.0
# Of the example: examples/truth/trials.toml, examples/walking.py.
STRIDE_FRAMES = 62
STRIDE_S = STRIDE_FRAMES / RATE_HZ
SPEED_M_S = 0.95
PELVIS = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz")


@cache
def example() -> Kinematics:
    """Her true walk: 5.6 s at 0.95 m/s, heading -36 degrees."""
    return read_kinematics(TRUTH / "walk_angles.mot")


@cache
def straight(strides: int = 12) -> Kinematics:
    """Her walk repeated, heading along X: every stride is alike."""
    return repeated(strides, lambda time_s: np.zeros_like(time_s))


def repeated(strides: int, heading_rad: Callable[[Array], Array]) -> Kinematics:
    """Her walk repeated, along a way that may turn; to the left positive."""
    once = _along_x()
    frames = np.arange(strides * STRIDE_FRAMES)
    values = once.values[STRIDE_FRAMES // 2 :][frames % STRIDE_FRAMES].copy()
    time_s = frames / RATE_HZ
    columns = [once.coordinates.index(name) for name in PELVIS]
    tilt_list_yaw, place_m = values[:, columns[:3]], values[:, columns[3:]]
    place_m[:, 0] += (frames // STRIDE_FRAMES) * SPEED_M_S * STRIDE_S
    heading = Rotation.from_rotvec(heading_rad(time_s)[:, None] * np.array([0.0, 1.0, 0.0]))
    steps_m = heading[:-1].apply(np.diff(place_m, axis=0))
    values[:, columns[:3]] = np.unwrap((heading * Rotation.from_euler("ZXY", tilt_list_yaw)).as_euler("ZXY"), axis=0)
    values[:, columns[3:]] = np.vstack([heading[0].apply(place_m[0]), heading[0].apply(place_m[0]) + steps_m.cumsum(0)])
    return Kinematics(time_s, once.coordinates, values, (), np.zeros((len(time_s), 0)))


def out_and_back(strides_each_way: int = 6, turn_s: float = 2.0) -> tuple[Kinematics, float]:
    """Out, a half turn to the left within ``turn_s``, and back; when the turn begins."""
    begins_s = strides_each_way * STRIDE_S
    strides = 2 * strides_each_way + round(turn_s / STRIDE_S)
    walk = repeated(strides, lambda time_s: np.pi * movements.ramp(time_s, begins_s, begins_s + turn_s))
    return walk, begins_s


def on_treadmill(kinematics: Kinematics, speed_m_s: float = SPEED_M_S) -> Kinematics:
    """The same walk along X with the belt's motion taken away."""
    belt_m = speed_m_s * kinematics.time_s
    return movements.column(kinematics, "pelvis_tx", kinematics.coordinate("pelvis_tx") - belt_m)


def at_rate(kinematics: Kinematics, rate_hz: float) -> Kinematics:
    """The same walk recorded at another rate."""
    time_s = np.arange(kinematics.time_s[0], kinematics.time_s[-1], 1.0 / rate_hz)
    values = CubicSpline(kinematics.time_s, kinematics.values)(time_s)
    return replace(kinematics, time_s=time_s, values=values, marker_errors_m=np.zeros((len(time_s), 0)))


def stumbling(kinematics: Kinematics, at_stride: int, factor: float = 1.7) -> Kinematics:
    """The same walk with the frames of one stride lasting longer."""
    lengths_s = np.full(len(kinematics.time_s) - 1, 1.0 / RATE_HZ)
    lengths_s[at_stride * STRIDE_FRAMES : (at_stride + 1) * STRIDE_FRAMES] *= factor
    slowed = replace(kinematics, time_s=np.concatenate([[0.0], lengths_s.cumsum()]))
    return at_rate(slowed, RATE_HZ)


def shuffling(kinematics: Kinematics, scale: float = 0.3, slower: float = 1.3) -> tuple[Kinematics, Landmarks]:
    """The way over ground of every point scaled down, and slower: standing feet still stand."""
    small = replace(kinematics, time_s=slower * kinematics.time_s)
    for name in ("pelvis_tx", "pelvis_tz"):
        small = movements.column(small, name, scale * small.coordinate(name))
    marks = landmarks(kinematics)
    points_m = {name: place * np.array([scale, 1.0, scale]) for name, place in marks.points_m.items()}
    return small, replace(marks, time_s=small.time_s, points_m=points_m)


def lengthened(
    kinematics: Kinematics, start_m: float, stop_m: float, factor: float = 1.6
) -> tuple[Kinematics, Landmarks]:
    """The way between two places along X stretched: strides there are longer, standing feet still stand."""

    def stretched(x_m: Array) -> Array:
        return x_m + (factor - 1.0) * (np.clip(x_m, start_m, stop_m) - start_m)

    marks = landmarks(kinematics)
    points_m = {name: np.column_stack([stretched(place[:, 0]), place[:, 1:]]) for name, place in marks.points_m.items()}
    longer = movements.column(kinematics, "pelvis_tx", stretched(kinematics.coordinate("pelvis_tx")))
    return longer, replace(marks, points_m=points_m)


def landmarks(kinematics: Kinematics) -> Landmarks:
    return find_landmarks(MODEL, kinematics)


def results(
    kinematics: Kinematics,
    marks: Landmarks | None,
    dynamics: tuple[ContactForces, JointMoments] | None = None,
) -> TrialResults:
    """A walk as indicators see it."""
    forces, moments = dynamics or (None, None)
    kinetic = Quality() if dynamics else Quality.withheld("No contact forces.")
    activity = Activity("walking", 1.0, ())
    return TrialResults(activity, (), kinematics, marks, forces, moments, SUBJECT, Quality(), kinetic)


@cache
def _along_x() -> Kinematics:
    walk = example()
    way_m = walk.values[-1] - walk.values[0]
    away_x, away_z = (float(way_m[walk.coordinates.index(name)]) for name in ("pelvis_tx", "pelvis_tz"))
    return movements.facing(walk, float(np.arctan2(away_z, away_x)))
