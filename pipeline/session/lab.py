"""Sessions from a motion-capture laboratory: a small TOML, or the folder layout of AddBiomechanics."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from models.errors import SessionReadError
from models.skeleton.marker_sets import MarkerSetName, marker_set
from models.subject import SubjectMetadata
from pipeline.files.trc import summarise_trc
from pipeline.session.lab_description import FORCE_SUFFIXES, LabDescription, read_lab_description
from pipeline.session.names import natural_order, safe_name, unique_names
from pipeline.session.types import MarkerConversion, Session, Trial

# What AddBiomechanics' users and OpenCap call the trial in which the person stands still.
_STATIC_NAME = re.compile(r"static|neutral|calib|standing|t.?pose", re.IGNORECASE)
# AddBiomechanics' folders name no marker set: the one is taken of which at least this share is in the files. Medial
# markers (8 of 49) are often worn in the static trial only.
_MARKER_SET_SHARE = 0.6


def is_lab_session(path: Path) -> bool:
    """Whether a path is a lab session: a TOML, a folder with one description at its top, or AddBiomechanics' layout.

    AddBiomechanics' layout is ``MarkerData/*.trc`` beside ``ID/*_grf.mot`` or ``Models/*.osim``, without the
    ``sessionMetadata.yaml`` and ``OpenSimData`` of OpenCap.
    """
    if path.is_file():
        return path.suffix.lower() == ".toml"
    return _description_in(path) is not None or _is_addbiomechanics(path)


def read_lab_session(path: Path, *, inside: Path | None = None) -> Session:
    """Read a lab session.

    Parameters
    ----------
    path : Path
        A TOML or a folder, as `is_lab_session` recognises them.
    inside : Path, optional
        Files must lie below this folder, after following links. A folder (which may be an unpacked upload) is
        always confined to itself; a TOML that the user names may point anywhere.

    Raises
    ------
    SessionReadError
        The description is not accepted, files are absent or outside `inside`, or the marker set is not recognised.
    """
    if path.is_file():
        return _from_description(path, inside)
    toml = _description_in(path)
    return _from_description(toml, inside or path) if toml else _from_addbiomechanics(path)


def _from_description(path: Path, inside: Path | None) -> Session:
    description = read_lab_description(path)
    trials = tuple(
        Trial(
            name=trial.name,
            marker_file=path.parent / trial.markers,
            force_file=None if trial.forces is None else path.parent / trial.forces,
        )
        for trial in description.trials
    )
    files = [file for trial in trials for file in (trial.marker_file, trial.force_file) if file is not None]
    if inside is not None:
        outside = [file.name for file in files if not file.resolve().is_relative_to(inside.resolve())]
        if outside:
            raise SessionReadError(
                f"The lab session description points outside the upload: {', '.join(outside)}.",
                hint="Put all files of the session into the archive and give their paths relative to the TOML.",
                file=path.name,
            )
    absent = [file.name for file in files if not file.is_file()]
    if absent:
        raise SessionReadError(
            f"Files that the lab session description names do not exist: {', '.join(absent)}.",
            hint="Paths are relative to the TOML; upper and lower case count.",
            file=path.name,
        )
    return Session(
        identifier=safe_name(description.name or path.stem, "lab_session"),
        kind="lab",
        root=path.parent,
        subject=SubjectMetadata(**description.subject.model_dump()),
        trials=trials,
        static_trial=description.static_trial,
        model_file=None,
        marker_set=description.marker_set,
        conversion=description.conversion,
        warnings=_unmapped_names(description),
    )


def _unmapped_names(description: LabDescription) -> tuple[str, ...]:
    known = marker_set(description.marker_set).names
    unknown = [name for name in description.marker_names.values() if name not in known]
    if not unknown:
        return ()
    return (
        f"[marker_names] maps to {', '.join(unknown)}, which the {description.marker_set} marker set does not have: "
        "these markers will not be used.",
    )


def _from_addbiomechanics(root: Path) -> Session:
    marker_files = sorted((root / "MarkerData").glob("*.trc"), key=lambda file: natural_order(file.stem))
    names = unique_names(safe_name(file.stem, "trial") for file in marker_files)
    trials = tuple(
        Trial(name=name, marker_file=file, force_file=_forces_of(root, file.stem))
        for name, file in zip(names, marker_files, strict=True)
    )
    static = [trial.name for trial in trials if _STATIC_NAME.search(trial.name)]
    if not static:
        raise SessionReadError(
            f"None of the trials is named as a static one: {', '.join(trial.name for trial in trials)}.",
            hint="Rename the trial in which the person stands still to static, or describe the session in a TOML "
            "(docs/lab-sessions.md).",
        )
    warnings = [
        "AddBiomechanics' folder does not say height, mass, sex or age: they must be given.",
        "The axes are taken as OpenSim's (Y up) and the markers as they are, unfiltered.",
    ]
    if len(static) > 1:
        warnings.append(f"Several static trials: {', '.join(static)}; {static[0]} is used for scaling.")
    if any((root / "Models").glob("*.osim")):
        warnings.append("The models in the folder are not used: the skeleton is scaled anew.")
    return Session(
        identifier=safe_name(root.resolve().name, "lab_session"),
        kind="lab",
        root=root,
        subject=SubjectMetadata(),
        trials=trials,
        static_trial=static[0],
        model_file=None,
        marker_set=_recognise_marker_set(marker_files),
        conversion=MarkerConversion(new_name_of={}, file_to_ground=np.eye(3), filter=None),
        warnings=tuple(warnings),
    )


def _forces_of(root: Path, stem: str) -> Path | None:
    candidates = (root / "ID" / f"{stem}_grf{suffix}" for suffix in FORCE_SUFFIXES)
    return next((file for file in candidates if file.is_file()), None)


def _recognise_marker_set(marker_files: list[Path]) -> MarkerSetName:
    names = {name for file in marker_files for name in summarise_trc(file).names}
    known: tuple[MarkerSetName, ...] = ("study", "optical")
    share = {name: len(names & set(marker_set(name).names)) / len(marker_set(name).names) for name in known}
    best = max(known, key=share.__getitem__)
    if share[best] < _MARKER_SET_SHARE:
        raise SessionReadError(
            f"The markers belong to none of the known sets: {share['study']:.0%} of the study set and "
            f"{share['optical']:.0%} of the optical set are present.",
            hint="Describe the session in a TOML whose [marker_names] maps your names to the model's "
            "(docs/lab-sessions.md).",
        )
    return best


def _description_in(folder: Path) -> Path | None:
    """The one TOML in a folder that speaks of a marker set; other TOMLs configure other things."""
    files = [file for file in sorted(folder.glob("*.toml")) if b"marker_set" in file.read_bytes()]
    return files[0] if len(files) == 1 else None


def _is_addbiomechanics(folder: Path) -> bool:
    if (folder / "sessionMetadata.yaml").exists() or (folder / "OpenSimData").exists():
        return False
    return any((folder / "MarkerData").glob("*.trc")) and (
        any((folder / "ID").glob("*_grf.mot")) or any((folder / "Models").glob("*.osim"))
    )
