"""Gates: what a trial must show before a number from it is given out.

Every gate measures one thing and compares it with two thresholds; the table below is the whole rule book. Movement
gates decide about times, speeds and angles; moment gates decide about joint moments only, so that a trial with
unusable forces still has its times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce
from operator import and_
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from assessment.motion import pelvis_rotation
from models.gravity import GRAVITY_M_PER_S2
from models.skeleton.tables import read_skeleton
from models.subject import Subject
from pipeline.quality import Quality
from pipeline.scaling import ScaledModel
from pipeline.trajectories import Array, ContactForces, JointMoments, Kinematics

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


@dataclass(frozen=True)
class MomentEvidence:
    """What a moment gate may look at."""

    forces: ContactForces
    moments: JointMoments
    subject: Subject

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Frames in which both forces and moments may be used."""
        return self.forces.valid & self.moments.valid


EvidenceT = TypeVar("EvidenceT")


@dataclass(frozen=True)
class Gate(Generic[EvidenceT]):
    """One check.

    Attributes
    ----------
    name : str
    label : str
        What is measured, as the subject of a sentence.
    measure : callable
        Evidence -> value in ``unit``; None where there is nothing to measure.
    caution, withheld : float
        Thresholds, in ``unit``. The value passes while it is on the good side of ``caution``, itself included.
    unit : str
        As printed; ``%`` values are measured as shares and printed in per cent.
    source : str
        Where the thresholds come from.
    low_is_bad : bool
        Whether small values fail instead of large ones.
    """

    name: str
    label: str
    measure: Callable[[EvidenceT], float | None]
    caution: float
    withheld: float
    unit: str
    source: str
    low_is_bad: bool = False

    def judge(self, evidence: EvidenceT) -> Quality:
        """Mark and reason; reported without a reason where the gate is passed or has nothing to measure."""
        value = self.measure(evidence)
        if value is None:
            return Quality()
        if not np.isfinite(value):
            return Quality.withheld(f"{self.label} cannot be determined.")
        sign = -1.0 if self.low_is_bad else 1.0
        if sign * value > sign * self.withheld:
            return Quality.withheld(self._reason(value, self.withheld, "accepted"))
        if sign * value > sign * self.caution:
            return Quality.caution(self._reason(value, self.caution, "expected"))
        return Quality()

    def _reason(self, value: float, threshold: float, what: str) -> str:
        bound = "at least" if self.low_is_bad else "at most"
        return f"{self.label}: {self._text(value)} ({bound} {self._text(threshold)} is {what})."

    def _text(self, value: float) -> str:
        return f"{100 * value:.1f} %" if self.unit == "%" else f"{value:.3g} {self.unit}".rstrip()


NOT_MEASURED = "Contact forces are estimated from the movement, not measured."


def judge_kinematics(kinematics: Kinematics, model: ScaledModel, markers: Quality, subject: Subject) -> Quality:
    """Whether times, speeds and angles of this trial may be given out.

    Parameters
    ----------
    kinematics : Kinematics
    model : ScaledModel
        The one that was used.
    markers : Quality
        What preparing the markers found; taken over.
    subject : Subject
    """
    evidence = MovementEvidence(kinematics, model, subject)
    return _all(markers, *(gate.judge(evidence) for gate in MOVEMENT_GATES))


def judge_kinetics(
    movement: Quality, forces: ContactForces | None, moments: JointMoments | None, subject: Subject
) -> Quality:
    """Whether joint moments of this trial may be given out; never better than the movement they rest on.

    Parameters
    ----------
    movement : Quality
        What `judge_kinematics` said.
    forces, moments : ContactForces and JointMoments, or None
        None where they could not be determined.
    subject : Subject
    """
    if forces is None or moments is None:
        return movement & Quality.withheld("No contact forces: joint moments are not known.")
    evidence = MomentEvidence(forces, moments, subject)
    origin = Quality() if forces.origin == "measured" else Quality.caution(NOT_MEASURED)
    return _all(movement, origin, *(gate.judge(evidence) for gate in MOMENT_GATES))


def _all(*qualities: Quality) -> Quality:
    return reduce(and_, qualities)


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


def _pelvis_height(evidence: MomentEvidence) -> float:
    height = evidence.moments.values[:, evidence.moments.coordinates.index("pelvis_ty")]
    ground_m = evidence.forces.floor_height_m + max(evidence.forces.steps_m, default=0.0)
    return float(np.nanpercentile(height - ground_m, 98)) / evidence.subject.height_m


