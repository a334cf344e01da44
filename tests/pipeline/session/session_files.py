"""Small sessions made on the spot, in the layouts of OpenCap's producers."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from models.skeleton.marker_sets import MONOCULAR_TO_STUDY, marker_set

STUDY = marker_set("study").names
KEYPOINTS = ("Neck", "RShoulder", "midHip")
MONOCULAR = (*MONOCULAR_TO_STUDY, "Nose", "MidHip")
OPENCAP_PATH_LINE = "PathFileType  4\t(X/Y/Z) /workspace/Data/x/MarkerData/PostAugmentation"
MODEL = "<OpenSimDocument/>"
METADATA = "height_m: 1.67\nmass_kg: 60.0\ngender_mf: Woman\nopenSimModel: LaiUhlrich2022\nsubjectID: Jane\n"


def positions(n_frames: int, n_markers: int) -> np.ndarray:
    """Coordinates that tell frame, marker and axis: 1.203 is frame 1, marker 2, axis 3 (thousandths)."""
    frame, marker, axis = np.meshgrid(np.arange(n_frames), np.arange(n_markers), np.arange(3), indexing="ij")
    return frame + marker / 100 + (axis + 1) / 1000


def trc_text(
    names: Sequence[str] = STUDY,
    n_frames: int = 4,
    *,
    rate_hz: float = 60.0,
    units: str = "m",
    n_frames_header: int | None = None,
    n_markers_header: int | None = None,
    path_line: str | None = OPENCAP_PATH_LINE,
    blank_line: bool = True,
    trailing_tab: bool = True,
    newline: str = "\n",
    time_format: str = "{:.7f}",
    start_s: float = 0.0,
) -> str:
    """A TRC as OpenCap writes it, unless asked otherwise."""
    n_frames_header = n_frames if n_frames_header is None else n_frames_header
    n_markers_header = len(names) if n_markers_header is None else n_markers_header
    end = "\t" if trailing_tab else ""
    lines = [] if path_line is None else [path_line]
    lines += [
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate_hz}\t{rate_hz}\t{n_frames_header}\t{n_markers_header}\t{units}\t{rate_hz}\t1\t{n_frames_header}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t" + end,
        "\t\t" + "\t".join(f"{axis}{i}" for i in range(1, len(names) + 1) for axis in "XYZ") + end,
    ]
    lines += [""] if blank_line else []
    for frame, row in enumerate(positions(n_frames, len(names)).reshape(n_frames, 3 * len(names))):
        time = time_format.format(start_s + frame / rate_hz)
        lines.append("\t".join([str(frame + 1), time, *(f"{value:.5f}" for value in row)]) + end)
    return newline.join(lines) + newline


def mot_text(columns: Sequence[str] = ("pelvis_tilt", "pelvis_ty"), n_rows: int = 4) -> str:
    """A .mot as OpenCap writes it: header with blank lines, padded cells, trailing space."""
    lines = ["Coordinates", "version=1", f"nRows={n_rows}", f"nColumns={len(columns) + 1}", "inDegrees=yes", ""]
    lines += ["Units are S.I. units", "", "endheader", "\t".join(["time", *columns])]
    for row in range(n_rows):
        cells = [row / 60, *(row + column / 10 for column in range(len(columns)))]
        lines.append("\t".join(f"{cell:16.8f}" for cell in cells) + " ")
    return "\n".join(lines) + "\n"


def damage(content: bytes, rng: np.random.Generator) -> bytes:
    """Change, remove, repeat or cut off some bytes, as broken disks, downloads and editors do."""
    damaged = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        place, length = int(rng.integers(len(damaged))), int(rng.integers(1, 40))
        match rng.integers(5):
            case 0:
                damaged[place] = rng.integers(256)
            case 1:
                del damaged[place : place + length]
            case 2:
                damaged[place:place] = damaged[place : place + length]
            case 3:
                damaged[place:place] = rng.choice(list(b"\t\n 0-.eNaif[]{}:&*"), length).astype(np.uint8).tobytes()
            case 4:
                del damaged[max(place, 1) :]
    return bytes(damaged)


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write files below a folder and return the folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def opencap_files(trials: Iterable[str] = ("squat",), names: Sequence[str] = STUDY) -> dict[str, str | bytes]:
    """The files of a complete session: neutral without angles, movements with, metadata, model, what is left out."""
    files: dict[str, str | bytes] = {
        "sessionMetadata.yaml": METADATA,
        "README.txt": "Thank you",
        "MarkerData/neutral.trc": trc_text(names, rate_hz=30.0),
        "MarkerData/Settings/settings_neutral.yaml": "verticalOffset: -1.5\n",
        "OpenSimData/Model/LaiUhlrich2022_scaled.osim": MODEL,
        "OpenSimData/Model/Geometry/femur.vtp": "<VTKFile/>",
        "Videos/mappingCamDevice.pickle": b"cos\nsystem\n(S'false'\ntR.",
    }
    for trial in trials:
        files[f"MarkerData/{trial}.trc"] = trc_text(names)
        files[f"OpenSimData/Kinematics/{trial}.mot"] = mot_text()
    return files


def make_zip(path: Path, files: dict[str, str | bytes], prefix: str = "") -> Path:
    """Pack files, each below a prefix, as the web app does."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(prefix + name, content)
    return path
