"""Marker files of either kind, told apart by their suffix."""

from __future__ import annotations

from pathlib import Path

from models.errors import MarkerDataError
from models.markers import MarkerTrajectories
from pipeline.files.c3d import read_c3d_markers
from pipeline.files.trc import read_trc, summarise_trc


def read_marker_file(path: Path) -> MarkerTrajectories:
    """Read a marker file by its suffix: ``.trc`` or ``.c3d``; in metres, in the axes of the file.

    Raises
    ------
    MarkerDataError
        The suffix is another, or the file cannot be read.
    """
    readers = {".trc": read_trc, ".c3d": read_c3d_markers}
    if path.suffix.lower() not in readers:
        raise MarkerDataError(
            f"{path.name} is not a marker file.", hint=f"Accepted: {', '.join(readers)}.", file=path.name
        )
    return readers[path.suffix.lower()](path)


def marker_names(path: Path) -> tuple[str, ...]:
    """Names of the markers in a file that `read_marker_file` can read, in its order.

    Raises
    ------
    MarkerDataError
        See there.
    """
    return summarise_trc(path).names if path.suffix.lower() == ".trc" else read_marker_file(path).names
