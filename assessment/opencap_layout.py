"""What completes a results folder to OpenCap's layout, so that opencap-processing loads it unchanged.

Its `kinematics` class takes ``OpenSimData/Kinematics/<trial>.mot`` and the scaled model, whose name it reads from
``sessionMetadata.yaml`` (Monocular: the only .osim in ``OpenSimData/Model/<trial>/``). Its analyses of gait and
sit-to-stand also take ``MarkerData/<trial>.trc``, with the same frames as the angles.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from models.markers import MarkerTrajectories
from models.skeleton.marker_sets import MONOCULAR_TO_STUDY
from models.subject import Subject
from pipeline.files.trc_writer import write_trc
from pipeline.session.metadata import METADATA_FILE, read_metadata
from pipeline.trajectories import Array

_MODELS = Path("OpenSimData") / "Model"
_MODEL_SUFFIX = "_scaled"
# Tenths of a millimetre, as OpenCap writes them, and one more.
_DECIMALS = 5
# The laboratory's landmarks are OpenCap's without the suffix that its network gives; clusters are not the same.
_LANDMARKS = {name.removesuffix("_study"): name for name in MONOCULAR_TO_STUDY.values()}


def write_marker_file(folder: Path, trial: str, markers: MarkerTrajectories, time_s: Array) -> str | None:
    """Write the recording's own markers at the frames of the angles, in OpenCap's names.

    They are not the repaired ones, which have holes where a marker was not to be believed: opencap-processing cannot
    read a file with holes. For the same reason markers that were not seen throughout are left out.

    Parameters
    ----------
    folder : Path
        The session's results folder.
    trial : str
    markers : MarkerTrajectories
        As read from the recording, in the ground frame.
    time_s : ndarray, shape (n_frames,)
        Frames of the trial's .mot [s]; markers are interpolated to those that the recording does not have.

    Returns
    -------
    str or None
        The file's path, relative to the folder; None where not one marker is seen throughout, and no file is written.
    """
    flat_m = markers.positions_m.reshape(markers.n_frames, -1)
    at_frames_m = np.column_stack([np.interp(time_s, markers.time_s, column) for column in flat_m.T])
    resampled = MarkerTrajectories(markers.names, at_frames_m.reshape(len(time_s), -1, 3), time_s)
    seen = np.asarray(np.isfinite(resampled.positions_m).all(axis=(0, 2)))
    whole = [name for name, is_seen in zip(markers.names, seen, strict=True) if is_seen]
    if not whole:
        return None
    relative = f"MarkerData/{trial}.trc"
    write_trc(folder / relative, resampled.select(whole).rename(_LANDMARKS), source="Sarcoscope", decimals=_DECIMALS)
    return relative


def write_metadata(folder: Path, subject: Subject, model_file: Path, *, synthetic: bool) -> None:
    """Write ``sessionMetadata.yaml``: the model's name and the person as used, never a name.

    Parameters
    ----------
    folder : Path
        The session's results folder.
    subject : Subject
    model_file : Path
        A scaled model of the session, ``<name>_scaled.osim``.
    synthetic : bool
        The session is generated data.
    """
    entries = {
        "openSimModel": model_file.stem.removesuffix(_MODEL_SUFFIX),
        "height_m": subject.height_m,
        "mass_kg": subject.mass_kg,
        "sex": subject.sex,
        **({"synthetic": True} if synthetic else {}),
    }
    text = "# Written by Sarcoscope with its results.\n" + yaml.safe_dump(entries, sort_keys=True)
    (folder / METADATA_FILE).write_text(text, encoding="utf-8")


def missing_files(folder: Path, trial: str) -> list[str]:
    """Files that opencap-processing needs for a trial and the folder does not hold, relative to it.

    Parameters
    ----------
    folder : Path
    trial : str
        Name of the trial's files without suffix.
    """
    needed = [f"OpenSimData/Kinematics/{trial}.mot", f"MarkerData/{trial}.trc"]
    return [name for name in needed if not (folder / name).is_file()] + _missing_model(folder, trial)


def _missing_model(folder: Path, trial: str) -> list[str]:
    own = folder / _MODELS / trial
    if own.is_dir():
        return [] if any(own.glob("*.osim")) else [f"{(_MODELS / trial).as_posix()}/*.osim"]
    name = read_metadata(folder / METADATA_FILE).model_name
    if name is None:
        return [f"openSimModel in {METADATA_FILE}"]
    model = _MODELS / f"{name}{_MODEL_SUFFIX}.osim"
    return [] if (folder / model).is_file() else [model.as_posix()]
