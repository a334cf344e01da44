"""A body seen from the front: joint centres and markers of the most upright moment of a trial."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assessment.results_folder import trial_file
from assessment.summary import TrialRecord
from pipeline.files.markers import read_marker_file
from pipeline.stick_figure import StickFigure

Points = NDArray[np.float64]

NEEDED = frozenset({"pelvis", "femur_r", "femur_l", "hand_r", "hand_l"})
# So near to its greatest height the pelvis is where the person stands.
STANDING_WITHIN_M = 0.03
# A marker farther from the pelvis than this was not on the person.
FARTHEST_M = 1.5


@dataclass(frozen=True)
class Body:
    """Places in a picture: the person's right is on the left of it, as seen from the front.

    Attributes
    ----------
    bones_m : list of ndarray, shape (2, 2)
        Ends of each bone: across, up [m].
    markers_m : dict of str to ndarray, shape (2,)
    """

    bones_m: list[Points]
    markers_m: dict[str, Points]


@dataclass(frozen=True)
class _Pose:
    """One moment of a trial."""

    figure: StickFigure
    frame: int
    trial: TrialRecord

    def point_m(self, name: str) -> Points:
        """A joint centre."""
        return self.figure.points_m[self.frame, self.figure.names.index(name)].astype(float)

    @property
    def upright_m(self) -> float:
        """How high the pelvis is above the hands: the more, the nearer to standing with hanging arms."""
        hands_m = (self.point_m("hand_r") + self.point_m("hand_l")) / 2.0
        return float(self.point_m("pelvis")[1] - hands_m[1])


def body_of(folder: Path, trials: list[TrialRecord]) -> Body | None:
    """The person as seen in one of these trials; None where none of them kept figure and markers.

    Raises
    ------
    SarcoscopeError
        A file is damaged, or the record names one outside the folder.
    """
    poses = [pose for trial in trials if (pose := _most_upright(folder, trial)) is not None]
    if not poses:
        return None
    pose = max(poses, key=lambda one: one.upright_m)
    hips_m = pose.point_m("femur_r"), pose.point_m("femur_l")
    middle_m, to_left = (hips_m[0] + hips_m[1]) / 2.0, (hips_m[1] - hips_m[0]) * (1.0, 0.0, 1.0)
    to_left /= np.linalg.norm(to_left)
    floor_m = float(pose.figure.points_m[pose.frame, :, 1].min())

    def seen(point_m: Points) -> Points:
        return np.array([(point_m - middle_m) @ to_left, point_m[1] - floor_m])

    points_m = pose.figure.points_m[pose.frame].astype(float)
    return Body(
        [np.array([seen(points_m[one]) for one in bone]) for bone in pose.figure.bones],
        {name: seen(point_m) for name, point_m in _markers_m(folder, pose).items()},
    )


def _most_upright(folder: Path, trial: TrialRecord) -> _Pose | None:
    """The moment of standing with the lowest hands; None where figure or markers were not kept."""
    path = trial_file(folder, trial, "viewer")
    if path is None or trial_file(folder, trial, "markers") is None:
        return None
    figure = StickFigure.read(path)
    if not set(figure.names) >= NEEDED:
        return None
    height_m = {name: figure.points_m[:, figure.names.index(name), 1] for name in NEEDED}
    above_m = height_m["pelvis"] - (height_m["hand_r"] + height_m["hand_l"]) / 2.0
    standing = height_m["pelvis"] > height_m["pelvis"].max() - STANDING_WITHIN_M
    return _Pose(figure, int(np.argmax(np.where(standing, above_m, -np.inf))), trial)


def _markers_m(folder: Path, pose: _Pose) -> dict[str, Points]:
    """Measured markers at this moment, those that are seen and near the body."""
    path = trial_file(folder, pose.trial, "markers")
    assert path is not None  # noqa: S101 - only trials with markers are posed
    measured = read_marker_file(path)
    frame = int(np.argmin(np.abs(measured.time_s - pose.figure.time_s[pose.frame])))
    return {
        name: point_m
        for name, point_m in zip(measured.names, measured.positions_m[frame], strict=True)
        if np.linalg.norm(point_m - pose.point_m("pelvis")) < FARTHEST_M
    }
