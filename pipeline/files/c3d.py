"""C3D files, read through ezc3d: markers and force plates, in metres and newtons, in the axes of the file."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import ForceDataError, MarkerDataError, SarcoscopeError
from models.markers import MarkerTrajectories
from pipeline.files.naming import METRES_PER_UNIT, plain_marker_name

Array = NDArray[np.float64]

MAX_C3D_BYTES = 512 * 2**20
"""Half an hour of 50 markers and four plates; longer files are refused unread."""

# C3D file format (c3d.org user guide): blocks of 512 bytes; the second byte of the header tells a C3D from any other
# file; words 4 and 5 are the first and last frame. The fourth byte of the parameters names the processor.
_BLOCK_BYTES = 512
_HEADER_KEY = 0x50
_PROCESSOR_BYTE = 3
_BIG_ENDIAN_PROCESSOR = bytes([86])
_CHILD = Path(__file__).with_name("c3d_child.py")
_CHILD_SECONDS = 120.0
_MOMENT_METRES = {"Nm": 1.0, "N.m": 1.0, "Nmm": 0.001, "N.mm": 0.001}


@dataclass(frozen=True)
class PlateForces:
    """What one force plate measured, in the axes of the C3D file.

    Attributes
    ----------
    force_n : ndarray, shape (n_samples, 3)
        Force of the plate on the person [N].
    centre_of_pressure_m : ndarray, shape (n_samples, 3)
        On the plate's surface [m]; meaningless where the force is small.
    free_moment_nm : ndarray, shape (n_samples, 3)
        Moment about the centre of pressure, of the plate on the person [Nm].
    corners_m : ndarray, shape (4, 3)
        Corners of the surface [m].
    """

    force_n: Array
    centre_of_pressure_m: Array
    free_moment_nm: Array
    corners_m: Array


@dataclass(frozen=True)
class C3dPlates:
    """All force plates of a C3D file, sampled at the analog rate; time as of `read_c3d_markers`."""

    time_s: Array
    plates: tuple[PlateForces, ...]


def read_c3d_markers(path: Path) -> MarkerTrajectories:
    """Read the markers of a C3D file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    MarkerTrajectories
        In metres, in the axes of the file, NaN where the residual is negative (the marker was not reconstructed).
        Time counts from the first frame of the *measurement*, so a cropped file does not start at zero and stays in
        step with its forces. A subject prefix (``Name:LASI``) is cut off. Labels that repeat take their description
        instead (a C3D label is short, so ``RKNE`` may stand for two markers), or a number (``RKNE_2``).

    Raises
    ------
    MarkerDataError
        The file is not a C3D, is damaged, or holds no markers.
    """
    content = _read(path, MarkerDataError, "markers")
    point = content.description["point"]
    points, residuals = content.arrays["points"], content.arrays["residuals"]
    names = _names(point, points.shape[1])
    rate_hz = content.description["points"]["frame_rate"]
    if not names or points.shape[2] == 0:
        raise MarkerDataError("The C3D file holds no markers.", hint="Export the trial again.", file=path.name)
    positions = points[:3].transpose(2, 1, 0)
    unseen = ~(residuals[0].T >= 0) | ~np.isfinite(positions).all(axis=2)
    positions_m = np.where(unseen[..., None], np.nan, positions * _metres_per_unit(point, path))
    first = content.description["points"]["first_frame"]
    return MarkerTrajectories(names, positions_m, (first + np.arange(len(positions_m))) / rate_hz)


def read_c3d_plates(path: Path) -> C3dPlates:
    """Read the force plates of a C3D file (types 1 to 4, as ezc3d evaluates them from their calibration).

    Raises
    ------
    ForceDataError
        The file is not a C3D, is damaged, describes no force plate, or its units are unknown.
    """
    content = _read(path, ForceDataError, "plates")
    units = content.description["plate_units"]
    if not units:
        raise ForceDataError(
            "The C3D file describes no force plate.",
            hint="Give the forces as .mot or .sto, or leave the forces entry out.",
            file=path.name,
        )
    plates = tuple(_plate(content, index, path) for index in range(len(units)))
    rate_hz = content.description["analogs"]["frame_rate"]
    first_s = content.description["points"]["first_frame"] / content.description["points"]["frame_rate"]
    return C3dPlates(first_s + np.arange(len(plates[0].force_n)) / rate_hz, plates)


@dataclass(frozen=True)
class _Content:
    """What `pipeline.files.c3d_child` found."""

    description: dict[str, Any]
    arrays: dict[str, Array]


def _plate(content: _Content, index: int, path: Path) -> PlateForces:
    force_unit, moment_unit, length_unit = content.description["plate_units"][index]
    metres, newton_metres = METRES_PER_UNIT.get(length_unit), _MOMENT_METRES.get(moment_unit)
    if force_unit != "N" or newton_metres is None or metres is None:
        raise ForceDataError(
            f"The C3D file gives its forces in {force_unit!r}, {moment_unit!r} and {length_unit!r}.",
            hint=f"Accepted: N; {', '.join(_MOMENT_METRES)}; {', '.join(METRES_PER_UNIT)}.",
            file=path.name,
        )
    arrays = content.arrays
    return PlateForces(
        force_n=arrays[f"force_{index}"].T,
        centre_of_pressure_m=arrays[f"center_of_pressure_{index}"].T * metres,
        free_moment_nm=arrays[f"Tz_{index}"].T * newton_metres,
        corners_m=arrays[f"corners_{index}"].T * metres,
    )


def _read(path: Path, error: type[SarcoscopeError], what: str) -> _Content:
    hint = "Export the trial again as C3D, or as TRC."
    header = _check(path, error, hint)
    with tempfile.TemporaryDirectory() as folder:
        npz = Path(folder) / "content.npz"
        # Isolated mode: the child sees the installed packages and nothing of the caller's surroundings.
        command = [sys.executable, "-I", str(_CHILD), str(path.resolve()), str(npz), what]
        try:
            child = subprocess.run(command, capture_output=True, text=True, timeout=_CHILD_SECONDS, check=False)  # noqa: S603
        except subprocess.TimeoutExpired:
            raise error("Reading the C3D file takes too long.", hint=hint, file=path.name) from None
        if child.returncode != 0 or not npz.exists():
            detail = child.stdout.strip() or "the reader broke down"
            raise error(f"The C3D file is damaged: {detail}.", hint=hint, file=path.name)
        with np.load(npz) as loaded:
            description = json.loads(str(loaded["description"]))
            content = _Content(description, {key: loaded[key] for key in loaded.files if key != "description"})
    rate_hz = description["points"]["frame_rate"]
    if not (np.isfinite(rate_hz) and rate_hz > 0):
        raise error("The C3D file does not say its frame rate (POINT:RATE).", hint=hint, file=path.name)
    # ezc3d reads a file that was cut short up to where it ends, without complaint.
    announced, found = _announced_frames(path, header), content.arrays["points"].shape[2]
    if found < announced:
        raise error(
            f"The C3D file was cut short: its header announces {announced} frames, {found} are there.",
            hint=hint,
            file=path.name,
        )
    return content


def _check(path: Path, error: type[SarcoscopeError], hint: str) -> bytes:
    """The header of what is a C3D at first sight."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header = file.read(_BLOCK_BYTES)
    except OSError as reason:
        raise error(
            f"The C3D file cannot be read: {reason.strerror or 'unknown reason'}.",
            hint="Check that it exists and that you may read it.",
            file=path.name,
        ) from None
    if len(header) < _BLOCK_BYTES or header[1] != _HEADER_KEY:
        raise error(f"{path.name} is not a C3D file.", hint=hint, file=path.name)
    if size > MAX_C3D_BYTES:
        raise error(
            f"The C3D file is {size / 2**20:.0f} MiB large.", hint="At most 512 MiB are accepted.", file=path.name
        )
    return header


