"""Feet that stand still: a correction of the joint angles that takes the slip out of standing soles.

Markers from video wander, and the soles of the model with them: by centimetres within a stance, slower than any
cut-off. Feet on the floor do not. `with_locked_feet` finds the smallest slow correction of the legs for which standing
points of the soles neither slip nor leave their plane. Pelvis and trunk stay: a millimetre of correction at 4 Hz would
be 6 % of body weight in the force that the movement asks for. See docs/contact-forces.md.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from models.errors import InverseDynamicsError
from models.skeleton.body_points import BodyPoints
from models.skeleton.held_points import HeldPoints
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.marker_sets import marker_set
from models.skeleton.trees_of_files import tree_without_patellae
from models.skeleton.whole_trial import anchored, hold_points
from pipeline.contact.ground.floor import find_floor
from pipeline.contact.ground.soles import SIDES, make_sole, points_of_soles
from pipeline.contact.ground.stances import Stance, find_stances
from pipeline.motion.body_motion import check_movement
from pipeline.motion.filtering import low_pass
from pipeline.trajectories import TRANSLATIONS, Array, Kinematics

# How well markers, feet and floor are known. A feasibility study on three trials from video (squats, walking) took
# 10 mm for markers of mean weight and 10 mm/s for each of three points under a foot; here a sole has seven points,
# each of which counts for less. Heights: half as firm as there, because a rigid sole is not level under a bent knee,
# and pressing it flat moved estimated knee moments away from the plates' (same trials as benchmarks.locked_feet).
MARKER_SD_M = 0.010
SLIP_SD_M_PER_S = 0.010 * (7 / 3) ** 0.5
HEIGHT_SD_M = 0.008 * (7 / 3) ** 0.5


def with_locked_feet(model_path: Path, kinematics: Kinematics, *, cutoff_hz: float) -> Kinematics:
    """Correct a movement so that feet that stand do not slip.

    The correction is found for the low-passed movement and added to the given one, which is filtered later, where it
    always is. It is as slow as the filter's cut-off. Feet that swing, coordinates that no marker shows, and all above
    the legs stay as they are.

    Parameters
    ----------
    model_path : Path
        Scaled .osim, with or without patellae.
    kinematics : Kinematics
        As solved; its marker names, where it has any, say which of the model's markers anchor the body.
    cutoff_hz : float
        Half-power frequency of movement and correction [Hz].

    Raises
    ------
    InverseDynamicsError
        The trial is too short, holds NaN, or the model has no markers with a weight in inverse kinematics.
    ContactForceError
        The model has no feet, or neither foot ever stands.
    """
    check_movement(kinematics)
    tree = tree_without_patellae(model_path)
    known = [name for name in tree.coordinates if name in kinematics.coordinates]
    places = [tree.coordinates.index(name) for name in known]
    given = tree.default.numpy()[:, None].repeat(len(kinematics.time_s), axis=1)
    given[places] = [_unwrapped(kinematics, name) for name in known]
    smooth = torch.from_numpy(low_pass(given.T, kinematics.time_s, cutoff_hz).T.copy())

    stances, points = _stances(tree, smooth, kinematics.time_s)
    problem = anchored(tree, smooth, torch.from_numpy(_precisions(tree, kinematics)), points.limbs)
    held = _held(points, stances, kinematics.time_s)
    locked = hold_points(problem, smooth, held, cutoff_hz / kinematics.rate_hz)
    values = kinematics.values.copy()
    values[:, [kinematics.coordinates.index(name) for name in known]] = (
        given[places] + (locked - smooth).numpy()[places]
    ).T
    return replace(kinematics, values=values)


def _unwrapped(kinematics: Kinematics, name: str) -> Array:
    column = kinematics.coordinate(name)
    return column if name in TRANSLATIONS else np.unwrap(column)


def _stances(tree: SkeletonTree, values: torch.Tensor, time_s: Array) -> tuple[dict[str, Stance], BodyPoints]:
    """Stances of both soles, and their points, right foot first."""
    feet = points_of_soles(tree)
    points = BodyPoints.of(tree, [point for side in SIDES for point in feet[side]])
    pose = tree.kinematics(values, tree.offsets(), twists=False)
    places = points.positions_m(pose).permute(2, 0, 1).numpy()
    by_side = np.split(places, [len(feet[SIDES[0]])], axis=1)
    axes = pose.rotations[1:, :, 0].movedim(-1, 0).numpy()
    soles = {
        side: make_sole(side, own, axes[:, tree.bodies.index(f"calcn_{side}")], time_s)
        for side, own in zip(SIDES, by_side, strict=True)
    }
    return find_stances(soles, find_floor(soles)), points


def _precisions(tree: SkeletonTree, kinematics: Kinematics) -> Array:
    """Reciprocal variances of the model's markers [1/m^2], in proportion to their weights in inverse kinematics."""
    weight_of = marker_set("study").ik_weights | marker_set("optical").ik_weights
    used = kinematics.marker_names or tree.markers
    weights = np.array([weight_of.get(name, 0.0) if name in used else 0.0 for name in tree.markers])
    if not weights.any():
        raise InverseDynamicsError(
            "The model has no markers that could anchor the body while its feet are locked.",
            hint="Use a model with the markers of inverse kinematics; on the command line --no-lock-feet does without.",
        )
    return weights / weights[weights > 0].mean() / MARKER_SD_M**2


def _held(points: BodyPoints, stances: dict[str, Stance], time_s: Array) -> HeldPoints:
    """How firmly the points of the soles are to rest; a slip counts only where both its frames are standing."""
    activation = np.concatenate([stances[side].activation for side in SIDES], axis=1).T
    heights = np.concatenate([stances[side].heights_m for side in SIDES], axis=1).T
    slip_sd_m = SLIP_SD_M_PER_S * np.diff(time_s)
    return HeldPoints(
        points=points,
        stillness=torch.from_numpy(activation[:, 1:] * activation[:, :-1] / slip_sd_m**2),
        levelness=torch.from_numpy(activation / HEIGHT_SD_M**2),
        heights_m=torch.from_numpy(heights),
    )
