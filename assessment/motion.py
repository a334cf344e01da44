"""What a movement looks like, whatever the heading, the floor and the frame rate: the signals assessment reads.

Everything here is derived from joint coordinates alone (OpenCap's names), so it works before any force is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from scipy.signal import butter, sosfiltfilt
from scipy.spatial.transform import Rotation

from assessment.once import once_per_object
from models.errors import InverseKinematicsError, ModelError
from pipeline.trajectories import Array, Kinematics

Side = Literal["r", "l"]
SIDES: tuple[Side, ...] = ("r", "l")
# In LaiUhlrich2022 flexion and dorsiflexion are positive: extension and plantarflexion moments are the negative ones.
EXTENSION_SIGN = -1.0

# Events are timed on one uniform clock, so that 60 Hz and 120 Hz recordings of a movement give the same times.
CLOCK_HZ = 100.0
# Rising from a chair and squatting hold no content above about 3 Hz (van Lummel 2013, Gait Posture 38:303 samples
# the phases at that bandwidth); walking's second harmonic is below 4 Hz.
CUTOFF_HZ = 4.0
# What is before and after a recording is not known; the filter mirrors so much of it.
EDGE_S = 1.0
# Less shows no movement, and has no speed that could be told from noise. Own.
SHORTEST_S = 0.1
FEWEST_FRAMES = 4
# Ischial tuberosity behind and below the pelvis origin (midpoint of the ASIS) in LaiUhlrich2022, unscaled [m].
ISCHIUM_IN_PELVIS_M = np.array([-0.075, -0.135, 0.0])
# Half way from the ASIS to the PSIS, which stand 0.15 m behind them in LaiUhlrich2022, unscaled [m].
MIDDLE_IN_PELVIS_M = np.array([-0.075, 0.0, 0.0])

REQUIRED = (
    "pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz",
    "hip_flexion_r", "hip_flexion_l", "knee_angle_r", "knee_angle_l",
)  # fmt: skip


@dataclass(frozen=True)
class Motion:
    """Smoothed signals of one trial on a uniform clock, free of heading.

    Attributes
    ----------
    time_s : ndarray, shape (n,)
        Uniform, 100 Hz, on the trial's own clock [s].
    pelvis_height_m : ndarray, shape (n,)
        Height of the pelvis origin in the ground frame [m]; only differences mean anything, the floor is unknown.
    middle_height_m : ndarray, shape (n,)
        Height of the middle of the pelvis, between ASIS and PSIS [m]: unlike its origin, a tilt at the end of a rise
        does not move it.
    ischium_height_m : ndarray, shape (n,)
        Height of the sitting bones, from the pelvis pose and an unscaled offset [m].
    horizontal_m : ndarray, shape (n, 2)
        Pelvis in the ground's X-Z plane [m].
    forward_m : ndarray, shape (n,)
        Pelvis displacement along the trial's mean heading [m].
    yaw_rad : ndarray, shape (n,)
        Where the pelvis faces, about the vertical, positive to the left; turns add up [rad].
    pelvis_lean_rad, trunk_lean_rad : ndarray, shape (n,)
        Forward inclination from the vertical in the pelvis' own sagittal plane [rad], positive forward.
    trunk_known : bool
        False where the model has no lumbar joint: ``trunk_lean_rad`` is then that of the pelvis.
    hip_rad, knee_rad : dict of side to ndarray
        Flexion, positive [rad].
    """

    time_s: Array
    pelvis_height_m: Array
    middle_height_m: Array
    ischium_height_m: Array
    horizontal_m: Array
    forward_m: Array
    yaw_rad: Array
    pelvis_lean_rad: Array
    trunk_lean_rad: Array
    trunk_known: bool
    hip_rad: dict[Side, Array]
    knee_rad: dict[Side, Array]

    @property
    def duration_s(self) -> float:
        """Time from the first to the last frame [s]."""
        return float(self.time_s[-1] - self.time_s[0])

    @property
    def mean_knee_rad(self) -> Array:
        """Knee flexion, mean of both sides, shape (n,) [rad]."""
        return np.mean([self.knee_rad[side] for side in SIDES], axis=0)

    @property
    def foot_ahead(self) -> Array:
        """How far the ankles are in front of the hips, in leg lengths, shape (n,).

        Planar chain of two equal segments (thigh 0.245 and shank 0.246 of body height; Winter 2009): about 0.5
        sitting upright on a chair, 0 standing, and small in a squat, where the weight must stay over the feet.
        """
        thigh = np.mean([self.hip_rad[side] for side in SIDES], axis=0) - self.pelvis_lean_rad
        return (np.sin(thigh) + np.sin(thigh - self.mean_knee_rad)) / 2.0


@once_per_object
def describe_motion(kinematics: Kinematics) -> Motion:
    """Derive the heading-free signals of a trial; its arrays are shared by all who ask and cannot be written to.

    Raises
    ------
    ModelError
        The model lacks a coordinate that assessment reads.
    InverseKinematicsError
        The trial has fewer than 4 frames, or lasts for less than 0.1 s.
    """
    _refuse_what_shows_no_movement(kinematics)
    rotation = pelvis_rotation(kinematics)
    height = kinematics.coordinate("pelvis_ty")
    matrix = rotation.as_matrix()
    # Ground's vertical seen from the pelvis (its row 1) does not change when the subject faces another way.
    lean = np.unwrap(np.arctan2(-matrix[:, 1, 0], matrix[:, 1, 1]))
    trunk_known = "lumbar_extension" in kinematics.coordinates
    signals = {
        "height": height,
        "middle": height + rotation.apply(MIDDLE_IN_PELVIS_M)[:, 1],
        "ischium": height + rotation.apply(ISCHIUM_IN_PELVIS_M)[:, 1],
        "x": kinematics.coordinate("pelvis_tx"),
        "z": kinematics.coordinate("pelvis_tz"),
        "yaw": np.unwrap(np.arctan2(-matrix[:, 2, 0], matrix[:, 0, 0])),
        "lean": lean,
        "trunk": lean - kinematics.coordinate("lumbar_extension") if trunk_known else lean,
        **{f"hip_{side}": kinematics.coordinate(f"hip_flexion_{side}") for side in SIDES},
        **{f"knee_{side}": kinematics.coordinate(f"knee_angle_{side}") for side in SIDES},
    }
    clock_s = uniform_clock_s(kinematics.time_s)
    smooth = on_clock(kinematics.time_s, np.stack(list(signals.values()), axis=1), clock_s)
    horizontal = smooth[:, [list(signals).index("x"), list(signals).index("z")]]
    forward = (horizontal - horizontal[0]) @ mean_heading(rotation)
    for array in (clock_s, smooth, horizontal, forward):
        array.flags.writeable = False
    of = dict(zip(signals, smooth.T, strict=True))
    return Motion(
        time_s=clock_s,
        pelvis_height_m=of["height"],
        middle_height_m=of["middle"],
        ischium_height_m=of["ischium"],
        horizontal_m=horizontal,
        forward_m=forward,
        yaw_rad=of["yaw"],
        pelvis_lean_rad=of["lean"],
        trunk_lean_rad=of["trunk"],
        trunk_known=trunk_known,
        hip_rad={side: of[f"hip_{side}"] for side in SIDES},
        knee_rad={side: of[f"knee_{side}"] for side in SIDES},
    )


def _refuse_what_shows_no_movement(kinematics: Kinematics) -> None:
    missing = [name for name in REQUIRED if name not in kinematics.coordinates]
    if missing:
        raise ModelError(
            f"The movement has no coordinate {', '.join(missing)}.",
            hint="Use a model with OpenCap's coordinate names (LaiUhlrich2022); see docs/indicators.md.",
            stage="assessment",
        )
    n = len(kinematics.time_s)
    lasts_s = float(kinematics.time_s[-1] - kinematics.time_s[0]) if n else 0.0
    if n < FEWEST_FRAMES or lasts_s < SHORTEST_S:
        raise InverseKinematicsError(
            f"The trial is too short to show a movement: {n} frame{'' if n == 1 else 's'} in {lasts_s:.2f} s.",
            hint=f"A trial needs at least {FEWEST_FRAMES} frames and {SHORTEST_S:g} s. Leave this one out, or record "
            "it again.",
            stage="assessment",
        )


def pelvis_rotation(kinematics: Kinematics) -> Rotation:
    """Orientation of the pelvis in ground, one per frame.

    LaiUhlrich2022 turns the pelvis body-fixed about Z (tilt), X (list), Y (rotation), in this order; so tilt and
    list are anatomical only when the subject faces along X.
    """
    angles = np.stack([kinematics.coordinate(f"pelvis_{name}") for name in ("tilt", "list", "rotation")], axis=1)
    return Rotation.from_euler("ZXY", np.nan_to_num(angles))


def mean_heading(rotation: Rotation) -> Array:
    """Where the pelvis faces on average: unit vector in the ground's X-Z plane, shape (2,)."""
    heading = np.nanmean(rotation.as_matrix()[:, [0, 2], 0], axis=0)
    return heading / max(float(np.linalg.norm(heading)), 1e-9)