def _announced_frames(path: Path, header: bytes) -> int:
    """Frames according to the header; 0 where its 16 bits cannot say (longer recordings fill them with ones)."""
    with path.open("rb") as file:
        file.seek(_BLOCK_BYTES * (max(header[0], 1) - 1) + _PROCESSOR_BYTE)
        processor = file.read(1)
    order: Literal["big", "little"] = "big" if processor == _BIG_ENDIAN_PROCESSOR else "little"
    first, last = (int.from_bytes(header[start : start + 2], order) for start in (6, 8))
    return 0 if last in (0, 0xFFFF) or last < first else last - first + 1


def _names(point: Any, n_points: int) -> tuple[str, ...]:
    labels = [plain_marker_name(str(label)) for label in _texts(point, "LABELS")[:n_points]]
    labels += [f"unnamed_{index + 1}" for index in range(len(labels), n_points)]
    descriptions = [text.strip() for text in _texts(point, "DESCRIPTIONS")] + [""] * n_points
    names: list[str] = []
    for label, description in zip(labels, descriptions, strict=False):
        unique = labels.count(label) == 1
        described = description and description not in labels and descriptions.count(description) == 1
        name = label if unique or not described else description
        count = 2
        base = name
        while name in names:
            name, count = f"{base}_{count}", count + 1
        names.append(name)
    return tuple(names)


def _texts(group: Any, key: str) -> list[str]:
    """A parameter of texts, with its continuations (LABELS2, LABELS3, ... beyond 255)."""
    texts: list[str] = []
    for suffix in ("", *map(str, range(2, 10))):
        if key + suffix in group:
            texts += [str(text) for text in group[key + suffix]]
    return texts


def _metres_per_unit(point: Any, path: Path) -> float:
    unit = str((_texts(point, "UNITS") or [""])[0]).strip().lower()
    if unit not in METRES_PER_UNIT:
        raise MarkerDataError(
            f"The C3D file gives its marker coordinates in {unit!r}.",
            hint=f"Accepted in POINT:UNITS: {', '.join(METRES_PER_UNIT)}.",
            file=path.name,
        )
    return METRES_PER_UNIT[unit]
