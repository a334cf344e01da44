"""Gates of a movement: whether its times, speeds and angles may be given out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from assessment.gates.gate import Gate
from assessment.motion import pelvis_rotation
from models.skeleton.tables import read_skeleton
from models.subject import Subject
from pipeline.scaling import ScaledModel
from pipeline.trajectories import Array, Kinematics

# A frame counts as poorly explained beyond this marker error: twice what OpenCap's own models leave (1.3-1.6 cm).
POOR_FRAME_M = 0.04
# Joint angles whose range an everyday movement never exhausts: an angle resting there is the solver giving up.
# Knee extension (0 deg), the arms and the toes reach their limits in health and are left out.
NEVER_EXHAUSTED = ("hip_flexion", "hip_adduction", "hip_rotation", "ankle_angle", "lumbar_extension", "lumbar_bending")
PINNED_WITHIN_RAD = np.radians(0.1)
# The knee of a fast runner turns at about 18 rad/s (1000 deg/s); faster is a jump between two solutions.
IMPOSSIBLE_TURN_RAD_S = 20.0
IMPOSSIBLE_PELVIS_M_S = 5.0
# A pelvis tipped further back or to the side is lying or falling; slumped sitting tips it about 30 deg back.
IMPOSSIBLE_TIP_RAD = np.radians(45.0)


@dataclass(frozen=True)
class MovementEvidence:
    """What a movement gate may look at."""

    kinematics: Kinematics
    model: ScaledModel
    subject: Subject


def _duration_s(evidence: MovementEvidence) -> float:
    return float(evidence.kinematics.time_s[-1] - evidence.kinematics.time_s[0])


def _marker_error_cm(evidence: MovementEvidence) -> float | None:
    rms = _frame_rms_m(evidence)
    return None if rms is None else 100.0 * float(np.nanmean(rms))


def _poor_frames(evidence: MovementEvidence) -> float | None:
    rms = _frame_rms_m(evidence)
    return None if rms is None else float(np.mean(~(rms <= POOR_FRAME_M)))


def _frame_rms_m(evidence: MovementEvidence) -> Array | None:
    """Root mean square over markers, per frame; NaN where no marker is seen, None where none ever is."""
    errors = evidence.kinematics.marker_errors_m
    seen = np.isfinite(errors).any(axis=1)
    if not seen.any():
        return None
    rms = np.full(len(errors), np.nan)
    rms[seen] = np.sqrt(np.nanmean(errors[seen] ** 2, axis=1))
    return rms


def _missing_values(evidence: MovementEvidence) -> float:
    unsolved: NDArray[np.bool_] = np.any(~np.isfinite(evidence.kinematics.values), axis=1)
    unsolved[list(evidence.kinematics.interpolated)] = True
    return float(np.mean(unsolved))


def _dropped_frames(evidence: MovementEvidence) -> float:
    steps = np.diff(evidence.kinematics.time_s)
    missing = np.maximum(np.rint(steps / np.median(steps)) - 1.0, 0.0).sum()
    return float(missing / (missing + len(steps) + 1))


def _pinned_share(evidence: MovementEvidence) -> float:
    limits = _ranges_rad()
    kinematics = evidence.kinematics
    worst = 0.0
    for name in kinematics.coordinates:
        if name not in limits:
            continue
        low, high = limits[name]
        values = kinematics.coordinate(name)
        # At the limit, not beyond: solvers that let an angle pass its range have not got stuck there.
        pinned = (np.abs(values - low) <= PINNED_WITHIN_RAD) | (np.abs(values - high) <= PINNED_WITHIN_RAD)
        worst = max(worst, float(np.mean(pinned)))
    return worst


@cache
def _ranges_rad() -> dict[str, tuple[float, float]]:
    """Ranges of LaiUhlrich2022 for the angles that never exhaust them; of the knee only the bent end."""
    ranges = {c.name: (c.minimum, c.maximum) for c in read_skeleton().coordinates}
    watched = {name: ranges[name] for name in ranges if name.removesuffix("_r").removesuffix("_l") in NEVER_EXHAUSTED}
    return watched | {name: (-np.inf, ranges[name][1]) for name in ("knee_angle_r", "knee_angle_l")}


def _jump_share(evidence: MovementEvidence) -> float:
    kinematics = evidence.kinematics
    step_s = np.diff(kinematics.time_s)[:, None]
    watched = [
        index
        for index, name in enumerate(kinematics.coordinates)
        if name.startswith(("hip_", "knee_angle_", "ankle_angle_", "lumbar_"))
    ]
    turn = np.abs(np.diff(kinematics.values[:, watched], axis=0)) / step_s
    pelvis = np.stack([kinematics.coordinate(f"pelvis_{axis}") for axis in ("tx", "ty", "tz")], axis=1)
    travel = np.linalg.norm(np.diff(pelvis, axis=0), axis=1) / step_s[:, 0]
    return float(np.mean((turn > IMPOSSIBLE_TURN_RAD_S).any(axis=1) | (travel > IMPOSSIBLE_PELVIS_M_S)))


def _tipped_share(evidence: MovementEvidence) -> float:
    vertical = pelvis_rotation(evidence.kinematics).as_matrix()[:, 1, :]
    back = np.arctan2(vertical[:, 0], vertical[:, 1])
    side = np.arcsin(np.clip(vertical[:, 2], -1.0, 1.0))
    return float(np.mean((back > IMPOSSIBLE_TIP_RAD) | (np.abs(side) > IMPOSSIBLE_TIP_RAD)))


def _vertical_range(evidence: MovementEvidence) -> float:
    height = evidence.kinematics.coordinate("pelvis_ty")
    return float(np.nanmax(height) - np.nanmin(height)) / evidence.subject.height_m


def _implausible_bodies(evidence: MovementEvidence) -> float:
    return float(len(evidence.model.factors.implausible))


def _height_difference(evidence: MovementEvidence) -> float | None:
    """Share of the model's height by which the given one differs; None where the model's is not known."""
    height_m = evidence.model.body_height_m
    return None if height_m is None else abs(evidence.subject.height_m / height_m - 1.0)


_OWN = "set for this project on real recordings; docs/indicators.md"
_IK_ERROR = "AddBiomechanics accepts below 2 cm (PLOS ONE 0295152); OpenCap's own models leave 1.3-1.6 cm"

LOST = (
    "The cameras lost part of the body in this trial, so that none of its numbers can be trusted: record it again with "
    "the whole person in view of both cameras."
)
TOO_SHORT = (
    "The recording is too short to hold a whole movement: record it again, with a second of rest before and after."
)
GAPS = "The recording has gaps in time, so that its times and speeds would be wrong: record it again."
NO_FIT = "The body model does not fit an adult: record the neutral trial again, standing upright and still."
HEIGHT = "The height given does not fit the person in the recording: check the height, and whose neutral trial it is."

MOVEMENT_GATES: tuple[Gate[MovementEvidence], ...] = (
    Gate(
        "duration", "Length of the trial", _duration_s, 1.3, 1.0, "s", "one stride lasts about 1 s",
        TOO_SHORT, low_is_bad=True,
    ),
    Gate("missing", "Frames without a solution", _missing_values, 0.0, 0.05, "%", _OWN, LOST),
    Gate("dropped", "Dropped frames", _dropped_frames, 0.02, 0.10, "%", _OWN, GAPS),
    Gate("marker-error", "Mean marker error of the model", _marker_error_cm, 2.5, 4.0, "cm", _IK_ERROR, LOST),
    Gate("poor-frames", "Frames with a marker error above 4 cm", _poor_frames, 0.02, 0.20, "%", _IK_ERROR, LOST),
    Gate("pinned", "Time a joint angle rests at the limit of its range", _pinned_share, 0.05, 0.25, "%", _OWN, LOST),
    Gate(
        "jumps", "Frames in which a joint or the pelvis moves impossibly fast", _jump_share, 0.0, 0.02, "%", _OWN, LOST,
    ),
    Gate(
        "tipped", "Time the pelvis is tipped back or sideways beyond 45 deg", _tipped_share, 0.01, 0.10, "%", _OWN,
        LOST,
    ),
    Gate(
        "excursion", "Vertical range of the pelvis, share of body height", _vertical_range, 0.35, 0.50, "%", _OWN, LOST,
    ),
    Gate(
        "scale", "Bodies with a scale factor no adult has", _implausible_bodies, 0.0, 2.0, "", "models.skeleton",
        NO_FIT,
    ),
    Gate(
        "height", "Height as given, difference to the height that the model's legs and trunk stand for",
        _height_difference, 0.10, 0.15, "%",
        "legs and trunk tell height to 0.7 % (ANSUR II), markers their lengths to 3 %: beyond 3 and 5 SD",
        HEIGHT,
    ),
)  # fmt: skip
