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

from dataclasses import dataclass

import numpy as np

from pipeline.motion.body_sweep import BodyFrame, Segment
from pipeline.motion.filtering import derivatives
from pipeline.trajectories import Array, ContactForce

THIGHS = ("femur_r", "femur_l")
# Shares of the distance from a segment's joint to its mass centre, and their standard deviations between people (a
# judgement: half of the second, which stands for several things; fits on other movements of the same person range from
# 0.19 to 0.34 of the first).
TRUNK_LOWERING, TRUNK_LOWERING_SD = 0.47, 0.10
THIGH_SAG, THIGH_SAG_SD = 0.22, 0.30
# The first between people, for the standard errors of moments: one person says 0.47, the published rigid skeleton 0,
# and nobody else's trunk is known; the skeleton lies within two of these. Contact estimation keeps the narrower one:
# with this it trusts the movement less than the plates say it may (docs/contact-forces.md).
TRUNK_BETWEEN_PEOPLE_SD = 0.24


@dataclass(frozen=True)
class Shift:
    """What moving the mass centre of one segment asks of the environment.

    Attributes
    ----------
    name : str
    body : str
        The body that the change is attributed to in inverse dynamics.
    about_m : ndarray, shape (n_frames, 3)
        The model's centre of mass in ground [m].
    force_n, moment_nm : ndarray, shape (n_frames, 3)
        Change of the external force, and of its moment about ``about_m``, in ground [N], [Nm].
    mass_offset_kg_m : ndarray, shape (n_frames, 3)
        Mass times displacement, in ground: divided by the body's mass, what its centre of mass moves by.
    sd_share : float
        Standard deviation of the shift, as a share of it: how far contact estimation trusts it.
    sd_between_people_share : float
        The same between people, for the standard errors of moments.
    """

    name: str
    body: str
    about_m: Array
    force_n: Array
    moment_nm: Array
    mass_offset_kg_m: Array
    sd_share: float
    sd_between_people_share: float

    @property
    def load(self) -> ContactForce:
        """The load on the rigid model that has the same effect: inverse dynamics needs no other model."""
        return ContactForce(self.body, -self.force_n, self.about_m, -self.moment_nm)


def mass_shifts(
    bodies: dict[str, BodyFrame],
    segments: dict[str, Segment],
    centre_of_mass_m: Array,
    time_s: Array,
    gravity_m_per_s2: Array,
) -> tuple[Shift, ...]:
    """Shifts of a movement; empty for a model without trunk and thighs.

    Parameters
    ----------
    bodies, segments : dict
        Frames and masses of the bodies, by name.
    centre_of_mass_m : ndarray, shape (n_frames, 3)
        Of the whole body, before the shifts.
    time_s : ndarray, shape (n_frames,)
    gravity_m_per_s2 : ndarray, shape (3,)
    """
    if not {"torso", *THIGHS, "pelvis"} <= set(bodies):
        return ()

    def shift(segment: str, offset_m: Array) -> tuple[Array, Array, Array]:
        """Newton and Euler for a mass at ``place + offset`` in place of ``place``; and mass times offset."""
        mass_kg = segments[segment].mass_kg
        place = bodies[segment].point_m(segments[segment].mass_centre_m)
        _, acceleration = derivatives(place, time_s)
        _, extra = derivatives(offset_m, time_s)
        pulled = acceleration - gravity_m_per_s2
        arm = place - centre_of_mass_m
        moment = np.cross(arm + offset_m, pulled + extra) - np.cross(arm, pulled)
        return mass_kg * extra, mass_kg * moment, mass_kg * offset_m

    lowering = segments["torso"].mass_centre_m * np.array([0.0, -TRUNK_LOWERING, 0.0])
    trunk = shift("torso", bodies["torso"].body_to_ground @ lowering)
    sagging = [shift(thigh, _sag(bodies[thigh], segments[thigh])) for thigh in THIGHS]
    force, moment, mass_offset = np.sum(sagging, axis=0)
    trunk_sds = (TRUNK_LOWERING_SD / TRUNK_LOWERING, TRUNK_BETWEEN_PEOPLE_SD / TRUNK_LOWERING)
    sag_sd = THIGH_SAG_SD / THIGH_SAG
    return (
        Shift("trunk_shift", "torso", centre_of_mass_m, *trunk, *trunk_sds),
        # The sag is attributed to the pelvis: it must not turn hip and knee.
        Shift("thigh_shift", "pelvis", centre_of_mass_m, force, moment, mass_offset, sag_sd, sag_sd),
    )


def _sag(frame: BodyFrame, segment: Segment) -> Array:
    """Behind the thigh, which is below it where it is level, shape (n_frames, 3) [m]."""
    axes = frame.body_to_ground
    sag = THIGH_SAG * float(np.linalg.norm(segment.mass_centre_m)) * (1.0 - axes[:, 1, 1])
    return -sag[:, None] * axes[:, :, 0]
