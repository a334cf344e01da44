"""What the environment must do to the body as a whole for the movement to happen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.errors import ContactForceError
from pipeline.contact.problem.axes import HeadingAxes
from pipeline.motion.body_motion import ROOT_COORDINATES, BodyMotion
from pipeline.motion.filtering import low_pass
from pipeline.trajectories import Array, ContactForce

ROOT_BODY = "pelvis"
# What the skeleton of rigid segments leaves unexplained with reflective markers, forward, up and to the right: force
# and moment about the centre of mass [N/kg, Nm/kg].
MODEL_FORCE_SD, MODEL_MOMENT_SD = (0.10, 0.10, 0.10), (0.05, 0.10, 0.05)
# Below this share of body weight a centre of pressure is noise divided by noise.
LEAST_LOAD = 0.05


@dataclass(frozen=True)
class Wrench:
    """A force and its moment about the body's centre of mass, in ground axes.

    Attributes
    ----------
    force_n, moment_nm, about_m : ndarray, shape (n_frames, 3)
        Force [N], moment [Nm], and the centre of mass it is taken about [m].
    """

    force_n: Array
    moment_nm: Array
    about_m: Array

    def minus(self, contact: ContactForce) -> Wrench:
        """What is left when this contact has done its part."""
        moment = contact.free_moment_nm + np.cross(contact.point_m - self.about_m, contact.force_n)
        return Wrench(self.force_n - contact.force_n, self.moment_nm - moment, self.about_m)

    def low_passed(self, time_s: Array, cutoff_hz: float) -> Wrench:
        """Without what is faster than ``cutoff_hz`` [Hz]: contacts bear what is as slow as the movement itself."""
        return Wrench(
            low_pass(self.force_n, time_s, cutoff_hz), low_pass(self.moment_nm, time_s, cutoff_hz), self.about_m
        )

    def pressure_point_m(self, height_m: float | Array, weight_n: float) -> Array:
        """Point of a horizontal plane about which the wrench has no horizontal moment, shape (n_frames, 3) [m].

        Where the vertical force is below `LEAST_LOAD` of body weight it is taken as that, which pulls the point
        towards the foot of the centre of mass instead of letting it escape.

        Source: Vukobratović & Borovac 2004, Int J Humanoid Robotics 1(1): the zero-moment point.
        """
        vertical = np.maximum(self.force_n[:, 1], LEAST_LOAD * weight_n)
        above = self.about_m[:, 1] - height_m
        ahead_x = (above * self.force_n[:, 0] - self.moment_nm[:, 2]) / vertical
        ahead_z = (self.moment_nm[:, 0] + above * self.force_n[:, 2]) / vertical
        return np.column_stack(
            [
                self.about_m[:, 0] - ahead_x,
                np.broadcast_to(height_m, ahead_x.shape),
                self.about_m[:, 2] - ahead_z,
            ]
        )


def wrench_covariance(motion: BodyMotion, axes: HeadingAxes, *, between_people: bool = False) -> Array:
    """Covariance of force and moment about the centre of mass per kilogram, in heading axes, (n_frames, 6, 6).

    ``between_people``: with the shifts of mass as uncertain as they are between people, which standard errors ask for;
    else as far as the estimate trusts them (`pipeline.motion.mass_shift`).
    """
    to_wrench = np.concatenate([axes.ground_to_heading @ part for part in _root_to_wrench(motion)], axis=1)
    root_noise = motion.force_noise.root_covariance
    covariance = to_wrench @ root_noise @ np.swapaxes(to_wrench, 1, 2) / motion.mass_kg**2
    covariance[:, range(6), range(6)] += np.square([*MODEL_FORCE_SD, *MODEL_MOMENT_SD])
    for shift in motion.shifts:
        share = shift.sd_between_people_share if between_people else shift.sd_share
        wrench = share * np.hstack([axes.turn(shift.force_n), axes.turn(shift.moment_nm)]) / motion.mass_kg
        smooth = low_pass(wrench, motion.time_s, motion.cutoff_hz)
        covariance += smooth[:, :, None] * smooth[:, None, :]
    return covariance


def total_wrench(motion: BodyMotion) -> Wrench:
    """Total external wrench from the generalised forces of the root joint, which no muscle can supply.

    With the masses where a bending body has them, see `pipeline.motion.mass_shift`, and with what the hands hold.

    Raises
    ------
    ContactForceError
        The model's root is not a pelvis with six coordinates.
    """
    absent = [name for name in ROOT_COORDINATES if name not in motion.coordinates]
    if absent or ROOT_BODY not in motion.bodies:
        raise ContactForceError(
            "The model does not hang on a pelvis that is free to move in space.",
            hint=f"Contact forces need a body {ROOT_BODY!r} with the coordinates {', '.join(ROOT_COORDINATES)}.",
        )
    root = [motion.coordinates.index(name) for name in ROOT_COORDINATES]
    force, moment = (np.einsum("tir,tr->ti", part, motion.unloaded_forces[:, root]) for part in _root_to_wrench(motion))
    asked = Wrench(force, moment, motion.centre_of_mass_m)
    for shift in motion.shifts:
        asked = asked.minus(shift.load)
    for load in motion.held.values():
        asked = asked.minus(load)
    return asked


def _root_to_wrench(motion: BodyMotion) -> tuple[Array, Array]:
    """Force, and moment about the centre of mass, per generalised force of the root, each (n_frames, 3, 6)."""
    root = [motion.coordinates.index(name) for name in ROOT_COORDINATES]
    pelvis = motion.bodies[ROOT_BODY]
    # Virtual work: generalised force = J' (moment, force); six rows give the six components at the pelvis origin.
    at_pelvis = np.linalg.inv(np.swapaxes(pelvis.jacobian[:, :, root], 1, 2))
    force = at_pelvis[:, 3:]
    arm = pelvis.origin_m - motion.centre_of_mass_m
    moment = at_pelvis[:, :3] + np.cross(arm[:, :, None], force, axis=1)
    return np.asarray(force), np.asarray(moment)