def turning_points(signal: Array, swing: float) -> list[tuple[int, bool]]:
    """Alternating highs and lows that differ from their neighbours by at least ``swing``.

    Works on differences between neighbours only, so slow drift of the floor does not matter.

    Parameters
    ----------
    signal : ndarray, shape (n,)
    swing : float
        Smallest change of direction that counts, in the signal's unit.

    Returns
    -------
    list of (index, is_high)
        In time; the first and last may be the trial's ends. Empty when the signal never swings that far.
    """
    points: list[tuple[int, bool]] = []
    lowest = highest = 0
    rising: bool | None = None
    for index, value in enumerate(signal):
        if value > signal[highest]:
            highest = index
        if value < signal[lowest]:
            lowest = index
        if rising is not True and value - signal[lowest] >= swing:
            points.append((lowest, False))
            rising, highest, lowest = True, index, index
        elif rising is not False and signal[highest] - value >= swing:
            points.append((highest, True))
            rising, highest, lowest = False, index, index
    if rising is not None:
        points.append((highest, True) if rising else (lowest, False))
    return points


def crossing_s(time_s: Array, signal: Array, level: float, start: int, stop: int, *, last: bool = False) -> float:
    """When the signal crosses a level between two frames, interpolated [s].

    The first crossing after ``start``, or the last before ``stop``; the nearer end where it never crosses.
    """
    above = signal[start : stop + 1] >= level
    changes = np.flatnonzero(above[1:] != above[:-1])
    if not len(changes):
        return float(time_s[stop if last else start])
    index = start + int(changes[-1 if last else 0])
    fraction = (level - signal[index]) / (signal[index + 1] - signal[index])
    return float(time_s[index] + fraction * (time_s[index + 1] - time_s[index]))


