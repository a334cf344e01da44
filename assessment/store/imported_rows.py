"""Whether rows from elsewhere are such as a store writes: complete, accepted by the same rules, in their folders."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from assessment.results_folder import SUMMARY_NAME
from assessment.store.bundle import Rows
from assessment.store.participants import accepted_code
from assessment.store.runs import RunRequest
from assessment.summary import ErrorRecord, Summary
from assessment.visit import VisitDetails
from models.errors import StoreError

TABLES = (
    "participant", "participant_name", "upload", "upload_file", "visit", "run", "run_trial", "run_file",
)  # fmt: skip
# What a row belongs to.
_PARENTS = {
    "participant_name": ("participant_id", "participant"),
    "upload_file": ("upload_id", "upload"),
    "visit": ("participant_id", "participant"),
    "run": ("visit_id", "visit"),
    "run_trial": ("run_id", "run"),
    "run_file": ("run_id", "run"),
}


def check_rows(rows: Rows, files: Path) -> None:
    """Check the rows of an export.

    Parameters
    ----------
    rows : dict
        By table.
    files : Path
        Folder with the files they name, by hash.

    Raises
    ------
    StoreError
        No store writes such rows.
    """
    if set(rows) != set(TABLES):
        raise _refused("its tables")
    codes = [accepted_code(row["study_code"], row["sex"], row["birth_year"]) for row in rows["participant"]]
    if len(set(codes)) != len(codes) or codes != [row["study_code"] for row in rows["participant"]]:
        raise _refused("its study codes")
    for table, (column, parent) in _PARENTS.items():
        ids = {row["id"] for row in rows[parent]}
        if not all(row[column] in ids for row in rows[table]):
            raise _refused(f"rows of {table} that belong to nothing")
    for row in [*rows["upload_file"], *rows["run_file"]]:
        path = PurePosixPath(row["path"])
        if path.is_absolute() or not path.parts or ".." in path.parts or "\0" in row["path"]:
            raise _refused("paths outside their folder")
    sessions = {row["id"]: row["sessions"] for row in rows["upload"]}
    codes_by_id = {row["id"]: row["study_code"] for row in rows["participant"]}
    results = {(row["run_id"], row["path"]): row["sha256"] for row in rows["run_file"]}
    try:
        for row in rows["visit"]:
            VisitDetails.model_validate(row["details"] | {"study_code": codes_by_id[row["participant_id"]]})
            if row["session_path"] not in sessions[row["upload_id"]]:
                raise _refused("a visit without recordings")
        for row in rows["run"]:
            _check_run(row, results.get((row["id"], SUMMARY_NAME)), files)
    except (ValidationError, KeyError, TypeError):
        raise _refused("values") from None


def _check_run(row: dict[str, Any], summary_sha256: str | None, files: Path) -> None:
    RunRequest.model_validate(row["request"])
    if row["error"] is not None:
        ErrorRecord.model_validate(row["error"])
    if row["state"] == "done":
        if summary_sha256 is None or summary_sha256 != row["summary_sha256"]:
            raise _refused("results without a summary")
        Summary.model_validate_json((files / summary_sha256).read_bytes())
    elif row["state"] not in ("failed", "cancelled"):
        raise _refused("a run that is not finished")


def _refused(what: str) -> StoreError:
    return StoreError(f"The file holds {what} such as no store writes.", hint="It was changed. Nothing of it was kept.")
