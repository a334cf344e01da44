"""Movements whose truth is known, as two phones would have seen them: markers with OpenCap's errors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from assessment.motion import mean_heading, pelvis_rotation
from models.markers import MarkerTrajectories
from models.skeleton.kinematics import SkeletonTree
from pipeline.trajectories import Kinematics
from rl_scaling.people.marker_errors import MarkerErrors, PosedMarkers, Regime

# OpenCap records at 60 Hz; the errors' correlation from frame to frame holds for it.
RATE_HZ = 60.0


def recorded_by_phones(
    tree: SkeletonTree, true: Mapping[str, tuple[Kinematics, Regime]], seed: int
) -> dict[str, MarkerTrajectories]:
    """What OpenCap would say of each trial of one session.

    Parameters
    ----------
    tree : SkeletonTree
        The person's own, with study markers where they truly are.
    true : mapping of str to (Kinematics, regime)
        Trials at 60 Hz.
    seed : int
        A draw is one session: its bias is the same in the static trial, on which the model is scaled, and the others.
    """
    errors = MarkerErrors(tree.markers)
    noise = torch.Generator().manual_seed(seed)
    bias_m = errors.session_bias(1, noise, tree.default)
    seen = {}
    for name, (kinematics, regime) in true.items():
        # The error model knows people who face X.
        forward = mean_heading(pelvis_rotation(kinematics))
        to_x = Rotation.from_euler("Y", np.arctan2(forward[1], forward[0])).as_matrix()
        posed = _posed(tree, kinematics, torch.as_tensor(to_x).to(tree.default))
        disturbed = errors.disturb(posed, bias_m, regime, RATE_HZ, noise)[0]
        positions_m = disturbed.numpy().astype(np.float64) @ to_x
        seen[name] = MarkerTrajectories(tree.markers, positions_m, kinematics.time_s)
    return seen


def _posed(tree: SkeletonTree, kinematics: Kinematics, ground_to_x: torch.Tensor) -> PosedMarkers:
    order = [kinematics.coordinates.index(name) for name in tree.coordinates]
    values = torch.as_tensor(kinematics.values[:, order]).to(tree.default)
    pose = tree.kinematics(
        values.T[:, None], tree.offsets(tree.default.new_zeros(len(tree.bodies), 3, 1, 1)), twists=False
    )
    of_marker = pose.rotations[tree.marker_bodies + 1].permute(3, 4, 0, 1, 2)
    positions_m = pose.markers.permute(2, 3, 0, 1)
    knees = [tree.coordinates.index(f"knee_angle_{side}") for side in ("r", "l")]
    return PosedMarkers(
        torch.einsum("ij,btmj->btmi", ground_to_x, positions_m),
        torch.einsum("ij,btmjk->btmik", ground_to_x, of_marker),
        values[None, :, knees],
    )
