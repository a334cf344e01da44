"""Where results are put, and how they are read again: complete or not at all, and never a file beside them."""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd
from pydantic import ValidationError

from assessment.summary import SCHEMA_VERSION, Summary, TrialRecord
from models.errors import SettingsError

if TYPE_CHECKING:
    # Reading results needs nothing of reading recordings, which takes a second to load.
    from pipeline.session import Session

SUMMARY_NAME = "summary.json"
PARTIAL_SUFFIX, ASIDE_SUFFIX = ".partial", ".old"
ASSESS_AGAIN = (
    "Assess the session again: Run again on the Runs page, or python -m assessment run SESSION --out OUT --overwrite."
)


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
    partial = partial_folder(folder)
    try:
        partial.mkdir(parents=True)
        yield partial
        put_in_place(partial, folder)
    except OSError as error:
        raise SettingsError(
            f"The results cannot be written to {folder.parent}: {error.strerror or type(error).__name__}.",
            hint="Make space there, about 20 MB a session, and assess it again; on the command line --out may "
            "name another folder.",
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def partial_folder(folder: Path) -> Path:
    """Where results are written until they are complete: beside their folder, under a name of its own."""
    return folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}{PARTIAL_SUFFIX}")


def put_in_place(partial: Path, folder: Path) -> None:
    """Let complete results take the place of older ones, which are kept until then."""
    aside = partial.with_suffix(ASIDE_SUFFIX)
    if folder.exists():
        folder.rename(aside)
    try:
        partial.rename(folder)
    except OSError:
        if aside.exists():
            aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def discard(partial: Path) -> None:
    """Delete unfinished results; a process that still writes them can put nothing half-deleted in place any more."""
    gone = partial.with_name(f"{partial.stem}.gone{PARTIAL_SUFFIX}")
    with suppress(OSError):
        partial.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def read_summary(folder: Path) -> Summary:
    """Read the results of a session.

    Raises
    ------
    SettingsError
        There are none, they are damaged, or they are of a version that this one cannot read.
    """
    path = folder / SUMMARY_NAME
    try:
        text = path.read_text(encoding="utf-8")
        version = str(json.loads(text)["schema_version"])
    except OSError:
        raise SettingsError(
            f"There are no results in {folder}: {SUMMARY_NAME} is missing.",
            hint="Give the folder of one session that `python -m assessment run` has written.",
        ) from None
    except (ValueError, KeyError, TypeError):
        raise SettingsError(f"{SUMMARY_NAME} in {folder} is no record of results.", hint=ASSESS_AGAIN) from None
    if version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise SettingsError(
            f"The results in {folder} have schema version {version}; this program reads {SCHEMA_VERSION}.",
            hint=ASSESS_AGAIN,
        )
    try:
        return Summary.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(
            f"{SUMMARY_NAME} in {folder} cannot be read by this version: {'.'.join(map(str, first['loc']))}: "
            f"{first['msg']}.",
            hint=ASSESS_AGAIN,
        ) from None


def summary_sha256(folder: Path) -> str:
    """Hash of a session's record of results: what a signature is for; empty without a record."""
    path = folder / SUMMARY_NAME
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def trial_file(folder: Path, trial: TrialRecord, kind: str) -> Path | None:
    """A file of a trial, as its record names it; None where it has none of this kind.

    Raises
    ------
    SettingsError
        The record names a file outside the results folder.
    """
    if kind not in trial.files:
        return None
    path = folder / trial.files[kind]
    if not path.resolve().is_relative_to(folder.resolve()):
        raise SettingsError(
            f"{SUMMARY_NAME} in {folder} names a file outside the folder: {trial.files[kind]}.",
            hint=f"It was changed. {ASSESS_AGAIN}",
        )
    return path


def trial_table(folder: Path, trial: TrialRecord, kind: Literal["curves", "cycles"]) -> pd.DataFrame | None:
    """Curves or cycles of a trial, from CSV (a results folder) or Parquet (store, cohorts); None where it has none.

    Numbers are of double precision either way: Parquet keeps them in single.

    Raises
    ------
    SettingsError
        See `trial_file`.
    """
    path = trial_file(folder, trial, kind)
    if path is None:
        return None
    if path.suffix != ".parquet":
        return pd.read_csv(path)
    table = pd.read_parquet(path)
    return table.astype({name: float for name, kind in table.dtypes.items() if kind == "float32"})


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
