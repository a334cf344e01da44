"""Real people in training: exported marker clips become scaling tasks, whose truth nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.errors import SettingsError
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.pose_start import MIN_ROOT_MARKERS
from models.subject import Subject
from rl_scaling.tasks.clips import MarkerClip, load_clips
from rl_scaling.tasks.scaling_tasks import ScalingTasks, Truth, tasks_of

# Who shows fewer of the skeleton's markers than this share while standing says too little of too many segments.
LEAST_SHARE_OF_MARKERS = 0.5


@dataclass(frozen=True)
class FilmedPerson:
    """A person of a clips file.

    Attributes
    ----------
    person : str
        The random name in the file.
    subject : Subject
    static_m : Tensor, shape (n_markers, 3)
        Mean of the neutral trial; the tree's markers in its order, NaN where not seen.
    movements_m : tuple of Tensor, each shape (n_frames, n_markers, 3)
    """

    person: str
    subject: Subject
    static_m: Tensor
    movements_m: tuple[Tensor, ...]


def read_people(tree: SkeletonTree, path: Path) -> tuple[tuple[FilmedPerson, ...], tuple[str, ...]]:
    """Read the people of a clips file, and a message for everyone who is left out.

    Raises
    ------
    MarkerDataError
        The file holds no clips.
    SettingsError
        Not one person of it can be used.
    """
    people, left_out = people_of_clips(tree, load_clips(path))
    if not people:
        raise SettingsError(
            f"Nobody in the clips can be trained on. {' '.join(left_out)}",
            hint="Export sessions of real people that have a neutral trial and OpenCap's markers.",
            file=path.name,
        )
    return people, left_out


def people_of_clips(
    tree: SkeletonTree, clips: Sequence[MarkerClip], *, generated_too: bool = False
) -> tuple[tuple[FilmedPerson, ...], tuple[str, ...]]:
    """Return the people that can be trained on, and a message for everyone else.

    Parameters
    ----------
    tree : SkeletonTree
    clips : sequence of MarkerClip
    generated_too : bool
        Whether people who were generated count as filmed; training has others of them, whose truth it knows.
    """
    people, left_out = [], []
    for person in dict.fromkeys(clip.person for clip in clips):
        own = [clip for clip in clips if clip.person == person]
        static = [clip for clip in own if clip.static]
        if any(clip.synthetic for clip in own) and not generated_too:
            left_out.append(f"Person {person} is left out: generated, not filmed.")
        elif not static:
            left_out.append(f"Person {person} is left out: no neutral trial.")
        else:
            standing_m = _on_tree(tree, static[0]).nanmean(dim=0)
            lacks = _lacking(tree, standing_m)
            if lacks:
                left_out.append(f"Person {person} is left out: {lacks}.")
                continue
            movements_m = tuple(_on_tree(tree, clip) for clip in own if not clip.static)
            people.append(FilmedPerson(person, static[0].subject, standing_m, movements_m))
    return tuple(people), tuple(left_out)


def tasks_of_clips(
    tree: SkeletonTree, people: Sequence[FilmedPerson], n_frames: int, generator: np.random.Generator
) -> ScalingTasks:
    """State the tasks of filmed people: their standing pose, and frames drawn from their movements.

    Parameters
    ----------
    tree : SkeletonTree
    people : sequence of FilmedPerson
        One may stand in it more than once, and gets other frames each time.
    n_frames : int
        The standing pose and the drawn ones; each is of any of the person's movements alike. Who has no movement shows
        nothing in them.
    generator : numpy Generator
    """
    markers_m = torch.full((len(people), n_frames, len(tree.markers), 3), torch.nan).to(tree.default)
    for row, one in enumerate(people):
        markers_m[row, 0] = one.static_m
        for frame in range(1, n_frames if one.movements_m else 1):
            movement_m = one.movements_m[generator.integers(len(one.movements_m))]
            markers_m[row, frame] = movement_m[generator.integers(len(movement_m))]
    return tasks_of(tree, tuple(one.subject for one in people), markers_m)


def joined(simulated: ScalingTasks, filmed: ScalingTasks) -> ScalingTasks:
    """Both people's tasks as one; the truth of filmed people is NaN."""
    known = simulated.truth and vars(simulated.truth).values()
    padded = (torch.cat([one, one.new_full((len(filmed), *one.shape[1:]), torch.nan)]) for one in known or ())
    return ScalingTasks(
        torch.cat([simulated.markers_m, filmed.markers_m]),
        torch.cat([simulated.person, filmed.person]),
        torch.cat([simulated.prior_mean, filmed.prior_mean]),
        torch.cat([simulated.prior_covariance, filmed.prior_covariance]),
        Truth(*padded) if known else None,
    )


def _on_tree(tree: SkeletonTree, clip: MarkerClip) -> Tensor:
    """The clip's markers in the tree's order, shape (n_frames, n_markers, 3)."""
    markers_m = np.full((len(clip.positions_m), len(tree.markers), 3), np.nan)
    for column, name in enumerate(tree.markers):
        if name in clip.names:
            markers_m[:, column] = clip.positions_m[:, clip.names.index(name)]
    return torch.as_tensor(markers_m).to(tree.default)


def _lacking(tree: SkeletonTree, standing_m: Tensor) -> str:
    """What a standing pose lacks to be scaled; nothing where it lacks nothing."""
    seen = standing_m.isfinite().all(dim=-1)
    needed = int(np.ceil(LEAST_SHARE_OF_MARKERS * len(tree.markers)))
    if int(seen.sum()) < needed:
        return f"{int(seen.sum())} of the skeleton's {len(tree.markers)} markers while standing, {needed} are needed"
    root = next(body for body, parent in enumerate(tree.parents) if parent < 0)
    on_root = seen & (tree.marker_bodies == root)
    if int(on_root.sum()) < MIN_ROOT_MARKERS:
        return f"{int(on_root.sum())} markers of the {tree.bodies[root]} while standing, {MIN_ROOT_MARKERS} are needed"
    return ""
