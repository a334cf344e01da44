"""Joint coordinates that others have solved, read from their files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.files.storage import read_storage
from pipeline.kinematics.trial import is_translation
from pipeline.trajectories import Kinematics


def read_kinematics(path: Path) -> Kinematics:
    """Read a ``.mot`` of coordinates, in degrees or radians; it carries no markers and no marker errors.

    Raises
    ------
    MarkerDataError
        The file cannot be read.
    """
    table = read_storage(path)
    values = np.where(is_translation(table.columns) | (not table.in_degrees), table.values, np.radians(table.values))
    return Kinematics(table.time_s, table.columns, values, (), np.zeros((len(table.time_s), 0)))
