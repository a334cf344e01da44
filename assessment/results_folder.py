"""Where results are put: complete or not at all, and never in place of anything but older results."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import SettingsError
from pipeline.session import Session

SUMMARY_NAME = "summary.json"


def results_folder(out: Path, session: Session, *, overwrite: bool, record: str = SUMMARY_NAME) -> Path:
    """Where the results of a session go.

    Parameters
    ----------
    out : Path
    session : Session
    overwrite : bool
        Results of the same kind may be replaced.
    record : str
        Name of the file that such results are known by.

    Raises
    ------
    SettingsError
        Something is there that may not be replaced: recordings, foreign files, or results without ``overwrite``.
    """
    folder = out / session.identifier
    if not folder.exists():
        return folder
    if any(path.resolve().is_relative_to(folder.resolve()) for path in _inputs(session)):
        raise SettingsError(
            f"The results would replace the recordings they are made from, in {folder}.",
            hint="Give another folder as --out.",
            session=session.identifier,
        )
    if not _holds_results(folder / record):
        raise SettingsError(
            f"{folder} is there already and holds something else than results.",
            hint="Give another folder as --out.",
            session=session.identifier,
        )
    if not overwrite:
        raise SettingsError(
            f"There are results in {folder} already.",
            hint="Give --overwrite to replace them, or another --out.",
            session=session.identifier,
        )
    return folder


@contextmanager
def complete_or_nothing(folder: Path) -> Iterator[Path]:
    """Give a folder to write into that takes the place of ``folder`` when everything went well.

    It lies beside the final one, under a name of its own, so that two runs do not meet; older results are moved aside
    before they are deleted, so that no moment is without either.

    Raises
    ------
    SettingsError
        The folder cannot be written: permissions, a file in its place, a full disk.
    """
    token = uuid.uuid4().hex[:8]
    partial = folder.with_name(f".{folder.name}.{token}.partial")
    aside = folder.with_name(f".{folder.name}.{token}.old")
    try:
        partial.mkdir(parents=True)
        yield partial
        if folder.exists():
            folder.rename(aside)
        partial.rename(folder)
    except OSError as error:
        raise SettingsError(
            f"The results cannot be written to {folder.parent}: {error.strerror or type(error).__name__}.",
            hint="Give a folder as --out that can be written and has space, about 20 MB a session.",
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)


def _inputs(session: Session) -> list[Path]:
    files = [
        path
        for trial in session.trials
        for path in (trial.marker_file, trial.kinematics_file, trial.force_file, trial.model_file)
        if path is not None
    ]
    return [session.root, *files]


def _holds_results(record: Path) -> bool:
    try:
        return "schema_version" in json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
