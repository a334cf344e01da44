"""How the body moves, as dynamics needs it: filtered coordinates, accelerations, and what the model derives from them.

One sweep over the trial finds all that contact estimation and inverse dynamics need later: the generalised forces of
the movement without external loads, the centre of mass, and pose and Jacobian of every body that may touch the world.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InverseDynamicsError
from pipeline.motion.body_sweep import BodyFrame, BodySweep, Segment, read_sweep
from pipeline.motion.filtering import derivatives, low_pass
from pipeline.motion.mass_shift import Shift, mass_shifts
from pipeline.motion.noise import ForceNoise, force_noise, noise_spectrum
from pipeline.trajectories import Array, ContactForce, Kinematics

ROOT_COORDINATES = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz")
# Filter and spline have no support beyond the recording: accelerations of these frames at either end are not used. Half
# a period of the cut-off where that is longer, because it is the filter that reaches so far.
EDGE_FRAMES = 10
EDGE_PERIODS = 0.5
# Said of models whose trunk and thighs cannot be told by their names.
RIGID = "The model has no torso, femur_r and femur_l: its masses are taken as rigid, also where the body bends."
# Below this a trial has too few frames between its two edges to say anything.
MIN_FRAMES = 3 * EDGE_FRAMES


@dataclass(frozen=True)
class BodyMotion:
    """A filtered movement and its dynamics without contact.

    Attributes
    ----------
    time_s : ndarray, shape (n_frames,)
    coordinates : tuple of str
        The model's free coordinates in the model's order; coordinates that follow another one are folded into it.
    values, speeds, accelerations : ndarray, shape (n_frames, n_coordinates)
        Low-pass filtered [rad or m], [rad/s or m/s], [rad/s2 or m/s2].
    unloaded_forces : ndarray, shape (n_frames, n_coordinates)
        Generalised forces that would produce this movement if nothing touched the body [Nm or N].
    force_noise : ForceNoise
        Of ``unloaded_forces``, from the noise of the coordinates.
    centre_of_mass_m : ndarray, shape (n_frames, 3)
    central_momentum : ndarray, shape (n_frames, 6)
        Angular momentum about the centre of mass [kg m2/s] and linear momentum [kg m/s].
    bodies : dict of str to BodyFrame
        Those of ``TRACKED_BODIES`` that the model has.
    segments : dict of str to Segment
        Mass and mass centre of the bodies in ``bodies``.
    foot_offsets_m : dict of str to ndarray
        Where, in its parent body, each foot joint sits: ``talus_to_calcn_r``, ``calcn_to_toes_r``, same for ``_l``.
    mass_kg : float
    gravity_m_per_s2 : ndarray, shape (3,)
    cutoff_hz : float
    shifts : tuple of Shift
        How the masses of a body that bends differ from the model's; everything above is the model's own.
    valid : ndarray of bool, shape (n_frames,)
        False at the edges, where filter and spline have no support, and where angles were interpolated.
    notes : tuple of str
    held : dict of str to ContactForce
        What an object in the hands does to them, see `pipeline.motion.hand_loads`: ``load_r``, ``load_l``.
    """

    time_s: Array
    coordinates: tuple[str, ...]
    values: Array
    speeds: Array
    accelerations: Array
    unloaded_forces: Array
    force_noise: ForceNoise
    centre_of_mass_m: Array
    central_momentum: Array
    bodies: dict[str, BodyFrame]
    segments: dict[str, Segment]
    foot_offsets_m: dict[str, Array]
    mass_kg: float
    gravity_m_per_s2: Array
    cutoff_hz: float
    shifts: tuple[Shift, ...]
    valid: NDArray[np.bool_]
    notes: tuple[str, ...] = ()
    held: dict[str, ContactForce] = field(default_factory=dict)

    @property
    def weight_n(self) -> float:
        """Body weight [N]."""
        return self.mass_kg * float(np.linalg.norm(self.gravity_m_per_s2))


def body_motion(model_path: Path, kinematics: Kinematics, *, cutoff_hz: float) -> BodyMotion:
    """Filter the coordinates, differentiate them, and sweep the model through the movement.

    Parameters
    ----------
    model_path : Path
        Scaled .osim, with or without patellae.
    kinematics : Kinematics
        At the trial's own rate; kept.
    cutoff_hz : float
        Low-pass cut-off of the coordinates [Hz].

    Raises
    ------
    InverseDynamicsError
        The trial is too short, holds NaN, or names coordinates that the model does not have.
    """
    check_movement(kinematics)
    return swept(read_sweep(model_path), kinematics, cutoff_hz=cutoff_hz)


def swept(sweep: BodySweep, kinematics: Kinematics, *, cutoff_hz: float) -> BodyMotion:
    """Filter the coordinates, differentiate them, and sweep a model that has been read; see `body_motion`."""
    given, notes = sweep.arrange(kinematics)
    values = low_pass(given, kinematics.time_s, cutoff_hz)
    speeds, accelerations = derivatives(values, kinematics.time_s)
    found = sweep.run(values, speeds, accelerations)
    segments, gravity = sweep.segments(), sweep.model.getGravity().to_numpy().copy()
    shifts = mass_shifts(found["bodies"], segments, found["centre_of_mass_m"], kinematics.time_s, gravity)
    frames = np.arange(len(kinematics.time_s))
    edge = max(EDGE_FRAMES, math.ceil(EDGE_PERIODS / cutoff_hz * kinematics.rate_hz - 1e-6))
    inside = (frames >= edge) & (frames < len(frames) - edge)
    return BodyMotion(
        time_s=kinematics.time_s,
        coordinates=sweep.free,
        values=values,
        speeds=speeds,
        accelerations=accelerations,
        **found,
        force_noise=force_noise(
            sweep.mass_matrices,
            values,
            [sweep.free.index(name) for name in ROOT_COORDINATES if name in sweep.free],
            noise_spectrum(given, kinematics.time_s, cutoff_hz),
            cutoff_hz,
            1.0 / kinematics.rate_hz,
        ),
        segments=segments,
        shifts=shifts,
        foot_offsets_m=sweep.foot_offsets_m(),
        mass_kg=sweep.mass_kg,
        gravity_m_per_s2=gravity,
        cutoff_hz=cutoff_hz,
        valid=inside & ~np.isin(frames, kinematics.interpolated),
        notes=notes if shifts else (*notes, RIGID),
    )


def check_movement(kinematics: Kinematics) -> None:
    """Refuse a movement that cannot be differentiated.

    Raises
    ------
    InverseDynamicsError
        It is too short, or holds NaN.
    """
    if len(kinematics.time_s) < MIN_FRAMES:
        raise InverseDynamicsError(
            f"The trial has {len(kinematics.time_s)} frames; accelerations need at least {MIN_FRAMES}.",
            hint="Record a longer trial: one repetition with half a second of rest before and after it.",
        )
    if not np.all(np.isfinite(kinematics.values)):
        names = [
            name
            for name, column in zip(kinematics.coordinates, kinematics.values.T, strict=True)
            if not np.all(np.isfinite(column))
        ]
        raise InverseDynamicsError(
            f"Joint angles are missing in some frames: {', '.join(names)}.",
            hint="Repair the gaps in the markers, or cut the trial to the frames that were seen.",
        )
