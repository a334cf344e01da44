"""Marker files that belong to no session folder, taken together as the session of one person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from models.errors import MarkerDataError, SettingsError
from models.skeleton.marker_sets import MONOCULAR_TO_STUDY, MarkerSetName, marker_set
from models.subject import SubjectMetadata
from pipeline.files.markers import read_marker_file
from pipeline.session.names import safe_name
from pipeline.session.types import MarkerConversion, Session, SessionKind, Trial

MarkerNames = Literal["study", "monocular", "optical"]
"""Whose marker names a file has: OpenCap's, OpenCap Monocular's, or the optical set's of OpenCap's laboratory."""
UpAxis = Literal["y", "z"]

_KIND: dict[MarkerNames, tuple[SessionKind, MarkerSetName, Callable[[], set[str]]]] = {
    "study": ("opencap", "study", lambda: set(marker_set("study").names)),
    "monocular": ("opencap-monocular", "study", lambda: set(MONOCULAR_TO_STUDY)),
    "optical": ("lab", "optical", lambda: set(marker_set("optical").names)),
}
_UP = {"y": np.eye(3), "z": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])}


def session_of_files(
    static: Path | None, movements: tuple[Path, ...], *, names: MarkerNames | None = None, up: UpAxis = "y"
) -> Session:
    """Take marker files of one person as a session; what is known of the person is for the caller to add.

    Parameters
    ----------
    static : Path or None
        The recording of standing still.
    movements : tuple of Path
    names : {'study', 'monocular', 'optical'}, optional
        Whose marker names the files have; None takes those that the first file has most of, and warns which.
    up : {'y', 'z'}
        The axis of the files that points up.

    Raises
    ------
    SettingsError
        There is no file, or one that does not exist.
    MarkerDataError
        The first file cannot be read, or has none of the names that are known.
    """
    files = (*(() if static is None else (static,)), *movements)
    if not files:
        raise SettingsError("There is no marker file to read.", hint="Give a static recording or a movement.")
    if absent := [path.name for path in files if not path.is_file()]:
        raise SettingsError(f"There is no file {', '.join(absent)}.", hint="Check the path.")
    warnings: tuple[str, ...] = ()
    if names is None:
        names, n_of = _recognise(files[0])
        warnings = (f"The marker names are taken as {names} ones: {n_of} of {files[0].stem} are.",)
    kind, set_name, _ = _KIND[names]
    trials = _trials(files)
    return Session(
        identifier="files",
        kind=kind,
        root=files[0].parent,
        subject=SubjectMetadata(),
        trials=trials,
        static_trial=None if static is None else trials[0].name,
        model_file=None,
        marker_set=set_name,
        conversion=MarkerConversion(dict(MONOCULAR_TO_STUDY) if names == "monocular" else {}, _UP[up]),
        warnings=warnings,
    )


def _recognise(path: Path) -> tuple[MarkerNames, int]:
    """Whose names most markers of a file have, and how many."""
    present = set(read_marker_file(path).names)
    n_known = {names: len(present & _KIND[names][2]()) for names in get_args(MarkerNames)}
    best = max(n_known, key=n_known.__getitem__)
    if n_known[best] == 0:
        raise MarkerDataError(
            f"{path.name} has no marker of a known name.",
            hint=f"It has {', '.join(sorted(present)[:5])}; accepted are the names of {', '.join(n_known)} markers. "
            "Other names are mapped in the .toml of a lab session (docs/lab-sessions.md).",
            file=path.name,
        )
    return best, n_known[best]


def _trials(files: tuple[Path, ...]) -> tuple[Trial, ...]:
    trials: list[Trial] = []
    for path in files:
        wanted = safe_name(path.stem, "trial")
        taken = {trial.name.casefold() for trial in trials}
        name, repeat = wanted, 1
        while name.casefold() in taken:
            repeat += 1
            name = f"{wanted} ({repeat})"
        trials.append(Trial(name, path))
    return tuple(trials)
