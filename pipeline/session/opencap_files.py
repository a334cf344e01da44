"""Which files of an OpenCap session folder belong to which trial.

The web zip strips spaces from trial names, opencap-processing does not, so files of one trial can differ by spaces.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.session.names import natural_order

CALIBRATION = "calibration"
"""OpenCap's checkerboard recording: no person in it."""
_SETTINGS_PREFIX = "settings_"


@dataclass(frozen=True)
class TrialFiles:
    """The files of one trial; ``stem`` is its name in the file system."""

    stem: str
    markers: Path | None = None
    kinematics: Path | None = None
    model: Path | None = None


@dataclass(frozen=True)
class SessionFiles:
    """The files of one session.

    Attributes
    ----------
    trials : tuple of TrialFiles
        In natural order of their names.
    models : tuple of Path
        Models of the whole session (Monocular has one per trial instead).
    failed_stems : tuple of str
        Trials with settings but neither markers nor angles: OpenCap could not process them.
    """

    trials: tuple[TrialFiles, ...]
    models: tuple[Path, ...]
    failed_stems: tuple[str, ...]


def find_files(root: Path) -> SessionFiles:
    """Look through a session folder; nothing is opened."""
    # Also what is no file: reading it then says so, and the trial is not lost without a word.
    markers = {path.stem: path for path in _named(root / "MarkerData", ".trc")}
    kinematics = _by_stem(root / "OpenSimData" / "Kinematics", ".mot")
    model_folder = root / "OpenSimData" / "Model"
    models = _by_stem(model_folder, ".osim")
    trial_models = {
        folder.name: sorted(own.values())[0]
        for folder in sorted(_children(model_folder))
        if folder.is_dir() and (own := _by_stem(folder, ".osim"))
    }
    settings = _by_stem(root / "MarkerData" / "Settings", ".yaml")
    trials = [TrialFiles(stem, markers=path) for stem, path in markers.items()]
    trials = [replace(trial, kinematics=_take(trial.stem, kinematics, keep=markers)) for trial in trials]
    trials += [TrialFiles(stem, kinematics=path) for stem, path in kinematics.items()]
    stems = {trial.stem for trial in trials}
    trials = [replace(trial, model=_take(trial.stem, trial_models, keep=stems)) for trial in trials]
    known = {_without_spaces(stem) for stem in stems}
    failed = (stem.removeprefix(_SETTINGS_PREFIX) for stem in settings if stem.startswith(_SETTINGS_PREFIX))
    return SessionFiles(
        trials=tuple(
            sorted(
                (trial for trial in trials if trial.stem != CALIBRATION), key=lambda trial: natural_order(trial.stem)
            )
        ),
        models=tuple(models.values()),
        failed_stems=tuple(stem for stem in failed if _without_spaces(stem) not in known and stem != CALIBRATION),
    )


def _take(stem: str, files: dict[str, Path], *, keep: Container[str]) -> Path | None:
    """Remove and return the file of this name; failing that, of this name but for spaces, unless it is another's."""
    same = stem if stem in files else None
    if same is None:
        same = next(
            (other for other in files if _without_spaces(other) == _without_spaces(stem) and other not in keep), None
        )
    return None if same is None else files.pop(same)


def _without_spaces(stem: str) -> str:
    return "".join(stem.split())


def _by_stem(folder: Path, suffix: str) -> dict[str, Path]:
    return {path.stem: path for path in _named(folder, suffix) if path.is_file()}


def _named(folder: Path, suffix: str) -> list[Path]:
    return [path for path in sorted(_children(folder)) if path.suffix.lower() == suffix]


def _children(folder: Path) -> list[Path]:
    """Everything in a folder but hidden files, among them those that macOS adds (``._walk.trc``)."""
    return [path for path in folder.iterdir() if not path.name.startswith(".")] if folder.is_dir() else []
