"""A body seen from the front: joint centres and markers of the most upright moment of a trial."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.viewer.scene import read_scene
from assessment.results_folder import trial_file
from assessment.summary import Summary, TrialRecord
from pipeline.files.markers import read_marker_file

Points = NDArray[np.float64]


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


def body_of(folder: Path, summary: Summary, trials: list[TrialRecord]) -> Body | None:
    """The person as seen in one of these trials; None where none of them kept figure and markers.

    Raises
    ------
    SarcoscopeError
        A file is damaged.
    """
    for trial in trials:
        path = trial_file(folder, trial, "markers")
        scene = None if path is None else read_scene(folder, summary, trial, "Nm")
        if path is None or scene is None or not {"femur_r", "femur_l"} <= set(scene.figure.names):
            continue
        points_m, names = scene.figure.points_m, scene.figure.names
        frame = int(np.argmax(points_m[..., 1].mean(axis=1)))
        hips_m = [points_m[frame, names.index(name)].astype(float) for name in ("femur_r", "femur_l")]
        middle_m, to_left = (hips_m[0] + hips_m[1]) / 2.0, hips_m[1] - hips_m[0]
        to_left[1] = 0.0
        to_left /= np.linalg.norm(to_left)

        def seen(point_m: NDArray[np.floating]) -> Points:
            return np.array([(point_m - middle_m) @ to_left, point_m[1] - scene.floor_m])  # noqa: B023 - used at once

        markers_m = zip(read_marker_file(path).names, scene.markers_m[frame], strict=True)
        return Body(
            [np.array([seen(points_m[frame, one]) for one in bone]) for bone in scene.figure.bones],
            {name: seen(point_m) for name, point_m in markers_m if np.isfinite(point_m).all()},
        )
    return None
