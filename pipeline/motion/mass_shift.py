"""Where a body that bends carries its mass, other than a skeleton of rigid segments says.

A real trunk curves where the model's trunk turns about one lumbar joint, soft tissue sags when the hips are flexed, and
markers slide over it. Left alone, this moves the centre of pressure of a deep squat by 5 cm (docs/contact-forces.md).
Two effective shifts put it right; both do nothing to the place of the load of a person who stands upright:

- the trunk's mass centre lies nearer to the lumbar joint, along the trunk;
- with the thighs lifted forward the body's mass lies lower, in proportion to 1 - cos of the thighs' inclination.

Both were found by least squares on the force plates of one drop jump of one young person (OpenCap lab validation,
subject 4, DJ1: ``python -m benchmarks.mass_shift``), no trial of which is judged by a benchmark. Other people will
differ: the standard deviations say by how much that is allowed for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.motion.body_motion import BodyMotion
from pipeline.motion.filtering import derivatives
from pipeline.trajectories import Array

# Shares of the distance from a segment's joint to its mass centre, and their standard deviations between people (a
# judgement: half of the second, which stands for several things; fits on other movements of the same person range from
# 0.19 to 0.34 of the first).
TRUNK_LOWERING, TRUNK_LOWERING_SD = 0.23, 0.10
THIGH_SAG, THIGH_SAG_SD = 0.68, 0.34


@dataclass(frozen=True)
class Shift:
    """What moving the mass centre of one segment asks of the environment.

    Attributes
    ----------
    body : str
        The body that the change is attributed to in inverse dynamics.
    force_n, moment_nm : ndarray, shape (n_frames, 3)
        Change of the external force, and of its moment about the body's centre of mass, in ground [N], [Nm].
    displacement_m : ndarray, shape (n_frames, 3)
        By which the centre of mass of the whole body moves, in ground [m].
    sd_share : float
        Standard deviation of the shift, as a share of it.
    """

    body: str
    force_n: Array
    moment_nm: Array
    displacement_m: Array
    sd_share: float


def mass_shifts(motion: BodyMotion) -> tuple[Shift, ...]:
    """Shifts of a movement; empty for a model without trunk and thighs."""
    if not {"torso", "femur_r", "femur_l", "pelvis"} <= set(motion.segments):
        return ()
    trunk = motion.segments["torso"].mass_centre_m * np.array([0.0, -TRUNK_LOWERING, 0.0])
    in_ground = motion.bodies["torso"].body_to_ground @ trunk
    shifts = [_shift(motion, "torso", "torso", in_ground, TRUNK_LOWERING_SD / TRUNK_LOWERING)]
    for thigh in ("femur_r", "femur_l"):
        axes = motion.bodies[thigh].body_to_ground
        sag = THIGH_SAG * float(np.linalg.norm(motion.segments[thigh].mass_centre_m)) * (1.0 - axes[:, 1, 1])
        # Behind the thigh, which is below it where it is level. Attributed to the pelvis: it must not turn hip and knee.
        in_ground = -sag[:, None] * axes[:, :, 0]
        shifts.append(_shift(motion, thigh, "pelvis", in_ground, THIGH_SAG_SD / THIGH_SAG))
    return tuple(shifts)


def shifted(motion: BodyMotion, shifts: tuple[Shift, ...]) -> BodyMotion:
    """The movement with its masses where the shifts put them."""
    unloaded = motion.unloaded_forces.copy()
    centre = motion.centre_of_mass_m.copy()
    for shift in shifts:
        body = motion.bodies[shift.body]
        unloaded += body.generalised_force(shift.force_n, motion.centre_of_mass_m, shift.moment_nm)
        centre += shift.displacement_m
    return replace(motion, unloaded_forces=unloaded, centre_of_mass_m=centre)


def _shift(motion: BodyMotion, segment: str, body: str, offset_m: Array, sd_share: float) -> Shift:
    """Newton and Euler for a mass at ``place + offset`` in place of ``place``."""
    mass_kg = motion.segments[segment].mass_kg
    place = motion.bodies[segment].point_m(motion.segments[segment].mass_centre_m)
    _, acceleration = derivatives(place, motion.time_s)
    _, extra = derivatives(offset_m, motion.time_s)
    pulled = acceleration - motion.gravity_m_per_s2
    arm = place - motion.centre_of_mass_m
    moment = np.cross(arm + offset_m, pulled + extra) - np.cross(arm, pulled)
    return Shift(body, mass_kg * extra, mass_kg * moment, mass_kg / motion.mass_kg * offset_m, sd_share)
