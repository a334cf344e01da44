"""Token and password go to the API and nowhere else."""

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from rich.traceback import Traceback

from models.errors import OpenCapServerError
from pipeline.opencap_server import (
    OpenCapClient,
    download,
)
from tests.pipeline.opencap_server.stub import (
    ARCHIVE,
    PASSWORD,
    READY,
    SESSION,
    SESSION_PATH,
    TOKEN,
    ZIP,
    Answer,
    Stub,
    as_json,
    failing,
)

MALFORMED = "a token with spaces"


def test_the_storage_never_sees_the_token(place: SimpleNamespace, tmp_path: Path) -> None:
    place.client.download_session(SESSION, tmp_path)
    assert all(request.headers["Authorization"] == f"Token {TOKEN}" for request in place.api.requests)
    assert len(place.storage.requests) == 1
    assert not {"Authorization", "Cookie"} & set(place.storage.requests[0].headers)
    assert TOKEN not in "".join(request.path for request in place.api.requests + place.storage.requests)


def test_not_even_files_on_the_api_host_see_the_token(place: SimpleNamespace, tmp_path: Path) -> None:
    place.api.routes["/media/session.zip"] = place.storage.routes[ARCHIVE]
    place.api.routes[READY] = [as_json({"url": "/media/session.zip"})]
    assert place.client.download_session(SESSION, tmp_path).read_bytes() == ZIP
    assert "Authorization" not in place.api.asked("/media/session.zip")[0].headers


def test_a_redirect_to_another_host_leaves_the_token_behind(place: SimpleNamespace) -> None:
    place.storage.routes["/moved/"] = place.api.routes[SESSION_PATH]
    place.api.routes[SESSION_PATH] = [Answer(302, headers={"Location": f"{place.storage.url}moved/"})]
    assert place.client.session(SESSION).identifier == SESSION
    assert "Authorization" in place.api.requests[0].headers
    assert "Authorization" not in place.storage.requests[0].headers


def test_a_redirect_within_the_api_keeps_the_token(place: SimpleNamespace) -> None:
    place.api.routes["/v2/"] = place.api.routes[SESSION_PATH]
    place.api.routes[SESSION_PATH] = [Answer(301, headers={"Location": "/v2/"})]
    place.client.session(SESSION)
    assert place.api.asked("/v2/")[0].headers["Authorization"] == f"Token {TOKEN}"


def test_redirects_in_circles_and_out_of_https_end(place: SimpleNamespace) -> None:
    place.api.routes[SESSION_PATH] = [Answer(302, headers={"Location": SESSION_PATH})]
    assert "redirects" in failing(lambda: place.client.session(SESSION)).message
    place.api.routes[SESSION_PATH] = [Answer(302, headers={"Location": "http://example.org/"})]
    assert "without https" in failing(lambda: place.client.session(SESSION)).message


def test_nothing_written_anywhere_holds_a_secret(
    place: SimpleNamespace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Errors, their tracebacks with local variables (as typer prints them), logs at DEBUG, reprs."""
    caplog.set_level(logging.DEBUG)
    gone = Stub("127.0.0.1")
    gone.server.server_close()
    plain: list[str] = []
    texts = [repr(place.client), repr(vars(place.client)), str(place.client._transport.__dict__)]

    def note(action: Callable[[], Any]) -> None:
        try:
            action()
        except OpenCapServerError as error:
            texts.extend([str(error), repr(error), repr(pickle.loads(pickle.dumps(error)).__dict__)])  # noqa: S301
            plain.append("".join(traceback.format_exception(error)))
            screen = StringIO()
            Console(file=screen, width=400).print(Traceback(show_locals=True, locals_max_string=None))
            texts.append(screen.getvalue())
        else:
            raise AssertionError("was expected to fail")

    place.api.routes["/login/"] = [as_json({}, 500)]
    note(lambda: place.client.login("x", PASSWORD))
    place.api.routes["/login/"] = [as_json({"token": MALFORMED})]
    note(lambda: place.client.login("x", PASSWORD))
    place.storage.routes[ARCHIVE] = [Answer(403)]
    note(lambda: place.client.download_session(SESSION, tmp_path))
    place.api.routes[READY] = [as_json({"url": f"{gone.url}session.zip?X-Amz-Signature=key"})]
    note(lambda: place.client.download_session(SESSION, tmp_path))
    place.api.routes[SESSION_PATH] = [as_json({}, 401)]
    note(lambda: OpenCapClient("http://api.opencap.ai", TOKEN))
    note(lambda: place.client.session(SESSION))
    note(lambda: download(SESSION, tmp_path, base_url=place.api.url, token=TOKEN))
    lost = OpenCapClient(gone.url, TOKEN, sleep=place.clock.sleep)
    note(lambda: lost.session(SESSION))
    note(lambda: lost.login("x", PASSWORD))
    everything = "\n".join([*texts, *plain, caplog.text])
    assert "login_refused" in everything  # the tracebacks are there
    assert "urllib3" in everything  # and so are the logs
    for secret in (TOKEN, PASSWORD, MALFORMED):
        assert secret not in everything
    messages = "".join(text for text in texts if "Traceback" not in text)
    assert "X-Amz-Signature" not in messages + "".join(plain)
