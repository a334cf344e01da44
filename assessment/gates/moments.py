"""Gates of joint moments: whether forces and movement explain each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessment.gates.gate import Gate
from models.gravity import GRAVITY_M_PER_S2
from models.subject import Subject
from pipeline.trajectories import Array, ContactForces, JointMoments


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
_RESIDUAL = "a twentieth of body weight that no contact bears: physics does not close; docs/contact-forces.md"

NO_FORCES = (
    "The forces that were found under the feet do not explain this movement, so that joint moments are left out; "
    "times, speeds and angles are not affected."
)

MOMENT_GATES: tuple[Gate[MomentEvidence], ...] = (
    Gate("valid", "Share of frames with usable forces", _valid_share, 0.8, 0.2, "%", _OWN, NO_FORCES, low_is_bad=True),
    Gate(
        "floor", "Height of the pelvis above the floor, share of body height", _pelvis_height, 0.62, 0.68, "%",
        "standing: 0.53 of body height to the hip (Winter 2009), 0.55-0.57 to the pelvis origin", NO_FORCES,
    ),
    Gate(
        "body-weight", "Vertical force against body weight, difference", _weight_error, 0.03, 0.10, "%", _OWN,
        NO_FORCES,
    ),
    Gate("residual-force", "Unexplained force", _residual_force, 0.5, 0.5, "N/kg", _RESIDUAL, NO_FORCES),
    Gate("residual-moment", "Unexplained moment", _residual_moment, 0.3, 0.5, "Nm/kg", _RESIDUAL, NO_FORCES),
)  # fmt: skip
