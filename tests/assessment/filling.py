"""Things to fill a store with: sessions that nobody computes, and results that nobody computed."""

from __future__ import annotations

import zipfile
from pathlib import Path

from assessment.jobs import table
from assessment.store import UserStore, participants, runs, uploads, visits
from assessment.store.runs import RunRequest
from tests.app.filled_store import Filled, fill
from tests.app.made_up import made_up

REQUEST = RunRequest.model_validate(
    {"subject": {"height_m": 1.6, "mass_kg": 60.0, "sex": "f", "age_years": 72.0}, "settings": {}}
)


def small_session(folder: Path, content: str = "markers of a walk", name: str = "OpenCapData_small") -> Path:
    """A session's folder whose one recording holds this text."""
    session = folder / name
    (session / "MarkerData").mkdir(parents=True)
    (session / "MarkerData" / "walk.trc").write_text(content, encoding="utf-8")
    (session / "sessionMetadata.yaml").write_text("mass_kg: 60\n", encoding="utf-8")
    return session


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    """An archive of these files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def with_visit(mine: UserStore, tmp_path: Path, study_code: str = "P1") -> str:
    """Id of a visit of a new participant, whose recordings nobody else has."""
    participant_id = participants.add(mine, study_code)
    received = uploads.receive(mine, small_session(tmp_path / f"session of {study_code}", f"markers of {study_code}"))
    return visits.add(mine, participant_id, received.id, received.sessions[0], {})


def with_results(mine: UserStore, tmp_path: Path, study_code: str = "P1", *, speed: float = 1.1) -> Filled:
    """A participant with a visit and results."""
    place = tmp_path / f"{study_code} {speed}"
    session = small_session(place, f"markers of {study_code} at {speed}")
    results = made_up(place / "results", gait_speed=(speed, 0.05))
    (results / "curves.parquet").write_text(f"curves of {study_code} at {speed}", encoding="utf-8")
    return fill(mine, session, results, study_code=study_code, visit_date="2026-01-05")


def queued(mine: UserStore, tmp_path: Path, study_code: str = "P1") -> str:
    """Id of a queued run."""
    return runs.submit(mine, with_visit(mine, tmp_path, study_code), REQUEST)


def taken(mine: UserStore, tmp_path: Path, study_code: str = "P1") -> str:
    """Id of a run that a runner has taken."""
    run_id = queued(mine, tmp_path, study_code)
    assert table.take(mine.store) == run_id
    return run_id


def everything_below(folder: Path) -> bytes:
    """Every byte of every file, and every name."""
    paths = sorted(folder.rglob("*"))
    return b"\n".join(
        [*(str(path).encode() for path in paths), *(path.read_bytes() for path in paths if path.is_file())]
    )


def recordings(mine: UserStore, upload_id: str, folder: Path) -> dict[str, bytes]:
    """Contents of the files of an upload, by path."""
    mine.store.files.lay_out(uploads.files_of(mine.store, upload_id), folder)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