def _valid_share(evidence: MomentEvidence) -> float:
    return float(np.mean(evidence.valid))


def _weight_error(evidence: MomentEvidence) -> float | None:
    """Mean vertical force against weight plus what the centre of mass' mean acceleration asks for."""
    forces, moments, valid = evidence.forces, evidence.moments, evidence.valid
    if not valid.any():
        return None
    acceleration = np.gradient(np.gradient(moments.centre_of_mass_m[:, 1], moments.time_s), moments.time_s)
    expected = evidence.subject.mass_kg * (GRAVITY_M_PER_S2 + float(np.mean(acceleration[valid])))
    weight = evidence.subject.mass_kg * GRAVITY_M_PER_S2
    return abs(float(np.mean(forces.total_vertical_n[valid])) - expected) / weight


def _residual_force(evidence: MomentEvidence) -> float | None:
    return _rms_per_kg(evidence, evidence.forces.residual_force_n)


def _residual_moment(evidence: MomentEvidence) -> float | None:
    return _rms_per_kg(evidence, evidence.forces.residual_moment_nm)


def _rms_per_kg(evidence: MomentEvidence, residual: Array) -> float | None:
    if not evidence.valid.any():
        return None
    return float(np.sqrt(np.mean(np.sum(residual[evidence.valid] ** 2, axis=1)))) / evidence.subject.mass_kg


_OWN = "set for this project on real recordings; docs/indicators.md"
_IK_ERROR = "AddBiomechanics accepts below 2 cm (PLOS ONE 0295152); OpenCap's own models leave 1.3-1.6 cm"
_RESIDUAL = "a twentieth of body weight that no contact bears: physics does not close; docs/contact-forces.md"

MOVEMENT_GATES: tuple[Gate[MovementEvidence], ...] = (
    Gate("duration", "Length of the trial", _duration_s, 1.3, 1.0, "s", "one stride lasts about 1 s", low_is_bad=True),
    Gate("missing", "Frames without a solution", _missing_values, 0.0, 0.05, "%", _OWN),
    Gate("dropped", "Dropped frames", _dropped_frames, 0.02, 0.10, "%", _OWN),
    Gate("marker-error", "Mean marker error of the model", _marker_error_cm, 2.5, 4.0, "cm", _IK_ERROR),
    Gate("poor-frames", "Frames with a marker error above 4 cm", _poor_frames, 0.02, 0.20, "%", _IK_ERROR),
    Gate("pinned", "Time a joint angle rests at the limit of its range", _pinned_share, 0.05, 0.25, "%", _OWN),
    Gate("jumps", "Frames in which a joint or the pelvis moves impossibly fast", _jump_share, 0.0, 0.02, "%", _OWN),
    Gate("tipped", "Time the pelvis is tipped back or sideways beyond 45 deg", _tipped_share, 0.01, 0.10, "%", _OWN),
    Gate("excursion", "Vertical range of the pelvis, share of body height", _vertical_range, 0.35, 0.50, "%", _OWN),
    Gate("scale", "Bodies with a scale factor no adult has", _implausible_bodies, 0.0, 2.0, "", "models.skeleton"),
    Gate(
        "height", "Height as given, difference to the height that the model's legs and trunk stand for",
        _height_difference, 0.10, 0.15, "%",
        "legs and trunk tell height to 0.7 % (ANSUR II), markers their lengths to 3 %: beyond 3 and 5 SD",
    ),
)  # fmt: skip

MOMENT_GATES: tuple[Gate[MomentEvidence], ...] = (
    Gate("valid", "Share of frames with usable forces", _valid_share, 0.8, 0.2, "%", _OWN, low_is_bad=True),
    Gate(
        "floor", "Height of the pelvis above the floor, share of body height", _pelvis_height, 0.62, 0.68, "%",
        "standing: 0.53 of body height to the hip (Winter 2009), 0.55-0.57 to the pelvis origin",
    ),
    Gate("body-weight", "Vertical force against body weight, difference", _weight_error, 0.03, 0.10, "%", _OWN),
    Gate("residual-force", "Unexplained force", _residual_force, 0.5, 0.5, "N/kg", _RESIDUAL),
    Gate("residual-moment", "Unexplained moment", _residual_moment, 0.3, 0.5, "Nm/kg", _RESIDUAL),
)  # fmt: skip
