"""The API and the storage as two hosts on this machine, and a client whose time passes only by sleeping."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from pipeline.opencap_server import (
    OpenCapClient,
)
from tests.pipeline.opencap_server.stub import (
    ARCHIVE,
    PACK,
    READY,
    SESSION_PATH,
    TASK,
    TOKEN,
    ZIP,
    Clock,
    StoredFile,
    as_json,
    running,
    session_json,
    trial_json,
)


@pytest.fixture(autouse=True)
def _no_tokens_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in ("OPENCAP_API_TOKEN", "API_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    # requests would take a password for these hosts from here.
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine localhost login thief password netrc-secret\n")
    monkeypatch.setenv("NETRC", str(netrc))


@pytest.fixture
def place() -> Iterator[SimpleNamespace]:
    """The API on 127.0.0.1, the storage on localhost (another host), a zip ready there, and a client."""
    clock = Clock()
    with running("127.0.0.1") as api, running("localhost") as storage:
        link = f"{storage.url}{ARCHIVE[1:]}?X-Amz-Signature=signed1"
        neutral = trial_json(1, "neutral", {"marker_data": f"{storage.url}neutral.trc?X-Amz-Signature=a"})
        api.routes |= {
            SESSION_PATH: [as_json(session_json(neutral))],
            PACK: [as_json({"task_id": TASK})],
            READY: [as_json({"url": link})],
        }
        storage.routes[ARCHIVE] = StoredFile(ZIP)
        client = OpenCapClient(api.url, TOKEN, now=clock.now, sleep=clock.sleep)
        yield SimpleNamespace(api=api, storage=storage, clock=clock, client=client, link=link)
