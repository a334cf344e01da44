"""File by file, where the zip is not to be had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.opencap_server import (
    Progress,
    download,
)
from pipeline.session import read_session
from tests.pipeline.opencap_server.stub import (
    ARCHIVE,
    READY,
    SESSION,
    SESSION_PATH,
    TOKEN,
    ZIP,
    Answer,
    StoredFile,
    as_json,
    failing,
    leftovers,
    session_json,
    trial_id,
    trial_json,
)


@pytest.fixture
def files(place: SimpleNamespace) -> SimpleNamespace:
    """A session of five trials: neutral, one good, one without angles, one unfinished, one with a hostile name."""

    def links(name: str, *tags: str) -> dict[str, str]:
        for tag in tags:
            place.storage.routes[f"/{name}/{tag}"] = StoredFile(f"{name} {tag}".encode())
        model = f"{name}/0a1b-2c3d-LaiUhlrich2022_scaled.osim"
        place.storage.routes[f"/{model}"] = StoredFile(f"{name} model".encode())
        url = place.storage.url
        return {tag: f"{url}{name}/{tag}?X-Amz-Signature=s" for tag in tags} | (
            {"opensim_model": f"{url}{model}?X-Amz-Signature=s"} if "session_metadata" in tags else {}
        )

    place.trials = [
        trial_json(0, "calibration", {}),
        trial_json(1, "neutral", links("early", "marker_data", "session_metadata")),
        trial_json(2, "neutral", links("neutral", "marker_data", "session_metadata")),
        trial_json(3, "sit to stand", links("sts", "marker_data", "ik_results", "main_settings")),
        trial_json(4, "walk", links("walk", "marker_data"), "error"),
        trial_json(5, "squat", {}, "processing"),
        trial_json(6, "../../evil", links("evil", "marker_data", "ik_results")),
        trial_json(7, "SitToStand", links("twin", "marker_data", "ik_results")),
    ]
    publish(place)
    return place


def publish(place: SimpleNamespace, **changes: Any) -> None:
    place.api.routes[SESSION_PATH] = [as_json(session_json(*place.trials, **changes))]
    for trial in place.trials:
        place.api.routes[f"/trials/{trial['id']}/"] = [as_json(trial)]


def tree(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_files_land_where_opencap_processing_puts_them(files: SimpleNamespace, tmp_path: Path) -> None:
    seen: list[Progress] = []
    root = files.client.download_files(SESSION, tmp_path / "data", seen.append)
    assert leftovers(tmp_path / "data") == [f"OpenCapData_{SESSION}"]
    found = tree(root)
    notes = found.pop("download_notes.txt").splitlines()
    assert found == {
        "sessionMetadata.yaml": "neutral session_metadata",
        "MarkerData/neutral.trc": "neutral marker_data",
        "MarkerData/sittostand.trc": "sts marker_data",
        "MarkerData/SitToStand_1.trc": "twin marker_data",
        "MarkerData/walk.trc": "walk marker_data",
        "MarkerData/_.._evil.trc": "evil marker_data",
        "MarkerData/Settings/settings_sittostand.yaml": "sts main_settings",
        "OpenSimData/Kinematics/sittostand.mot": "sts ik_results",
        "OpenSimData/Kinematics/SitToStand_1.mot": "twin ik_results",
        "OpenSimData/Kinematics/_.._evil.mot": "evil ik_results",
        "OpenSimData/Model/LaiUhlrich2022_scaled.osim": "neutral model",
    }
    assert [step.text for step in seen if step.stage == "note"] == notes
    assert any("walk.mot is missing" in note and "(error)" in note for note in notes)
    assert any("squat is left out" in note and "processing" in note for note in notes)
    assert any("'SitToStand_1'" in note for note in notes)
    assert not any("Authorization" in request.headers for request in files.storage.requests)


@pytest.mark.parametrize("said", [{"isMono": True}, {"isMono": None}])
def test_monocular_sessions_have_a_model_per_trial(
    files: SimpleNamespace, tmp_path: Path, said: dict[str, Any]
) -> None:
    names = ("walk", "sit to stand")
    files.trials = [trial | {"name": name} for trial, name in zip(files.trials[1:3], names, strict=True)]
    publish(files, **said)
    found = tree(files.client.download_files(SESSION, tmp_path))
    assert found["OpenSimData/Model/walk/LaiUhlrich2022_scaled.osim"] == "early model"
    assert found["OpenSimData/Model/sittostand/LaiUhlrich2022_scaled.osim"] == "neutral model"
    assert found["sessionMetadata.yaml"] == "early session_metadata"


def test_a_neutral_trial_inherited_from_another_session(files: SimpleNamespace, tmp_path: Path) -> None:
    files.trials = files.trials[3:5]
    publish(files, meta={"neutral_trial": {"id": trial_id(2)}})
    found = tree(files.client.download_files(SESSION, tmp_path))
    assert found["MarkerData/neutral.trc"] == "neutral marker_data"
    assert found["OpenSimData/Model/LaiUhlrich2022_scaled.osim"] == "neutral model"


def test_one_lost_file_does_not_take_the_session_with_it(files: SimpleNamespace, tmp_path: Path) -> None:
    files.storage.routes["/sts/ik_results"] = [Answer(403)]
    files.storage.routes["/walk/marker_data"] = StoredFile(b"<html>portal</html>", content_type="text/html")
    root = files.client.download_files(SESSION, tmp_path)
    found = tree(root)
    assert "OpenSimData/Kinematics/sittostand.mot" not in found
    assert "MarkerData/walk.trc" not in found
    assert "MarkerData/sittostand.trc" in found
    assert "status 403" in found["download_notes.txt"]
    assert "a web page" in found["download_notes.txt"]


def test_expired_file_links_are_fetched_anew(files: SimpleNamespace, tmp_path: Path) -> None:
    fresh = files.storage.routes["/sts/ik_results"]
    files.storage.routes["/sts/ik_results"] = [Answer(403), fresh.answer({})]
    assert tree(files.client.download_files(SESSION, tmp_path))["OpenSimData/Kinematics/sittostand.mot"]


def test_nothing_is_left_when_files_cannot_be_had(files: SimpleNamespace, tmp_path: Path) -> None:
    for number in range(1, 8):
        files.api.routes[f"/trials/{trial_id(number)}/"] = [as_json({}, 503)]
    failing(lambda: files.client.download_files(SESSION, tmp_path / "out"))
    assert leftovers(tmp_path / "out") == []


def test_an_existing_folder_is_left_alone(files: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / f"OpenCapData_{SESSION}").mkdir()
    assert "exists already" in failing(lambda: files.client.download_files(SESSION, tmp_path)).message
    assert "exists already" in failing(lambda: download(SESSION, tmp_path, base_url=files.api.url)).message
    assert files.api.requests == []


@pytest.mark.parametrize("trouble", ["not ready", "damaged"])
def test_download_falls_back_to_single_files_and_says_so(files: SimpleNamespace, tmp_path: Path, trouble: str) -> None:
    if trouble == "not ready":
        files.api.routes[READY] = [Answer(202)]
    else:
        files.storage.routes[ARCHIVE] = StoredFile(ZIP[:400_000])
    seen: list[Progress] = []
    path = download(SESSION, tmp_path, base_url=files.api.url, token=TOKEN, wait_s=0.0, on_progress=seen.append)
    assert path == tmp_path / f"OpenCapData_{SESSION}"
    assert (path / "MarkerData" / "neutral.trc").exists()
    notes = [step.text for step in seen if step.stage == "note"]
    assert "without videos" in notes[0]


def test_single_files_are_read_as_the_same_session(
    files: SimpleNamespace, tmp_path: Path, shared_data: Callable[[str], Path]
) -> None:
    recorded = shared_data("opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0")
    before = read_session(recorded, tmp_path / "before")
    files.trials = []
    for number, trial in enumerate(before.trials):
        paths = {"marker_data": trial.marker_file, "ik_results": trial.kinematics_file}
        if trial.name == before.static_trial:
            paths |= {"opensim_model": before.model_file, "session_metadata": recorded / "sessionMetadata.yaml"}
        links = {}
        for tag, path in paths.items():
            if path is not None:
                files.storage.routes[f"/{number}-{path.name}"] = StoredFile(path.read_bytes())
                links[tag] = f"{files.storage.url}{number}-{path.name}?X-Amz-Signature=s"
        files.trials.append(trial_json(number, trial.name, links))
    publish(files)
    session = read_session(files.client.download_files(SESSION, tmp_path / "data"), tmp_path / "work")
    assert [trial.name for trial in session.trials] == [trial.name for trial in before.trials]
    assert session.subject == before.subject
    assert session.model_file is not None
    assert before.model_file is not None
    assert session.model_file.name == before.model_file.name
    assert session.static_trial == before.static_trial
