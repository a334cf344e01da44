"""TRC files as OpenCap, OpenSim, Cortex and Vicon write them.

TRC is read here rather than by OpenSim's parser: files come from elsewhere, and every fault is to be named by its line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isinf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import MarkerDataError
from models.markers import MarkerTrajectories
from pipeline.files.naming import METRES_PER_UNIT, plain_marker_name
from pipeline.files.text import read_lines

MAX_TRC_BYTES = 256 * 2**20
"""Ten minutes of 63 markers at 240 Hz are 250 MiB; nobody records that long."""

SYNTHETIC_SOURCE = "/SYNTHETIC/"
"""How the place of origin in the first line of a TRC file begins whose movement was generated."""

_HEADER_SEARCH_LINES = 10
_LEADING_COLUMNS = 2  # Frame#, Time


@dataclass(frozen=True)
class TrcSummary:
    """What a TRC file says of itself, and what it holds.

    Attributes
    ----------
    names : tuple of str
        Marker names without the subject prefix.
    rate_hz : float or None
        ``DataRate`` of the header.
    announced_frames, announced_markers : int or None
        ``NumFrames`` and ``NumMarkers`` of the header; what is found counts, not these.
    n_frames : int
        Frames found.
    measured_rate_hz : float or None
        Mean rate of the time column; None below two frames.
    synthetic : bool
        The first line names `SYNTHETIC_SOURCE` as where the markers come from.
    """

    names: tuple[str, ...]
    rate_hz: float | None
    announced_frames: int | None
    announced_markers: int | None
    n_frames: int
    measured_rate_hz: float | None
    synthetic: bool


@dataclass(frozen=True)
class _TrcText:
    header: dict[str, str]
    names: tuple[str, ...]
    rows: tuple[tuple[int, str], ...]
    """Line number (from 1) and text of every frame."""
    synthetic: bool

    @property
    def width(self) -> int:
        return _LEADING_COLUMNS + 3 * len(self.names)


def read_trc(path: Path) -> MarkerTrajectories:
    """Read a TRC file.

    What the header announces (``NumFrames``, ``NumMarkers``) is not trusted: the line of marker names and the rows
    count. Blank and ``NaN`` cells become NaN. Time stamps that differ from frame number over ``DataRate`` by their
    rounding only (Cortex writes 0.007 for 1/150 s) are replaced by it, so that speeds do not inherit the rounding.

    Parameters
    ----------
    path : Path

    Returns
    -------
    MarkerTrajectories
        In metres, in the axes of the file (OpenCap's are the ground frame already); a subject prefix
        (``Name:LASI``) is cut off, because it often is a person's name.

    Raises
    ------
    MarkerDataError
        The file is not a TRC, a row has too few or too many columns, a cell is not a number, names repeat, the unit
        is unknown, or time does not increase.
    """
    try:
        text = _read_text(path)
        metres_per_unit = _metres_per_unit(text.header)
        values = _table(text)
        time_s = _time(values[:, 0], text)
        return MarkerTrajectories(
            names=text.names,
            positions_m=values[:, 1:].reshape(len(values), len(text.names), 3) * metres_per_unit,
            time_s=time_s,
        )
    except MarkerDataError as error:
        raise error.within(file=path.name) from None


def summarise_trc(path: Path) -> TrcSummary:
    """Read the header of a TRC file and count its frames, without reading the coordinates.

    Raises
    ------
    MarkerDataError
        The file is not a TRC or its header is damaged.
    """
    try:
        text = _read_text(path)
        _metres_per_unit(text.header)
        first_s, last_s = (_numbers(line, number, text)[0] for number, line in (text.rows[0], text.rows[-1]))
    except MarkerDataError as error:
        raise error.within(file=path.name) from None
    duration_s = last_s - first_s
    rate_hz = _header_number(text.header, "datarate")
    announced_frames = _header_number(text.header, "numframes")
    announced_markers = _header_number(text.header, "nummarkers")
    return TrcSummary(
        names=text.names,
        rate_hz=rate_hz,
        announced_frames=None if announced_frames is None else int(announced_frames),
        announced_markers=None if announced_markers is None else int(announced_markers),
        n_frames=len(text.rows),
        measured_rate_hz=(len(text.rows) - 1) / duration_s if duration_s > 0 else None,
        synthetic=text.synthetic,
    )


def _read_text(path: Path) -> _TrcText:
    lines = read_lines(path, max_bytes=MAX_TRC_BYTES, error=MarkerDataError)
    start = next(
        (index for index, line in enumerate(lines[:_HEADER_SEARCH_LINES]) if line.lower().startswith("datarate")), None
    )
    if start is None or len(lines) < start + 4:
        raise MarkerDataError(
            "This is not a TRC marker file: its header has no line that begins with DataRate, or nothing follows it.",
            hint="Accepted are the .trc files of OpenCap, OpenSim, Vicon or Cortex, as they were exported.",
        )
    header = dict(
        zip(
            (key.strip().lower() for key in lines[start].split("\t")),
            (value.strip() for value in lines[start + 1].split("\t")),
            strict=False,
        )
    )
    names = _marker_names(lines[start + 2], lines[start + 3], line_number=start + 3, header=header)
    rows = tuple(_data_rows(lines, start + 4))
    if not rows:
        raise MarkerDataError("The marker file holds no frames.", hint="Export or download the trial again.")
    synthetic = any(cell.startswith(SYNTHETIC_SOURCE) for line in lines[:start] for cell in line.split("\t"))
    return _TrcText(header, names, rows, synthetic)


def _data_rows(lines: list[str], start: int) -> Iterator[tuple[int, str]]:
    return ((index + 1, lines[index]) for index in range(start, len(lines)) if lines[index].strip())


def _marker_names(name_line: str, axis_line: str, line_number: int, header: dict[str, str]) -> tuple[str, ...]:
    if not name_line.lower().startswith("frame") or "\t" not in name_line:
        raise MarkerDataError(
            f"Line {line_number} of the marker file should begin with Frame#, Time and the marker names, "
            "separated by tabs.",
            hint="Export the trial again as TRC.",
        )
    names = tuple(plain_marker_name(cell) for cell in name_line.split("\t")[_LEADING_COLUMNS:] if cell.strip())
    n_axes = sum(1 for cell in axis_line.split("\t") if cell.strip())
    if not names:
        raise MarkerDataError("The marker file names no markers.", hint="Export the trial again with its markers.")
    announced = int(_header_number(header, "nummarkers") or 0)
    if 0 < announced < len(names) and (n_axes == 3 * announced or _repeated(names)):
        # Cortex also names the virtual markers of its template, some of them twice, after those that have values.
        names, n_axes = names[:announced], min(n_axes, 3 * announced)
    if n_axes != 3 * len(names):
        raise MarkerDataError(
            f"Line {line_number} of the marker file names {len(names)} markers, but line {line_number + 1} labels "
            f"{n_axes} coordinates; {3 * len(names)} are expected.",
            hint="A name or a column is missing. Export the trial again.",
        )
    if repeated := _repeated(names):
        raise MarkerDataError(
            f"Marker names repeat: {', '.join(repeated)}.", hint="Give every marker a name of its own and export again."
        )
    return names


def _repeated(names: tuple[str, ...]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _metres_per_unit(header: dict[str, str]) -> float:
    unit = header.get("units", "")
    if unit.lower() not in METRES_PER_UNIT:
        raise MarkerDataError(
            f"The marker file gives its coordinates in {unit!r}." if unit else "The marker file names no unit.",
            hint=f"Accepted in the Units column of the header: {', '.join(METRES_PER_UNIT)}.",
        )
    return METRES_PER_UNIT[unit.lower()]


def _header_number(header: dict[str, str], key: str) -> float | None:
    try:
        number = float(header[key])
    except (KeyError, ValueError):
        return None
    return number if np.isfinite(number) and number > 0 else None


def _table(text: _TrcText) -> NDArray[np.float64]:
    """Time and coordinates of all frames: in one go where every marker is always seen, else line by line."""
    try:
        table = np.loadtxt([line.rstrip("\t") for _, line in text.rows], delimiter="\t", comments=None, ndmin=2)
    except ValueError:
        table = np.full((1, 1), np.inf)
    if table.shape[1] == text.width and not np.isinf(table).any():
        return np.asarray(table[:, 1:])
    return np.array([_numbers(line, number, text) for number, line in text.rows])


def _numbers(line: str, line_number: int, text: _TrcText) -> list[float]:
    """Time and coordinates of one frame; NaN for blank cells."""
    cells = line.split("\t")
    while len(cells) > text.width and not cells[-1].strip():
        cells.pop()
    if len(cells) != text.width:
        raise MarkerDataError(
            f"Line {line_number} of the marker file holds {len(cells)} columns; {text.width} are expected "
            f"(frame, time and three for each of {len(text.names)} markers).",
            hint="A column is missing or the file was cut short. Export or download the trial again; "
            "columns are separated by tabs, and a marker that was not seen has three blank cells.",
        )
    try:
        numbers = [float(cell) if cell and not cell.isspace() else np.nan for cell in cells[1:]]
    except ValueError:
        raise _not_a_number(cells, line_number, text) from None
    if any(map(isinf, numbers)):
        raise _not_a_number(cells, line_number, text)
    return numbers


def _not_a_number(cells: list[str], line_number: int, text: _TrcText) -> MarkerDataError:
    column = next(index for index, cell in enumerate(cells) if index > 0 and not _is_number_or_blank(cell))
    of_marker = column - _LEADING_COLUMNS
    whose = f"marker {text.names[of_marker // 3]}" if of_marker >= 0 else "the time column"
    return MarkerDataError(
        f"Line {line_number} of the marker file holds {cells[column].strip()[:20]!r} for {whose}, "
        "which is not a number.",
        hint="Numbers need a decimal point, not a comma. Change the export settings."
        if "," in cells[column]
        else "Leave the cell blank where a marker was not seen, or export the trial again.",
    )


def _is_number_or_blank(cell: str) -> bool:
    try:
        return not cell.strip() or not np.isinf(float(cell))
    except ValueError:
        return False


def _time(time_s: NDArray[np.float64], text: _TrcText) -> NDArray[np.float64]:
    wrong = np.flatnonzero(np.isnan(time_s))
    if wrong.size:
        raise MarkerDataError(
            f"Line {text.rows[wrong[0]][0]} of the marker file has no time.", hint="Export the trial again."
        )
    rate_hz = _header_number(text.header, "datarate")
    decimals = max(len(row.split("\t", 2)[1].strip().partition(".")[2]) for _, row in text.rows)
    # Both the first and the current stamp are rounded, each by half a unit at most.
    rounding_s = 10.0**-decimals
    if rate_hz and rounding_s < 1 / rate_hz:
        exact_s = time_s[0] + np.arange(len(time_s)) / rate_hz
        if np.max(np.abs(exact_s - time_s)) <= rounding_s:
            return exact_s
    wrong = np.flatnonzero(np.diff(time_s) <= 0)
    if wrong.size:
        raise MarkerDataError(
            f"Time does not increase on line {text.rows[wrong[0] + 1][0]} of the marker file: "
            f"{time_s[wrong[0] + 1]:g} s follows {time_s[wrong[0]]:g} s.",
            hint="Frames are repeated or out of order. Export the trial again.",
        )
    return time_s
