"""The same trial with other marker errors: what a number owes to them is how much it changes between such copies.

Errors are drawn as OpenCap's are (`rl_scaling.people.marker_errors`), or as skin moves over bones where markers are
glued on, and carried to the joint coordinates by inverse kinematics linearised about the pose that was found. Errors
of all joints and of the pelvis so belong together as they do in a recording: a foot that the markers hold in
place stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.skeleton.marker_sets import marker_set as marker_set_of
from pipeline.trajectories import Kinematics

if TYPE_CHECKING:
    import torch

    from models.skeleton.kinematics import SkeletonTree
    from rl_scaling.people.marker_errors import Regime

# Frames whose Jacobians are held at once: minutes at 120 Hz need no gigabytes.
CHUNK = 500
# Correlated noise takes a matrix of frames by frames: longer trials get theirs in pieces that fade into each other.
PIECE, FADE = 1500, 60
# Keeps coordinates that no marker shows where they are, and hardly touches others: their squares in the normal
# equations are above 1e-2 of the mean weight.
DAMPING = 1e-6
# Skin over bones, per segment and axis: 3 mm that come and go within a stride, and half a millimetre of each marker's
# own. Assumed; reviews of soft-tissue artefacts put thighs above and feet below it.
SKIN_SD_M, SKIN_TIME_S, OWN_SD_M = 0.003, 0.2, 0.0005
# How far from its landmark a marker is glued or predicted, per axis: as OpenCap's on thigh and pelvis.
PLACEMENT_SD_M = 0.008
# Video sets without hip centres (OpenCap Monocular): no error model of their own; wander as OpenCap's torso, the
# least well seen segment with two cameras.
VIDEO_SD_M = 0.012


def marker_error_replicates(
    model_path: Path, kinematics: Kinematics, marker_set: str, regime: Regime, count: int, seed: int = 0
) -> list[Kinematics]:
    """Copies of a movement, each with marker errors of its own added to those it has.

    Parameters
    ----------
    model_path : Path
        The scaled model the movement was found with.
    kinematics : Kinematics
    marker_set : {'study', 'optical'}
    regime : {'standing', 'task', 'gait'}
        Errors of video differ between them.
    count : int
    seed : int
        The same seed gives the same copies.

    Returns
    -------
    list of Kinematics
        The errors of the markers, the frames and the notes are those of the original.
    """
    import torch

    from models.skeleton.trees_of_files import tree_without_patellae

    tree = tree_without_patellae(model_path)
    values = tree.default.numpy()[:, None].repeat(len(kinematics.time_s), axis=1)
    shared = [name for name in tree.coordinates if name in kinematics.coordinates]
    places = [tree.coordinates.index(name) for name in shared]
    values[places] = [kinematics.coordinate(name) for name in shared]
    weight_of = marker_set_of(marker_set).ik_weights
    tracked = [name for name in tree.markers if name in kinematics.marker_names and name in weight_of]
    draw = _Draw(tree, tracked, marker_set, regime, kinematics.rate_hz, count, torch.Generator().manual_seed(seed))
    poses = torch.from_numpy(values)
    weights = torch.tensor([weight_of[name] for name in tracked], dtype=tree.default.dtype)
    of_markers = [tree.markers.index(name) for name in tracked]
    shares = weights.new_zeros(len(tree.markers)).index_copy(0, torch.tensor(of_markers), weights / weights.mean())
    drawn = draw.errors_m(poses)
    errors_m = drawn.new_zeros(*drawn.shape[:2], len(tree.markers), 3)
    errors_m[:, :, of_markers] = drawn
    moved = _in_coordinates(tree, poses, shares, errors_m)
    columns = [kinematics.coordinates.index(name) for name in shared]
    copies = []
    for one in moved.numpy():
        disturbed = kinematics.values.copy()
        disturbed[:, columns] += one[:, places]
        copies.append(replace(kinematics, values=disturbed))
    return copies


def _in_coordinates(
    tree: SkeletonTree, values: torch.Tensor, shares: torch.Tensor, errors_m: torch.Tensor
) -> torch.Tensor:
    """What errors of markers do to coordinates, shape (count, n_frames, n_coordinates).

    Parameters
    ----------
    values : Tensor, shape (n_coordinates, n_frames)
    shares : Tensor, shape (n_markers,)
        Weights of the tree's markers; zero for those that do not count.
    errors_m : Tensor, shape (count, n_frames, n_markers, 3)
    """
    import torch

    from models.skeleton.normal_equations import PoseProblem

    every = torch.arange(len(tree.coordinates))
    nothing = values.new_zeros(len(every), 1)
    roots, offsets = shares.sqrt(), tree.offsets()
    parts = []
    for begin in range(0, values.shape[1], CHUNK):
        poses, errors = values[:, begin : begin + CHUNK], errors_m[:, begin : begin + CHUNK]
        pose = tree.kinematics(poses, offsets)
        weights = shares.unsqueeze(1).expand(-1, poses.shape[1])
        problem = PoseProblem.of(tree, offsets, pose.markers, weights, every, pulls=nothing, targets=nothing)
        jacobian = problem.jacobian(poses, pose)
        normal = jacobian @ jacobian.mT
        normal.diagonal(dim1=1, dim2=2).add_(DAMPING)
        # As the Jacobian has them: all x of the markers, then y, then z.
        weighted = (errors * roots[:, None]).permute(1, 3, 2, 0).flatten(1, 2)
        moved = torch.cholesky_solve(jacobian @ weighted, torch.linalg.cholesky(normal))
        parts.append(moved.permute(2, 0, 1))
    return torch.cat(parts, dim=1)


@dataclass(frozen=True)
class _Draw:
    """How errors of the tracked markers are drawn."""

    tree: SkeletonTree
    names: list[str]
    marker_set: str
    regime: Regime
    rate_hz: float
    count: int
    generator: torch.Generator

    def errors_m(self, values: torch.Tensor) -> torch.Tensor:
        """Errors for these poses, (n_coordinates, n_frames): shape (count, n_frames, n_markers, 3) [m].

        Constant errors turn the pose that is found in the static trial. Markers are placed on the model by that pose,
        so that its angles stay wrong by as much in all movements.
        """
        import torch

        from rl_scaling.people.marker_errors import MarkerErrors, PosedMarkers

        tree, count, generator = self.tree, self.count, self.generator
        pose = tree.kinematics(values, tree.offsets(), twists=False)
        places = [tree.markers.index(name) for name in self.names]
        of_marker = tree.marker_bodies[places] + 1
        like = pose.markers[places].permute(2, 0, 1).expand(count, -1, -1, -1)
        to_ground = pose.rotations[of_marker].permute(3, 0, 1, 2).expand(count, -1, -1, -1, -1)
        if self.marker_set == "study" and {"RHJC_study", "LHJC_study"} <= set(self.names):
            knees = [tree.coordinates.index(f"knee_angle_{side}") for side in ("r", "l")]
            posed = PosedMarkers(like, to_ground, values[knees].T.expand(count, -1, -1))
            errors = MarkerErrors(tuple(self.names))
            bias_m = errors.session_bias(count, generator, like) + errors.placement(count, generator, like)
            lasting = errors.lasting(posed, bias_m, self.regime, generator)
            return lasting + _in_pieces(like, lambda part: errors.passing(part, self.regime, self.rate_hz, generator))
        bodies = torch.unique(of_marker, return_inverse=True)[1]
        places_m = PLACEMENT_SD_M * torch.randn(count, len(self.names), 3, generator=generator, dtype=like.dtype)
        return torch.einsum("btmij,bmj->btmi", to_ground, places_m) + _in_pieces(
            like, lambda part: self._wander(part, bodies)
        )

    def _wander(self, like: torch.Tensor, bodies: torch.Tensor) -> torch.Tensor:
        """Wander that the markers of a body share, and a little of each marker's own."""
        import torch

        from rl_scaling.people import correlated_noise

        kernel = correlated_noise.smooth(like.shape[1], SKIN_TIME_S * self.rate_hz)
        slow = correlated_noise.draw(kernel, self.count, int(bodies.max()) + 1, self.generator, like)[:, :, bodies]
        own = torch.randn(like.shape, generator=self.generator, dtype=like.dtype)
        return (VIDEO_SD_M if self.marker_set == "study" else SKIN_SD_M) * slow + OWN_SD_M * own


def _in_pieces(like: torch.Tensor, draw: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """Passing errors of a trial of any length, shape (count, n_frames, n_markers, 3) [m]."""
    import torch

    whole = draw(like[:, :PIECE])
    while whole.shape[1] < like.shape[1]:
        begin = whole.shape[1] - FADE
        piece = draw(like[:, begin : begin + PIECE])
        # Independent errors whose squares add up: sine and cosine keep the variance.
        angle = torch.linspace(0.0, 0.5 * torch.pi, min(FADE, piece.shape[1]), dtype=piece.dtype)[:, None, None]
        faded = torch.cos(angle) * whole[:, begin:] + torch.sin(angle) * piece[:, : len(angle)]
        whole = torch.cat([whole[:, :begin], faded, piece[:, len(angle) :]], dim=1)
    return whole


def regime_of(activity: str) -> Regime:
    """Which regime of video errors an activity belongs to."""
    if activity in ("walking", "timed-up-and-go"):
        return "gait"
    return "standing" if activity == "standing" else "task"
