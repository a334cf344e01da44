"""Logging in, looking and being refused, against a real HTTP server."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from models.errors import OpenCapServerError
from pipeline.opencap_server import (
    AccessDeniedError,
    OpenCapClient,
    token_from_environment,
)
from tests.pipeline.opencap_server.stub import (
    PASSWORD,
    PERSON,
    SESSION,
    SESSION_PATH,
    TOKEN,
    Answer,
    Clock,
    as_json,
    failing,
    running,
    session_json,
    trial_json,
)


def test_login_sends_a_form_once_and_uses_the_token(place: SimpleNamespace) -> None:
    place.api.routes["/login/"] = [
        as_json({"token": TOKEN, "user_id": 7, "otp_challenge_sent": False}, Set_Cookie="sessionid=stolen; Path=/")
    ]
    place.api.routes["/sessions/valid/"] = [as_json([session_json(trials_count=4)])]
    client = OpenCapClient(place.api.url)
    assert client.login("clinic@example.org", PASSWORD).get_secret_value() == TOKEN
    assert client.list_sessions()[0].trial_count == 4
    login, listing = place.api.requests
    assert login.body == b"username=clinic%40example.org&password=correct+horse+battery"
    assert login.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in login.headers
    assert listing.headers["Authorization"] == f"Token {TOKEN}"
    assert "Cookie" not in listing.headers


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_refused_login_is_not_repeated(place: SimpleNamespace, status: int) -> None:
    place.api.routes["/login/"] = [as_json({"detail": "credentials_incorrect"}, status)]
    error = failing(lambda: place.client.login("x", PASSWORD), AccessDeniedError)
    assert f"status {status}" in error.message
    assert ("wrong user name or password" in error.message) == (status == 500)
    assert len(place.api.asked("/login/")) == 1


def test_a_login_is_never_redirected(place: SimpleNamespace) -> None:
    place.api.routes["/login/"] = [Answer(307, headers={"Location": f"{place.storage.url}login/"})]
    failing(lambda: place.client.login("x", PASSWORD))
    assert place.storage.requests == []


@pytest.mark.parametrize("subject", [12, "12", {"id": 12, "name": PERSON, "height": 1.67, "weight": 60.5}])
@pytest.mark.parametrize("drop", [(), ("isMono", "public", "trials_count", "trashed", "sessionName")])
def test_session_shapes_of_old_and_new_servers(place: SimpleNamespace, subject: Any, drop: tuple[str, ...]) -> None:
    trial = trial_json(2, "sit to stand", {"ik_results": "https://s3/x.mot?sig"}, "done")
    trial["session_id"] = trial.pop("session")
    answer = session_json(trial, trial_json(3, "gone", {}, trashed=True), subject=subject)
    for key in drop:
        del answer[key]
    place.api.routes[SESSION_PATH] = [as_json(answer)]
    session = place.client.session(SESSION.upper())
    assert session.is_monocular is (None if drop else False)
    assert [(trial.name, trial.session_id, trial.is_ready) for trial in session.trials] == [
        ("sit to stand", SESSION, True)
    ]
    assert session.subject.identifier == "12"
    assert (session.subject.metadata.height_m, session.subject.metadata.mass_kg) == (1.67, 60.5)
    assert PERSON not in repr(session)
    assert "sig" not in repr(session)
    assert PERSON.encode() not in pickle.dumps(session)


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"subjects": rows, "total": len(rows)}])
def test_subjects_come_without_names_and_with_age(place: SimpleNamespace, wrap: Callable[[list[Any]], Any]) -> None:
    row = {"id": 5, "name": PERSON, "weight": 71.0, "height": 1.8, "age": 3, "birth_year": 1950, "sex_at_birth": "man"}
    vague = {"id": 6, "name": PERSON, "weight": None, "height": "", "birth_year": 52, "sex_at_birth": "not-listed"}
    place.api.routes["/subjects/"] = [as_json(wrap([row, vague]))]
    known, unknown = place.client.list_subjects()
    assert (known.identifier, known.metadata.sex, known.metadata.mass_kg) == ("5", "m", 71.0)
    assert known.metadata.age_years is not None
    assert known.metadata.age_years >= 76
    assert unknown.metadata.sex is None
    assert unknown.metadata.age_years is None
    assert PERSON not in repr((known, unknown))


def test_listings_need_a_login_before_anything_is_asked(place: SimpleNamespace) -> None:
    failing(OpenCapClient(place.api.url).list_sessions, AccessDeniedError)
    assert place.api.requests == []


@pytest.mark.parametrize("text", ["", "../../etc/passwd", f"{SESSION}/../..", "4d5c3eb1", f"{{{SESSION}}}"])
def test_what_is_no_uuid_never_leaves_the_machine(place: SimpleNamespace, tmp_path: Path, text: str) -> None:
    for action in (place.client.session, lambda i: place.client.download_files(i, tmp_path)):
        error = failing(lambda action=action: action(text))
        assert "UUID" in error.hint
    assert place.api.requests == []


@pytest.mark.parametrize(
    "address", ["http://api.opencap.ai/", "https://u:p@api.opencap.ai/", "ftp://x/", "api.opencap.ai", "https://x/?a=1"]
)
def test_addresses_that_are_refused(address: str) -> None:
    assert "https://" in failing(lambda: OpenCapClient(address, TOKEN)).hint


@pytest.mark.parametrize("token", ["", f"{TOKEN} {TOKEN}", f"{TOKEN}\nX: y", "tökén"])
def test_a_malformed_token_is_refused_unseen(token: str) -> None:
    error = failing(lambda: OpenCapClient("https://api.opencap.ai", token))
    assert TOKEN not in str(error)
    assert "OPENCAP_API_TOKEN" in error.hint


def test_the_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert token_from_environment() is None
    monkeypatch.setenv("API_TOKEN", "theirs")
    assert token_from_environment().get_secret_value() == "theirs"
    monkeypatch.setenv("OPENCAP_API_TOKEN", "ours")
    assert token_from_environment().get_secret_value() == "ours"


@pytest.mark.parametrize(
    ("status", "with_token", "kind", "words"),
    [
        (401, True, AccessDeniedError, ("does not accept the token", "OPENCAP_API_TOKEN")),
        (401, False, AccessDeniedError, ("not public", "Log in")),
        (404, True, OpenCapServerError, ("does not find", "does not belong to this account")),
        (404, False, OpenCapServerError, ("does not find", "is not public")),
        (418, True, OpenCapServerError, ("unexpected status 418", "--base-url")),
    ],
)
def test_refusals_are_said_once_and_clearly(
    place: SimpleNamespace, status: int, with_token: bool, kind: type[OpenCapServerError], words: tuple[str, ...]
) -> None:
    place.api.routes[SESSION_PATH] = [as_json({"detail": PERSON}, status)]
    client = OpenCapClient(place.api.url, TOKEN if with_token else None, sleep=place.clock.sleep)
    text = str(failing(lambda: client.session(SESSION), kind))
    assert all(word in text for word in words), text
    assert PERSON not in text
    assert len(place.api.requests) == 1


def test_a_mailed_code_is_named_when_access_fails_after_login(place: SimpleNamespace) -> None:
    place.api.routes["/login/"] = [as_json({"token": TOKEN, "otp_challenge_sent": True})]
    place.api.routes[SESSION_PATH] = [as_json("permission_denied", 404)]
    place.client.login("x", PASSWORD)
    assert "code by e-mail" in failing(lambda: place.client.session(SESSION)).hint


def test_too_many_requests_waits_as_long_as_asked(place: SimpleNamespace) -> None:
    good = place.api.routes[SESSION_PATH][0]
    place.api.routes[SESSION_PATH] = [as_json({}, 429, Retry_After="7"), good]
    assert place.client.session(SESSION).identifier == SESSION
    assert place.clock.pauses_s == [7.0]


def test_too_long_a_pause_is_reported_not_slept(place: SimpleNamespace) -> None:
    place.api.routes[SESSION_PATH] = [as_json({}, 429, Retry_After="3600")]
    assert "60 minutes" in failing(lambda: place.client.session(SESSION)).message
    assert place.clock.pauses_s == []


def test_429_without_end_gives_up(place: SimpleNamespace) -> None:
    place.api.routes[SESSION_PATH] = [as_json({}, 429, Retry_After="nonsense")]
    assert "too often" in failing(lambda: place.client.session(SESSION)).message
    assert place.clock.pauses_s == [1.0, 2.0, 4.0, 8.0]


def test_a_server_error_is_asked_again(place: SimpleNamespace) -> None:
    good = place.api.routes[SESSION_PATH][0]
    place.api.routes[SESSION_PATH] = [Answer(500, b"<h1>oops</h1>"), Answer(502), good]
    assert place.client.session(SESSION).identifier == SESSION
    assert place.clock.pauses_s == [1.0, 2.0]


def test_a_server_error_without_end_gives_up(place: SimpleNamespace) -> None:
    place.api.routes[SESSION_PATH] = [Answer(503)]
    error = failing(lambda: place.client.session(SESSION))
    assert "status 503" in error.message
    assert len(place.api.requests) == 5


def test_no_network() -> None:
    with running("127.0.0.1") as gone:
        pass
    clock = Clock()
    error = failing(lambda: OpenCapClient(gone.url, TOKEN, sleep=clock.sleep).session(SESSION))
    assert "No connection to 127.0.0.1" in error.message
    assert "HTTPS_PROXY" in error.hint
    assert len(clock.pauses_s) == 4


def test_the_web_app_is_not_the_api(place: SimpleNamespace) -> None:
    place.api.routes[SESSION_PATH] = [Answer(200, b"<!DOCTYPE html><html>", {"Content-Type": "text/html"})]
    error = failing(lambda: place.client.session(SESSION))
    assert "not JSON" in error.message
    assert "api.opencap.ai" in error.hint


def test_json_of_another_shape_names_fields_not_values(place: SimpleNamespace) -> None:
    place.api.routes[SESSION_PATH] = [as_json(session_json(created_at=PERSON))]
    text = str(failing(lambda: place.client.session(SESSION)))
    assert "created_at" in text
    assert PERSON not in text
