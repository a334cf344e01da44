"""What a result depends on, as one hash: recordings, person, settings, models and code."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path, PurePosixPath

import assessment
from assessment.cohort.sessions import CohortSession
from models.errors import SessionReadError
from models.files import file_sha256
from models.policy_folders import SHIPPED, folder_of
from pipeline.session.archive import is_part_of_session
from pipeline.session.lab_description import read_lab_description
from pipeline.settings import Settings

_ROOT = Path(assessment.__file__).parents[1]
_PACKAGES = ("models", "rl_scaling", "pipeline", "assessment")
# What shows or keeps results and shapes none of them: a change there leaves finished work valid.
_FACES = (
    "assessment/cohort", "assessment/commands", "assessment/exports", "assessment/jobs", "assessment/language",
    "assessment/preflight", "assessment/report", "assessment/store", "assessment/study", "rl_scaling/experiments",
    "rl_scaling/fine_tuning", "rl_scaling/judging",
)  # fmt: skip
# Of cohorts these: who is scaled with whom, and what a visit adds to the tables.
_OF_COHORTS = tuple(f"assessment/cohort/{name}.py" for name in ("driver", "rows", "schemas", "work"))
_NOT_CODE = (".pyc", ".md")
_POLICIES = "models/policies/"
_SHIPPED = tuple(f"{_POLICIES}{name}/" for name in SHIPPED)
# Libraries whose versions move the numbers.
_LIBRARIES = ("clarabel", "numpy", "opensim", "scipy", "torch")


@cache
def code_sha256() -> str:
    """Hash of the code, the shipped models and policies, and the versions of the numeric libraries."""
    found = hashlib.sha256(json.dumps({name: version(name) for name in _LIBRARIES}).encode())
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*")):
            name = path.relative_to(_ROOT).as_posix()
            own_policy = name.startswith(_POLICIES) and not name.startswith(_SHIPPED)
            if path.is_file() and path.suffix not in _NOT_CODE and not _is_face(name) and not own_policy:
                found.update(name.encode() + b"\0" + file_sha256(path).encode())
    return found.hexdigest()


def _is_face(name: str) -> bool:
    return name.startswith(_FACES) and name not in _OF_COHORTS


def settings_sha256(settings: Settings) -> str:
    """Hash of the settings; of a model or policy of one's own its content, not its place."""
    values = settings.model_dump(mode="json")
    # A policy that a study registers goes by its name, and may be replaced under it.
    policy = settings.policy and (folder_of(settings.policy) or Path(settings.policy))
    for name, place in (("model", settings.model), ("policy", policy)):
        if place and place.exists():
            values[name] = recordings_sha256(place)
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def work_sha256(session: CohortSession, recordings: str, settings: Settings, device: str) -> str:
    """Hash of everything that the results of a visit depend on.

    Parameters
    ----------
    recordings : str
        See `recordings_sha256`.
    device : str
        Where scale factors and angles are computed.
    """
    # What the study calls them, their group and where the files lie shape no number.
    parts = [code_sha256(), settings_sha256(settings), device, recordings, repr(session.given), repr(session.clinical)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def recordings_sha256(source: Path) -> str:
    """Hash of an archive, of a lab description with the files that it names, or of what may be read of a folder.

    Raises
    ------
    OSError
        There is nothing, or it cannot be read.
    """
    if source.suffix.lower() == ".toml" and source.is_file():
        return _description_sha256(source)
    if not source.is_dir():
        return file_sha256(source)
    found = hashlib.sha256()
    for path in sorted(_inside(source)):
        name = path.relative_to(source)
        # Asking the file system first: a pipe or a device would never end.
        if path.is_file() and (is_part_of_session(PurePosixPath(name)) or path.suffix == ".safetensors"):
            found.update(name.as_posix().encode() + b"\0" + file_sha256(path).encode())
    return found.hexdigest()


def _inside(folder: Path) -> Iterator[Path]:
    """Everything below a folder, also behind links: where a link leads nowhere the recordings cannot be had."""
    for place, folders, files in os.walk(folder, followlinks=True):
        for name in (*folders, *files):
            path = Path(place, name)
            if path.is_symlink() and (not path.suffix or is_part_of_session(PurePosixPath(name))):
                path.resolve(strict=True)
            yield path


def _description_sha256(path: Path) -> str:
    found = hashlib.sha256(file_sha256(path).encode())
    try:
        trials = read_lab_description(path).trials
    except SessionReadError:
        trials = ()  # whoever reads it says what is wrong with it
    for file in (file for trial in trials for file in (trial.markers, trial.forces) if file is not None):
        found.update(file_sha256(path.parent / file).encode())
    return found.hexdigest()
