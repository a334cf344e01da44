"""The recordings of many people as one pose problem: what is seen, where poses begin, how they follow the factors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from models.errors import ScalingError
from models.skeleton.kinematics import Offsets, SkeletonTree
from models.skeleton.levenberg_marquardt import COLD, WARM, minimise
from models.skeleton.normal_equations import PoseProblem
from models.skeleton.pose_start import Root
from rl_scaling.search.observation import SegmentLayout
from rl_scaling.search.tied_scales import TiedScales
from rl_scaling.tasks.scaling_frames import problem_of_people

_COLD_ITERATIONS, _COLD_TOLERANCE = 40, 1e-3
START_TOLERANCE = 1e-5
"""Poses are found when no coordinate moves by more than this [rad or m]."""
# The predicted change of a pose is followed as far as the model is nearly linear [rad or m].
_LONGEST_IN_POSE = 0.3


@dataclass(frozen=True)
class PeopleFrames:
    """Frames of many people, one person's after another's.

    Attributes
    ----------
    layout : SegmentLayout
    scales : TiedScales
    root : Root
    problem : PoseProblem
        Of the skeleton as it is; weights are one where a marker is seen in a frame that shows the root body.
    shares : Tensor, shape (n_subjects, n_frames)
        Weight of each frame of a person, in sum one; zero where nothing is seen.
    """

    layout: SegmentLayout
    scales: TiedScales
    root: Root
    problem: PoseProblem
    shares: Tensor

    @classmethod
    def of(cls, tree: SkeletonTree, layout: SegmentLayout, markers_m: Tensor) -> PeopleFrames:
        """State the problem of markers (n_subjects, n_frames, n_markers, 3), NaN where not seen.

        Raises
        ------
        ScalingError
            Someone shows three markers of the root body in no frame.
        """
        every = torch.ones_like(tree.marker_lever[:, 0, 0])
        root = Root.of(tree, every)
        seen = markers_m.isfinite().all(dim=-1).flatten(0, 1)
        seen = seen & root.seen(seen.T.to(every.dtype)).unsqueeze(1)
        used = seen.any(dim=1).to(every.dtype).unflatten(0, markers_m.shape[:2])
        if not bool((used.sum(dim=1) > 0).all()):
            raise ScalingError(
                "No frame shows three markers of the pelvis together.",
                hint="Check the marker names; the pose of a person is found from the pelvis outwards.",
            )
        problem = problem_of_people(tree, markers_m.flatten(0, 1).masked_fill(~seen.unsqueeze(-1), torch.nan))
        scales = TiedScales.of(tree, layout.of_body, len(layout.segments))
        return cls(layout, scales, root, problem, used / used.sum(dim=1, keepdim=True))

    def __len__(self) -> int:
        return len(self.shares)

    @property
    def n_frames(self) -> int:
        """Frames of each person."""
        return self.shares.shape[1]

    def chosen(self, people: Tensor | slice) -> PeopleFrames:
        """Those of some of the people."""
        return replace(self, problem=self.problem.frames(self.places(people)), shares=self.shares[people])

    def places(self, people: Tensor | slice) -> Tensor | slice:
        """Where the frames of people are among all frames."""
        if isinstance(people, Tensor):
            return (people.unsqueeze(1) * self.n_frames + torch.arange(self.n_frames, device=people.device)).flatten()
        start, stop, _ = people.indices(len(self))
        return slice(start * self.n_frames, stop * self.n_frames)

    def at_factors(self, log_factors: Tensor) -> PoseProblem:
        """The pose problem of skeletons with these factors, (n_subjects, n_params)."""
        of_people = self.problem.tree.offsets((self.layout.tie @ log_factors.T).unflatten(0, (-1, 3)))
        of_frames = (one.repeat_interleave(self.n_frames, dim=-1) for one in vars(of_people).values())
        return replace(self.problem, offsets=Offsets(*of_frames))

    def start(self, log_factors: Tensor, near: Tensor | None = None, tolerance: float = START_TOLERANCE) -> Tensor:
        """Poses from the markers alone, shape (n_coordinates, n_subjects * n_frames); or from poses ``near`` them."""
        problem = self.at_factors(log_factors)
        values = self._cold(problem) if near is None else near
        return minimise(problem, values, damping=WARM, tolerance=tolerance).values

    def _cold(self, problem: PoseProblem) -> Tensor:
        laid = self.root.lay_onto(problem.tree, problem.offsets, problem.measured_m, problem.weights)
        return minimise(
            problem,
            torch.nan_to_num(laid),
            damping=COLD,
            tolerance=_COLD_TOLERANCE,
            max_iterations=_COLD_ITERATIONS,
        ).values

    def followed(self, values: Tensor, pose_by_parameter: Tensor, change: Tensor) -> Tensor:
        """Poses that follow a change of the factors to first order.

        Parameters
        ----------
        values : Tensor, shape (n_coordinates, n_subjects * n_frames)
        pose_by_parameter : Tensor, shape (n_subjects, n_frames, n_active, n_params)
        change : Tensor, shape (n_subjects, n_params)
            Of the log factors.
        """
        of_pose = (pose_by_parameter @ change[:, None, :, None]).squeeze(3).flatten(0, 1).T
        of_pose = of_pose.clamp(-_LONGEST_IN_POSE, _LONGEST_IN_POSE)
        return values.index_add(0, self.problem.active, of_pose)
