"""Export, import, backup and restore: the way there and back, from one database to the other, and hostile files."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel
from typer.testing import CliRunner

from assessment.cli import app
from assessment.store import Store, UserStore, audit, figures, participants, preferences, runs, visits
from assessment.store.backup import backup, restore
from assessment.store.database import HOME_VARIABLE
from assessment.store.engine import URL_VARIABLE
from assessment.store.scratch import scratch
from assessment.store.transfer import export, import_
from assessment.visit import Preferences
from models.errors import AccessError, StoreError
from tests.assessment.filling import queued, recordings, with_results, with_visit


def contents(mine: UserStore) -> list[object]:
    """Everything of a user, without ids."""
    found: list[object] = []
    for person in participants.find(mine):
        found.append((person.study_code, person.name, person.sex, person.birth_year, person.created_at))
        for visit in visits.of_participant(mine, person.id):
            with scratch(mine.store.home) as folder:
                files = recordings(mine, visit.upload_id, folder / "upload")
            found += [visit.details, visit.session_path, visit.created_at, files]
        for run in runs.recent(mine, participant_id=person.id):
            found += [
                run.state,
                run.request,
                run.error,
                run.summary_sha256,
                run.trials,
                run.created_at,
                run.finished_at,
            ]
            found.append(files_of(runs.folder(mine, run.id)) if run.state == "done" else None)
    table = figures.values(mine).drop(columns="run_id").sort_values("value")
    found.append(table.to_dict("records"))
    return found


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def full(mine: UserStore, tmp_path: Path) -> UserStore:
    filled = with_results(mine, tmp_path, "P1")
    participants.change(mine, filled.participant_id, study_code="P1", sex="f", birth_year=1950, name="홍길동")
    visits.change(mine, filled.visit_id, {"interpretation": "Text.", "walk_length_m": 4.0})
    visits.sign(mine, filled.visit_id, "Dr One", str(runs.get(mine, filled.run_id).summary_sha256))
    again = runs.again(mine, filled.run_id)
    runs.cancel(mine, again)
    with_results(mine, tmp_path, "P2", speed=0.7)
    return mine


def test_an_export_is_the_same_in_another_store(full: UserStore, elsewhere: Store, tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    queued(full, tmp_path, "P3")
    manifest = export(full, out, ["P1", "P2"])
    assert manifest.tables["participant"].rows == 2
    participants.delete(full, next(row.id for row in participants.find(full) if row.study_code == "P3"))
    there = elsewhere.for_user("x", "Dr X", "clinician")
    done = import_(there, out)
    assert (done.added, done.conflicts) == (("P1", "P2"), ())
    assert contents(there) == contents(full)
    assert list(elsewhere.home.glob("work/*")) == []


def test_an_import_overwrites_nothing_and_says_what_it_left_out(
    full: UserStore, theirs: UserStore, tmp_path: Path
) -> None:
    out = tmp_path / "out.zip"
    export(full, out)
    before = contents(full)
    assert import_(full, out).conflicts == ("P1", "P2")
    assert contents(full) == before
    participants.add(theirs, "P1", name="Somebody else")
    done = import_(theirs, out)
    assert (done.added, done.conflicts) == (("P2",), ("P1",))
    assert participants.find(theirs, "P1")[0].name == "Somebody else"
    assert contents(full) == before
    participants.delete(full, next(row.id for row in participants.find(full) if row.study_code == "P2"))
    assert [run.state for run in runs.recent(theirs)] == ["done"]
    assert runs.summary(theirs, runs.recent(theirs)[0].id)
    with pytest.raises(StoreError, match="no participant P9"):
        export(full, tmp_path / "other.zip", ["P9"])
    with pytest.raises(StoreError, match="there already"):
        export(full, out)


def test_names_go_out_only_with_those_who_may_see_them(full: UserStore, store: Store, tmp_path: Path) -> None:
    export(store.for_user("one", "Dr One", "researcher"), tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert "홍길동" not in "".join(archive.read(name).decode("latin-1") for name in archive.namelist())
        assert archive.read("tables/participant_name.jsonl") == b""


def changed(source: Path, target: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """A copy of a bundle whose members were changed by somebody who also corrects the manifest."""
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    manifest = json.loads(members["manifest.json"])
    for name, table in manifest["tables"].items():
        if f"tables/{name}.jsonl" in members:
            table["sha256"] = hashlib.sha256(members[f"tables/{name}.jsonl"]).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target


def replaced(table: str, old: str, new: str) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        text = members[f"tables/{table}.jsonl"].decode()
        assert old in text
        members[f"tables/{table}.jsonl"] = text.replace(old, new).encode()

    return change


def damaged(members: dict[str, bytes]) -> None:
    name = next(name for name in members if name.startswith("files/"))
    members[name] = b"x" * len(members[name])


HOSTILE: list[Callable[[dict[str, bytes]], object]] = [
    lambda members: members.update({"../outside": b"x"}),
    lambda members: members.update({"tables/user.jsonl": b"{}"}),
    lambda members: members.pop("tables/visit.jsonl"),
    lambda members: members.update({"tables/run.jsonl": b"[" * 100_000}),
    damaged,
    replaced("run_file", "curves.parquet", "../../curves.parquet"),
    replaced("upload_file", "0/OpenCapData_small", "/etc"),
    replaced("run", '"state": "done"', '"state": "running"'),
    replaced("run", '"subject"', '"somebody"'),
    replaced("visit", '"interpretation"', '"name"'),
    replaced("visit", '"upload_id": "', '"upload_id": "x'),
    replaced("participant", '"study_code": "P1"', '"study_code": ""'),
    replaced("participant", '"study_code": "P1"', '"study_code": "P2"'),
    replaced("participant", '"birth_year": 1950', '"birth_year": "1950"'),
    replaced("run_file", '"sha256": "', '"sha256": "../'),
]


def test_a_hostile_file_leaves_nothing(full: UserStore, elsewhere: Store, tmp_path: Path) -> None:
    export(full, tmp_path / "out.zip")
    there = elsewhere.for_local_user()
    for change in HOSTILE:
        with pytest.raises(StoreError) as refused:
            import_(there, changed(tmp_path / "out.zip", tmp_path / "changed.zip", change))
        assert refused.value.hint
        assert participants.find(there) == []
        assert elsewhere.files.all_hashes() == set()
        assert list(elsewhere.home.glob("work/*")) == []


def test_what_is_no_export_is_refused(mine: UserStore, tmp_path: Path) -> None:
    (tmp_path / "letter.zip").write_text("a letter")
    with pytest.raises(StoreError, match="no whole export"):
        import_(mine, tmp_path / "letter.zip")
    with pytest.raises(StoreError, match="no file"):
        import_(mine, tmp_path / "absent.zip")


def test_a_backup_is_the_whole_store_on_another_database(
    full: UserStore, theirs: UserStore, elsewhere: Store, tmp_path: Path
) -> None:
    store = full.store
    with_visit(theirs, tmp_path, "P9")
    preferences.put(theirs, Preferences(language="ko"))
    admin = store.for_user("admin", "Admin", "admin")
    out = tmp_path / "backup.zip"
    with pytest.raises(AccessError):
        backup(full, out)
    manifest = backup(admin, out)
    assert manifest.n_files == len(store.files.all_hashes())
    restore(elsewhere.for_local_user(), out)
    for subject, mine in (("one", full), ("two", theirs)):
        there = elsewhere.for_user(subject, mine.label, "clinician")
        assert there.user_id == mine.user_id
        assert contents(there) == contents(mine)
        assert preferences.get(there) == preferences.get(mine)
    before = [(entry.at, entry.action, entry.object_id) for entry in audit.entries(admin)]
    now = [(entry.at, entry.action, entry.object_id) for entry in audit.entries(elsewhere.for_local_user())]
    assert now[1:] == before
    assert now[0][1] == "imported"
    with pytest.raises(StoreError, match="not empty"):
        restore(elsewhere.for_local_user(), out)
    with pytest.raises(StoreError, match="other kind"):
        import_(full, out)


def test_a_damaged_backup_leaves_the_store_empty(full: UserStore, elsewhere: Store, tmp_path: Path) -> None:
    backup(full.store.for_local_user(), tmp_path / "backup.zip")
    with pytest.raises(StoreError, match="damaged"):
        restore(elsewhere.for_local_user(), changed(tmp_path / "backup.zip", tmp_path / "changed.zip", damaged))
    with elsewhere.reading() as session:
        filled = {
            table.name for table in SQLModel.metadata.sorted_tables if session.execute(select(table).limit(1)).first()
        }
    assert filled == {"user"}
    restore(elsewhere.for_local_user(), tmp_path / "backup.zip")


def test_the_commands(full: UserStore, elsewhere: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(store: Store, *arguments: str) -> tuple[int, str]:
        monkeypatch.setenv(HOME_VARIABLE, str(store.home))
        monkeypatch.setenv(URL_VARIABLE, store.engine.url.render_as_string(hide_password=False))
        result = CliRunner().invoke(app, list(arguments))
        return result.exit_code, result.output

    # Names that would be taken for markup.
    out, anonymous, whole = (str(tmp_path / f"{name}[old].zip") for name in ("out", "anonymous", "backup"))
    code, text = call(full.store, "export", out)
    assert (code, "no participants" in text) == (2, True)
    code, text = call(full.store, "export", out, "--user", "Nobody")
    assert (code, "Dr One" in text) == (2, True)
    code, text = call(full.store, "export", out, "--user", "Dr One", "--participant", "P1")
    assert (code, "out[old].zip" in text) == (0, True)
    code, text = call(full.store, "export", anonymous, "--user", "Dr One", "--de-identified")
    assert (code, "anonymous[old].zip" in text) == (0, True)
    with zipfile.ZipFile(anonymous) as archive:
        assert len({name.split("/")[0] for name in archive.namelist()}) == 2
        data = "".join([*archive.namelist(), *(archive.read(name).decode("latin-1") for name in archive.namelist())])
    for secret in ('"P1"', '"P2"', "Dr One", "2026-01-05", "Text."):
        assert secret not in data
    code, text = call(full.store, "backup", whole)
    assert (code, "backup[old].zip" in text) == (0, True)
    assert call(elsewhere, "restore", whole)[0] == 0
    code, text = call(elsewhere, "import", out, "--user", "Dr One")
    assert (code, "P1" in text) == (2, True)
    code, text = call(elsewhere, "import", out)
    assert (code, "Added: P1" in text) == (0, True)


def test_a_file_of_other_tables_says_which_version_reads_it(full: UserStore, elsewhere: Store, tmp_path: Path) -> None:
    export(full, tmp_path / "out.zip")

    def older(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"]) | {"tables_revision": "0000"}
        members["manifest.json"] = json.dumps(manifest).encode()

    with pytest.raises(StoreError, match="whose tables differ"):
        import_(elsewhere.for_local_user(), changed(tmp_path / "out.zip", tmp_path / "older.zip", older))
