"""Sessions at OpenCap: fetched once, kept, never asked for a password."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assessment.cohort.download import SERVER_VARIABLE, fetch
from assessment.cohort.sessions import CohortSession
from models.errors import OpenCapServerError
from pipeline.session import read_session
from tests.assessment.session_builder import build_session, marker_file
from tests.pipeline.opencap_server.stub import (
    SESSION,
    SESSION_PATH,
    TOKEN,
    Answer,
    StoredFile,
    Stub,
    as_json,
    running,
    session_json,
    trial_json,
)

VISIT = CohortSession("P001", "V1", SESSION)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stub]:
    """A server with a session of a neutral trial and a walk, those of the example."""
    for name in ("OPENCAP_API_TOKEN", "API_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    example = build_session(tmp_path / "example", "walk")
    with running("127.0.0.1") as api:
        monkeypatch.setenv(SERVER_VARIABLE, api.url)
        trials = []
        for number, name in enumerate(("neutral", "walk")):
            files = {"marker_data": marker_file(example, name).read_bytes()}
            if name == "neutral":
                files["session_metadata"] = (example / "sessionMetadata.yaml").read_bytes()
            for tag, content in files.items():
                api.routes[f"/{name}/{tag}"] = StoredFile(content)
            trials.append(trial_json(number, name, {tag: f"{api.url}{name}/{tag}" for tag in files}))
            api.routes[f"/trials/{trials[-1]['id']}/"] = [as_json(trials[-1])]
        api.routes[SESSION_PATH] = [as_json(session_json(*trials))]
        yield api


def test_a_session_is_fetched_once_and_kept(server: Stub, tmp_path: Path) -> None:
    fetched = fetch(VISIT, tmp_path / "downloads")
    session = read_session(fetched, tmp_path)
    assert session.identifier == SESSION
    assert [trial.name for trial in session.trials] == ["neutral", "walk"]
    server.routes.clear()
    assert fetch(VISIT, tmp_path / "downloads") == fetched


def test_what_a_killed_run_left_half_is_fetched_anew(server: Stub, tmp_path: Path) -> None:
    half = tmp_path / "downloads" / SESSION / ".opencap-x" / f"OpenCapData_{SESSION}"
    half.mkdir(parents=True)
    fetched = fetch(VISIT, tmp_path / "downloads")
    assert (fetched / "MarkerData" / "walk.trc").is_file()
    assert not half.parent.exists()


def test_recordings_on_disk_are_where_they_are(tmp_path: Path) -> None:
    assert fetch(CohortSession("P001", "V1", tmp_path), tmp_path / "downloads") == tmp_path
    assert not (tmp_path / "downloads").exists()


def test_without_a_token_nobody_is_asked(server: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.routes[SESSION_PATH] = [as_json({"detail": "No."}, 401)]
    with pytest.raises(OpenCapServerError, match="There is no token") as caught:
        fetch(VISIT, tmp_path)
    assert "OPENCAP_API_TOKEN" in caught.value.hint
    assert caught.value.context["session"] == "P001/V1"
    monkeypatch.setenv("OPENCAP_API_TOKEN", TOKEN)
    with pytest.raises(OpenCapServerError, match="does not accept the token"):
        fetch(VISIT, tmp_path)
    assert server.asked(SESSION_PATH)[-1].headers["Authorization"] == f"Token {TOKEN}"


def test_a_failed_download_leaves_nothing_that_looks_done(server: Stub, tmp_path: Path) -> None:
    server.routes["/neutral/marker_data"] = server.routes["/walk/marker_data"] = [Answer(404)]
    with pytest.raises(OpenCapServerError):
        fetch(VISIT, tmp_path / "downloads")
    assert list((tmp_path / "downloads" / SESSION).iterdir()) == []
