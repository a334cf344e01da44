"""Participants from one store to another, or from one user to another: export, and import beside what is there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from assessment.jobs.table import write_results
from assessment.store import audit, cleaning, participants
from assessment.store.artefacts import StoredFile
from assessment.store.bundle import Manifest, OpenBundle, Rows, named_files, open_bundle, write_bundle
from assessment.store.database import UserStore
from assessment.store.imported_rows import check_rows
from assessment.store.runs import UNFINISHED
from assessment.store.scratch import scratch
from assessment.store.tables import (
    Participant,
    ParticipantName,
    Run,
    RunFile,
    RunTrial,
    Upload,
    UploadFile,
    Visit,
    new_id,
)
from assessment.store.users import may
from assessment.summary import Summary
from models.errors import StoreError


@dataclass(frozen=True)
class Imported:
    """What became of an import: study codes that were added, and those that were there already and are left alone."""

    added: tuple[str, ...]
    conflicts: tuple[str, ...]


def export(mine: UserStore, out: Path, study_codes: Collection[str] = ()) -> Manifest:
    """Write this user's participants into a file, with everything that is theirs.

    Parameters
    ----------
    mine : UserStore
    out : Path
        Must not be there.
    study_codes : collection of str
        Empty: all.

    Raises
    ------
    StoreError
        There is nobody of a code, the store cannot be read, or the file not be written.
    """
    ids = participant_ids(mine, study_codes)
    audit.record_all(mine, "exported", "participant", ids)
    with scratch(mine.store.home) as folder:
        files = folder / "files"
        files.mkdir()
        with mine.store.files.filing():  # from here on no file goes away that the rows name
            with mine.store.reading() as session:
                rows = _rows_of(session, mine, ids)
            mine.store.files.lay_out(
                [StoredFile(sha256, sha256, n_bytes) for sha256, n_bytes in named_files(rows).items()], files
            )
        return write_bundle(out, "export", rows, files)


def participant_ids(mine: UserStore, study_codes: Collection[str] = ()) -> list[str]:
    """Ids of these participants of a user; of all of them without codes.

    Raises
    ------
    StoreError
        There is nobody of a code, or nobody at all.
    """
    known = {row.study_code: row.id for row in participants.find(mine)}
    absent = [code for code in study_codes if code not in known]
    if absent or not known:
        raise StoreError(
            f"{mine.label} has no participant {absent[0]}." if absent else f"{mine.label} has no participants.",
            hint="Check the study code, and --user where people log in.",
        )
    return [known[code] for code in (study_codes or known)]


def import_(mine: UserStore, path: Path) -> Imported:
    """Add the participants of an export to this user's; those whose study code is there already are left out.

    Raises
    ------
    StoreError
        The file is no whole export, or holds what no store writes; nothing is kept then.
    """
    mine.need("assess")
    with open_bundle(path, "export") as bundle, scratch(mine.store.home) as folder:
        files = folder / "files"
        files.mkdir()
        bundle.lay_out(files)
        check_rows(bundle.rows, files)
        known = {row.study_code for row in participants.find(mine)}
        codes = {row["id"]: row["study_code"] for row in bundle.rows[_name(Participant)]}
        new = {old: code for old, code in codes.items() if code not in known}
        with cleaning.all_or_nothing(mine.store):
            mine.store.files.keep(files)
            with mine.store.session() as session:
                _Adding(session, mine, bundle, files).add(new)
        cleaning.remove_unnamed(mine.store)  # files of those who were left out
    return Imported(tuple(sorted(new.values())), tuple(sorted(set(codes.values()) - set(new.values()))))


class _Adding:
    """Adds rows of a bundle under ids of their own."""

    def __init__(self, session: Session, mine: UserStore, bundle: OpenBundle, files: Path) -> None:
        self._session, self._mine, self._rows, self._files = session, mine, bundle.rows, files

    def add(self, wanted: dict[str, str]) -> None:
        people = {old: new_id() for old in wanted}
        for row in self._of(Participant, "id", people):
            changes = {"id": people[row["id"]], "owner_id": self._mine.user_id}
            self._session.add(Participant(**row | changes))
            audit.write(self._session, self._mine, "imported", "participant", people[row["id"]])
        self._session.flush()
        if may(self._mine.role, "see names"):
            for row in self._of(ParticipantName, "participant_id", people):
                self._session.add(ParticipantName(**row | {"participant_id": people[row["participant_id"]]}))
        visits = {row["id"]: new_id() for row in self._of(Visit, "participant_id", people)}
        uploads = self._uploads({row["upload_id"] for row in self._of(Visit, "participant_id", people)})
        for row in self._of(Visit, "participant_id", people):
            changes = {
                "id": visits[row["id"]],
                "participant_id": people[row["participant_id"]],
                "upload_id": uploads[row["upload_id"]],
            }
            self._session.add(Visit(**row | changes))
        self._session.flush()
        for row in self._of(Run, "visit_id", visits):
            self._add_run(row, visits[row["visit_id"]])

    def _of(self, table: type[SQLModel], column: str, values: Collection[str]) -> list[dict[str, Any]]:
        return [row for row in self._rows[_name(table)] if row[column] in values]

    def _uploads(self, wanted: set[str]) -> dict[str, str]:
        new = {}
        for row in self._of(Upload, "id", wanted):
            mine = select(Upload.id).where(  # type: ignore[call-overload]
                Upload.owner_id == self._mine.user_id, Upload.sha256 == row["sha256"]
            )
            known = self._session.execute(mine).scalar()
            new[row["id"]] = known or new_id()
            if known is None:
                self._session.add(Upload(**row | {"id": new[row["id"]], "owner_id": self._mine.user_id}))
                self._session.flush()
                for file in self._of(UploadFile, "upload_id", [row["id"]]):
                    self._session.add(UploadFile(**file | {"upload_id": new[row["id"]]}))
        return new

    def _add_run(self, row: dict[str, Any], visit_id: str) -> None:
        run = Run(**row | {"id": new_id(), "visit_id": visit_id})
        self._session.add(run)
        self._session.flush()
        for trial in self._of(RunTrial, "run_id", [row["id"]]):
            self._session.add(RunTrial(**trial | {"run_id": run.id}))
        if run.state == "done":
            kept = [
                StoredFile(one["path"], one["sha256"], one["n_bytes"])
                for one in self._of(RunFile, "run_id", [row["id"]])
            ]
            summary = Summary.model_validate_json((self._files / str(run.summary_sha256)).read_bytes())
            write_results(self._session, run, kept, summary)


def _rows_of(session: Session, mine: UserStore, ids: Collection[str]) -> Rows:
    rows: Rows = {}

    def read(table: type[SQLModel], column: Any, values: Collection[str]) -> list[dict[str, Any]]:
        found = session.execute(select(table.__table__).where(col(column).in_(values))).mappings()  # type: ignore[attr-defined]
        rows[_name(table)] = [dict(row) for row in found]
        return rows[_name(table)]

    read(Participant, Participant.id, ids)
    read(ParticipantName, ParticipantName.participant_id, ids if may(mine.role, "see names") else ())
    visits = read(Visit, Visit.participant_id, ids)
    uploads = {row["upload_id"] for row in visits}
    read(Upload, Upload.id, uploads)
    read(UploadFile, UploadFile.upload_id, uploads)
    runs = read(Run, Run.visit_id, [row["id"] for row in visits])
    rows[_name(Run)] = runs = [row for row in runs if row["state"] not in UNFINISHED]
    finished = [row["id"] for row in runs]
    read(RunTrial, RunTrial.run_id, finished)
    read(RunFile, RunFile.run_id, finished)
    return rows


def _name(table: type[SQLModel]) -> str:
    return str(table.__tablename__)
