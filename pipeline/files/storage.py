"""OpenSim's motion and storage files (.mot, .sto): tables over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import SessionReadError
from pipeline.files.text import read_lines

MAX_STORAGE_BYTES = 256 * 2**20

_HEADER_SEARCH_LINES = 200


@dataclass(frozen=True)
class Storage:
    """A table over time.

    Attributes
    ----------
    time_s : ndarray, shape (n_rows,)
        Strictly increasing [s].
    columns : tuple of str
        Unique names, without ``time``.
    values : ndarray, shape (n_rows, n_columns)
        As in the file: rotations in degrees or radians, see ``in_degrees``.
    in_degrees : bool
        What the header says of rotations.
    notes : tuple of str
        Where header and table disagree, and which columns were left out.
    """

    time_s: NDArray[np.float64]
    columns: tuple[str, ...]
    values: NDArray[np.float64]
    in_degrees: bool
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> NDArray[np.float64]:
        """One column over time, shape (n_rows,).

        Raises
        ------
        SessionReadError
            There is no such column.
        """
        if name not in self.columns:
            raise SessionReadError(f"There is no column {name!r}.", hint=f"Columns: {', '.join(self.columns)}.")
        return self.values[:, self.columns.index(name)]


def read_storage(path: Path) -> Storage:
    """Read a .mot or .sto file of any of OpenSim's three headers.

    These are: ``nRows=``/``nColumns=`` (version 1, OpenCap), version 3 (tables), and ``datarows``/``datacolumns`` of
    SIMM, whose rotations are degrees by convention. Without ``inDegrees`` the others are in radians, as in OpenSim.

    Raises
    ------
    SessionReadError
        The file is not such a table, a row has another number of columns than the labels, a cell is not a number,
        time does not increase, or two columns of one name disagree.
    """
    try:
        return _read_storage(path)
    except SessionReadError as error:
        raise error.within(file=path.name) from None


def write_storage(
    path: Path,
    time_s: NDArray[np.float64],
    columns: Sequence[str],
    values: NDArray[np.float64],
    *,
    in_degrees: bool,
    name: str,
) -> None:
    """Write a .mot or .sto file that OpenSim (GUI, ``Storage``, ``TimeSeriesTable``) and opencap-processing open.

    Parameters
    ----------
    path : Path
        Its folder is made where it is missing.
    time_s : ndarray, shape (n_rows,)
        Strictly increasing [s].
    columns : sequence of str
        Unique, without ``time`` and without white space.
    values : ndarray, shape (n_rows, n_columns)
        Written as they are; the caller converts to degrees.
    in_degrees : bool
        What the header is to say of rotations.
    name : str
        First line of the file; ``Coordinates`` for joint angles.

    Raises
    ------
    ValueError
        Shapes or names are not as above, or a value is not finite (OpenSim would silently drop rows).
    """
    time_s, values = np.asarray(time_s, dtype=float), np.asarray(values, dtype=float)
    if values.shape != (len(time_s), len(columns)):
        raise ValueError(f"values have shape {values.shape}; time and columns say {(len(time_s), len(columns))}")
    if len(set(columns)) != len(columns) or any(not label or label.split() != [label] for label in columns):
        raise ValueError(f"column names must be unique and without white space: {', '.join(columns)}")
    if not (np.all(np.isfinite(values)) and np.all(np.isfinite(time_s)) and np.all(np.diff(time_s) > 0)):
        raise ValueError("values must be finite and time must increase")
    lines = [
        name,
        "version=1",
        f"nRows={len(time_s)}",
        f"nColumns={len(columns) + 1}",
        f"inDegrees={'yes' if in_degrees else 'no'}",
        "endheader",
        "\t".join(["time", *columns]),
        *("\t".join(f"{number:.10g}" for number in row) for row in np.column_stack([time_s, values])),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _read_storage(path: Path) -> Storage:
    lines = read_lines(path, max_bytes=MAX_STORAGE_BYTES, error=SessionReadError)
    header, start = _header(lines)
    labels = _cells(lines[start])
    if labels[0].lower() != "time":
        raise SessionReadError(
            f"The first column is {labels[0][:40]!r}, not time.",
            hint="Give a .mot or .sto file as OpenSim writes it.",
        )
    rows = [(index + 1, lines[index]) for index in range(start + 1, len(lines)) if lines[index].strip()]
    if not rows:
        raise SessionReadError("The table has no rows.", hint="Download or export the file again.")
    table = np.array([_numbers(line, number, len(labels)) for number, line in rows])
    _check_time(table[:, 0], rows)
    columns, values, notes = _unique_columns(labels[1:], table[:, 1:])
    notes += _disagreements(header, n_rows=len(rows), n_columns=len(labels))
    in_degrees = header.get("indegrees", "yes" if "datacolumns" in header else "no").lower() == "yes"
    return Storage(table[:, 0], columns, values, in_degrees, notes)


def _header(lines: list[str]) -> tuple[dict[str, str], int]:
    """Header entries in lower case, and the index of the line of labels."""
    header: dict[str, str] = {}
    for index, line in enumerate(lines[:_HEADER_SEARCH_LINES]):
        entry = line.strip()
        if entry.lower() == "endheader":
            labels = next((later for later in range(index + 1, len(lines)) if lines[later].strip()), None)
            if labels is None:
                break
            if header.get("datatype", "double").lower() != "double":
                raise SessionReadError(
                    f"The table holds {header['datatype']}, not numbers.", hint="Accepted: DataType=double."
                )
            return header, labels
        key, _, value = entry.partition("=") if "=" in entry else entry.partition(" ")
        header[key.strip().lower()] = value.strip()
    raise SessionReadError(
        "This is not an OpenSim motion file: there is no 'endheader' line with a table after it.",
        hint="Accepted are .mot and .sto files as OpenSim and OpenCap write them.",
    )


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.rstrip().split("\t")] if "\t" in line else line.split()


def _numbers(line: str, line_number: int, width: int) -> list[float]:
    cells = _cells(line)
    if len(cells) != width:
        raise SessionReadError(
            f"Line {line_number} holds {len(cells)} columns; {width} are expected.",
            hint="A column is missing or the file was cut short. Download or export it again.",
        )
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        raise SessionReadError(
            f"Line {line_number} holds a cell that is not a number.", hint="Download or export the file again."
        ) from None


def _check_time(time_s: NDArray[np.float64], rows: list[tuple[int, str]]) -> None:
    wrong = np.flatnonzero(~(np.diff(time_s) > 0))
    if not np.all(np.isfinite(time_s)) or wrong.size:
        line_number = rows[wrong[0] + 1][0] if wrong.size else rows[0][0]
        raise SessionReadError(f"Time does not increase on line {line_number}.", hint="Export the file again.")


def _unique_columns(
    labels: list[str], values: NDArray[np.float64]
) -> tuple[tuple[str, ...], NDArray[np.float64], tuple[str, ...]]:
    """Leave out repeated columns that hold the same numbers."""
    first: dict[str, int] = {}
    notes: list[str] = []
    for index, label in enumerate(labels):
        if label not in first:
            first[label] = index
        elif np.array_equal(values[:, index], values[:, first[label]], equal_nan=True):
            notes.append(f"The column {label} stands in the file twice with the same numbers; one is used.")
        else:
            raise SessionReadError(
                f"Two columns are called {label!r} and hold different numbers.",
                hint="Give every column a name of its own.",
            )
    return tuple(first), values[:, list(first.values())], tuple(notes)


def _disagreements(header: dict[str, str], *, n_rows: int, n_columns: int) -> tuple[str, ...]:
    notes = []
    for keys, found, what in (
        (("nrows", "datarows"), n_rows, "rows"),
        (("ncolumns", "datacolumns"), n_columns, "columns"),
    ):
        announced = next((header[key] for key in keys if key in header), None)
        if announced is not None and announced.isdecimal() and int(announced) != found:
            notes.append(f"The header announces {announced} {what}, the file holds {found}; these are used.")
    return tuple(notes)
