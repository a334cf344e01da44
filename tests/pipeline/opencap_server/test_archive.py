"""The zip: waited for, resumed, renewed, checked; whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.opencap_server import (
    ArchiveUnavailableError,
    OpenCapClient,
    Progress,
    download,
)
from pipeline.session import read_session
from tests.pipeline.opencap_server.stub import (
    ARCHIVE,
    PACK,
    PASSWORD,
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
    noise,
    range_start,
    session_json,
    trial_json,
    zip_of,
)


def test_the_zip_arrives_whole_with_progress(place: SimpleNamespace, tmp_path: Path) -> None:
    seen: list[Progress] = []
    path = place.client.download_session(SESSION, tmp_path / "new" / "data", seen.append)
    assert path == tmp_path / "new" / "data" / f"OpenCapData_{SESSION}.zip"
    assert path.read_bytes() == ZIP
    assert leftovers(path.parent) == [path.name]
    done = [step.done_bytes for step in seen if step.stage == "downloading"]
    assert done == sorted(done)
    assert (done[-1], seen[-1].total_bytes) == (len(ZIP), len(ZIP))


def test_waits_while_the_zip_is_made(place: SimpleNamespace, tmp_path: Path) -> None:
    place.api.routes[READY] = [*(Answer(202) for _ in range(4)), as_json({"url": None}), as_json({"url": place.link})]
    seen: list[Progress] = []
    assert place.client.download_session(SESSION, tmp_path, seen.append).read_bytes() == ZIP
    assert place.clock.pauses_s == [2.0, 3.0, 4.5, 6.75, 10.125]
    assert [step.stage for step in seen][:5] == ["preparing"] * 5
    assert len(place.api.asked(PACK)) == 1


def test_202_for_ever_ends_at_the_stated_wait(place: SimpleNamespace, tmp_path: Path) -> None:
    place.api.routes[READY] = [Answer(202)]
    error = failing(lambda: place.client.download_session(SESSION, tmp_path, wait_s=90.0), ArchiveUnavailableError)
    assert place.clock.now_s == pytest.approx(90.0)
    assert "after 90 s" in error.message
    assert "--wait-s" in error.hint
    assert "app.opencap.ai" in error.hint
    assert leftovers(tmp_path) == []


def test_a_cut_connection_is_resumed_where_it_broke(place: SimpleNamespace, tmp_path: Path) -> None:
    place.storage.routes[ARCHIVE] = StoredFile(ZIP, cuts=[300_000, 100_000])
    assert place.client.download_session(SESSION, tmp_path).read_bytes() == ZIP
    first, second, third = place.storage.asked(ARCHIVE)
    assert "Range" not in first.headers
    assert second.headers["If-Range"] == '"v1"'
    assert 200_000 < range_start(second) <= 300_000
    assert range_start(second) + 60_000 < range_start(third) <= 400_000


@pytest.mark.parametrize("change", [{"ranges": False}, {"etag": None}, {"etag": 'W/"similar"'}])
def test_without_safe_ranges_it_starts_again(place: SimpleNamespace, tmp_path: Path, change: dict[str, Any]) -> None:
    place.storage.routes[ARCHIVE] = StoredFile(ZIP, cuts=[300_000], **change)
    assert place.client.download_session(SESSION, tmp_path).read_bytes() == ZIP
    _, second = place.storage.asked(ARCHIVE)
    assert ("Range" in second.headers) == (change == {"ranges": False})


def test_two_versions_are_never_joined(place: SimpleNamespace, tmp_path: Path) -> None:
    newer = zip_of({"MarkerData/neutral.trc": noise(2, 500_000)})
    stored = StoredFile(ZIP, cuts=[300_000])
    place.storage.routes[ARCHIVE] = stored
    place.clock.sleep = lambda _: vars(stored).update(content=newer, etag='"v2"')
    client = OpenCapClient(place.api.url, TOKEN, sleep=place.clock.sleep)
    assert client.download_session(SESSION, tmp_path).read_bytes() == newer


class WrongPlace(StoredFile):
    """Asked for the rest, it sends as many bytes from the beginning."""

    def answer(self, headers: dict[str, str]) -> Answer:
        if "Range" not in headers:
            return super().answer(headers)
        self.ranges = False
        rest = self.content[int(headers.pop("Range").removeprefix("bytes=").removesuffix("-")) :]
        span = f"bytes 0-{len(rest) - 1}/{len(self.content)}"
        return Answer(206, self.content[: len(rest)], {"Content-Range": span})


def test_a_storage_that_resumes_elsewhere_is_read_from_the_start(place: SimpleNamespace, tmp_path: Path) -> None:
    place.storage.routes[ARCHIVE] = WrongPlace(ZIP, cuts=[300_000])
    assert place.client.download_session(SESSION, tmp_path).read_bytes() == ZIP
    assert len(place.storage.requests) == 3


@pytest.mark.parametrize("ranges", [True, False])
def test_a_connection_that_always_breaks_gives_up(place: SimpleNamespace, tmp_path: Path, ranges: bool) -> None:
    place.storage.routes[ARCHIVE] = StoredFile(ZIP, ranges=ranges, cuts=[300_000] + [0 if ranges else 300_000] * 9)
    old = tmp_path / f"OpenCapData_{SESSION}.zip"
    old.write_bytes(b"an earlier download")
    error = failing(lambda: place.client.download_session(SESSION, tmp_path))
    assert f"of {len(ZIP)} bytes" in error.message
    assert len(place.storage.requests) == 5
    assert leftovers(tmp_path) == [old.name]
    assert old.read_bytes() == b"an earlier download"


def test_an_expired_link_is_signed_again_and_resumed(place: SimpleNamespace, tmp_path: Path) -> None:
    renewed = place.link.replace(ARCHIVE, "/archives/again.zip")
    stored = StoredFile(ZIP)
    broken = StoredFile(ZIP, cuts=[300_000]).answer({})
    place.storage.routes |= {ARCHIVE: [broken, Answer(403, b"<Error>Request has expired</Error>")]}
    place.storage.routes["/archives/again.zip"] = stored
    place.api.routes[READY] = [as_json({"url": place.link}), as_json({"url": renewed})]
    assert place.client.download_session(SESSION, tmp_path).read_bytes() == ZIP
    assert range_start(place.storage.asked("/archives/again.zip")[0]) > 200_000
    assert len(place.api.asked(PACK)) == 1


def test_a_deleted_zip_is_made_anew_once(place: SimpleNamespace, tmp_path: Path) -> None:
    place.storage.routes[ARCHIVE] = [Answer(404), Answer(404), StoredFile(ZIP).answer({})]
    assert place.client.download_session(SESSION, tmp_path).read_bytes() == ZIP
    assert len(place.api.asked(PACK)) == 2


def test_links_that_are_refused_for_ever(place: SimpleNamespace, tmp_path: Path) -> None:
    place.storage.routes[ARCHIVE] = [Answer(403)]
    error = failing(lambda: place.client.download_session(SESSION, tmp_path))
    assert "status 403" in error.message
    assert "clock of this computer" in error.hint
    assert "Signature" not in str(error)
    assert len(place.storage.requests) == 3


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/zip"])
def test_a_web_page_is_not_a_zip(place: SimpleNamespace, tmp_path: Path, content_type: str) -> None:
    page = b"\n<!DOCTYPE html><html><body>Sign in to the hospital network</body></html>"
    place.storage.routes[ARCHIVE] = StoredFile(page, content_type=content_type)
    error = failing(lambda: place.client.download_session(SESSION, tmp_path))
    assert "a web page" in error.message
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:400_000],
        lambda data: data[:9_000] + b"XXXX" + data[9_004:],
        lambda _: zip_of({}),
        lambda _: b"",
    ],
    ids=["half", "flipped", "empty", "nothing"],
)
@pytest.mark.parametrize("sized", [True, False])
def test_a_damaged_zip_is_not_kept(
    place: SimpleNamespace, tmp_path: Path, damage: Callable[[bytes], bytes], sized: bool
) -> None:
    place.storage.routes[ARCHIVE] = StoredFile(damage(ZIP), sized=sized)
    error = failing(lambda: place.client.download_session(SESSION, tmp_path), ArchiveUnavailableError)
    assert "damaged" in error.message
    assert leftovers(tmp_path) == []


def test_a_full_disk_is_said_before_the_download(
    place: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    assert "free" in failing(lambda: place.client.download_session(SESSION, tmp_path)).message


def test_a_session_without_results_says_so_before_any_zip_is_made(place: SimpleNamespace, tmp_path: Path) -> None:
    trials = [trial_json(1, "neutral", {}, "processing"), trial_json(2, "walk", {}, "error")]
    for answer, words in ((session_json(*trials), ("1 error", "1 processing")), (session_json(), ("no trials",))):
        place.api.routes[SESSION_PATH] = [as_json(answer)]
        error = failing(lambda: place.client.download_session(SESSION, tmp_path))
        assert all(word in error.message for word in words)
    assert place.api.asked(PACK) == []


def test_download_asks_for_a_login_only_where_one_is_needed(place: SimpleNamespace, tmp_path: Path) -> None:
    asked: list[int] = []

    def ask() -> tuple[str, str]:
        asked.append(1)
        return "clinic", PASSWORD

    assert download(SESSION, tmp_path, base_url=place.api.url, ask=ask).read_bytes() == ZIP
    assert asked == []
    assert "Authorization" not in place.api.requests[0].headers
    good = place.api.routes[SESSION_PATH][0]
    place.api.routes[SESSION_PATH] = [as_json("login_needed", 401), good]
    place.api.routes["/login/"] = [as_json({"token": TOKEN})]
    assert download(SESSION, tmp_path, base_url=place.api.url, ask=ask).read_bytes() == ZIP
    assert asked == [1]
    assert place.api.requests[-1].headers["Authorization"] == f"Token {TOKEN}"


def test_download_uses_the_token_of_the_environment(
    place: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", TOKEN)
    download(SESSION, tmp_path, base_url=place.api.url)
    assert place.api.requests[0].headers["Authorization"] == f"Token {TOKEN}"


def test_what_was_downloaded_is_read_as_a_session(
    place: SimpleNamespace, tmp_path: Path, shared_data: Callable[[str], Path]
) -> None:
    recorded = shared_data("opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0")
    files = [path for path in recorded.rglob("*") if path.suffix in (".trc", ".mot", ".osim", ".yaml")]
    content = zip_of({path.relative_to(recorded).as_posix(): path.read_bytes() for path in files})
    place.storage.routes[ARCHIVE] = StoredFile(content, cuts=[100_000])
    session = read_session(place.client.download_session(SESSION, tmp_path / "zip"), tmp_path / "work")
    before = read_session(recorded, tmp_path / "before")
    assert [trial.name for trial in session.trials] == [trial.name for trial in before.trials]
    assert len(session.trials) > 1
    assert session.subject == before.subject
    assert SESSION in session.identifier
