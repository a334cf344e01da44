"""The moving skeleton as points and lines, for anything that draws it; loads no OpenSim."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class StickFigure:
    """Joint centres over time and the bones between them.

    Attributes
    ----------
    time_s : ndarray, shape (n_frames,)
    names : tuple of str
        Body of each joint centre, or marker name for the ends of limbs and trunk.
    points_m : ndarray of float32, shape (n_frames, n_points, 3)
        Ground frame, Y up [m].
    bones : ndarray of int, shape (n_bones, 2)
        Pairs of point indices.
    points_generic_m : ndarray of float32, shape (n_frames, n_points, 3), or None
        The same points of the unscaled model in the same pose, its pelvis in the same place [m]; None in files of
        versions that did not keep them.
    """

    time_s: NDArray[np.float64]
    names: tuple[str, ...]
    points_m: NDArray[np.float32]
    bones: NDArray[np.int64]
    points_generic_m: NDArray[np.float32] | None = None

    @classmethod
    def read(cls, path: Path) -> StickFigure:
        """Read what `write` wrote; never unpickles."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                stored["time_s"],
                tuple(str(name) for name in stored["names"]),
                stored["points_m"],
                stored["bones"],
                stored.get("points_generic_m"),
            )

    def write(self, path: Path) -> None:
        """Write all of it as one compressed .npz file."""
        kept: dict[str, Any] = {
            "time_s": self.time_s,
            "names": np.array(self.names),
            "points_m": self.points_m,
            "bones": self.bones,
            "points_generic_m": self.points_generic_m,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, **{name: values for name, values in kept.items() if values is not None})