def uniform_clock_s(time_s: Array) -> Array:
    """Times of the uniform clock over a trial, shape (n,) [s]."""
    return np.arange(time_s[0], time_s[-1] + 1e-9, 1.0 / CLOCK_HZ)


def on_clock(time_s: Array, values: Array, clock_s: Array, cutoff_hz: float = CUTOFF_HZ) -> Array:
    """Signals of a trial on the uniform clock of its `Motion`, low-passed as all signals there.

    Parameters
    ----------
    time_s : ndarray, shape (n_frames,)
    values : ndarray, shape (n_frames,) or (n_frames, n_signals)
        NaN where a signal is not known; zero is returned for one that never is.
    clock_s : ndarray, shape (n,)

    Returns
    -------
    ndarray, shape (n,) or (n, n_signals)
    """
    columns = values.reshape(len(values), -1).T
    resampled = np.stack([_resampled(time_s, column, clock_s) for column in columns], axis=1)
    return low_passed(resampled, cutoff_hz).reshape(len(clock_s), *values.shape[1:])


def low_passed(signals: Array, cutoff_hz: float, edge_s: float = EDGE_S) -> Array:
    """Second-order Butterworth low-pass forwards and backwards, without delay, on the uniform clock.

    Parameters
    ----------
    signals : ndarray, shape (n, ...)
        On a clock of 100 Hz; filtered along the first axis.
    edge_s : float
        How much of the signal is mirrored beyond its ends [s].
    """
    padlen = min(len(signals) - 1, int(edge_s * CLOCK_HZ))
    return np.asarray(sosfiltfilt(_sections(cutoff_hz), signals, axis=0, padlen=padlen))


@cache
def _sections(cutoff_hz: float) -> Array:
    return np.asarray(butter(2, cutoff_hz, fs=CLOCK_HZ, output="sos"))


def _resampled(time_s: Array, values: Array, clock_s: Array) -> Array:
    known = np.isfinite(values)
    return np.interp(clock_s, time_s[known], values[known]) if known.any() else np.zeros_like(clock_s)
