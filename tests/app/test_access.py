"""Logging in, roles, and that users see nothing of each other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.identity import identity_of
from assessment.store import Store, UserStore, open_store, participants, runs
from models.errors import AccessError, SarcoscopeError
from tests.app.filled_store import Filled, fill
from tests.app.made_up import made_up
from tests.assessment.session_builder import build_session

APP = Path(__file__).parents[2] / "streamlit_app.py"
ISSUER = "https://id.clinic.example/realms/clinic"
AUTH = {"auth": {"client_id": "sarcoscope"}, "sarcoscope": {"role_claim": "realm_access.roles"}}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("SARCOSCOPE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SARCOSCOPE_DATABASE_URL", raising=False)
    st.cache_resource.clear()
    yield open_store()
    st.cache_resource.clear()


def _claims(name: str, *roles: str, hours_ago: float = 0.0) -> dict[str, Any]:
    return {
        "is_logged_in": True,
        "iss": ISSUER,
        "sub": name,
        "email": f"{name}@clinic.example",
        "iat": time.time() - 3600.0 * hours_ago,
        "realm_access": {"roles": list(roles)},
    }


def _as(user: dict[str, Any], page: str = "participants", **address: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.secrets = AUTH
    app.user = user
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    app.switch_page(f"app/pages/{page}.py").run()
    assert not app.exception
    return app


def _mine(store: Store, name: str) -> UserStore:
    who = identity_of(_claims(name, "clinician"), "realm_access.roles")
    return store.for_user(who.subject, who.label, who.role)


def _texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.error, app.warning, app.info, app.subheader, app.title)
    frames = [frame.value.to_string() for frame in app.dataframe]
    return "\n".join([*(str(element.value) for kind in kinds for element in kind), *frames])


def _filled(store: Store, tmp_path: Path, name: str, code: str) -> Filled:
    mine = _mine(store, name)
    participants.add(mine, code, name=f"Name Of {code}")
    made = made_up(tmp_path / code, gait_speed=(1.1, 0.05))
    folder = tmp_path / f"session-{code}"
    return fill(mine, build_session(folder, "pick_up"), made, study_code=code, visit_date="2026-01-05")


def test_without_a_login_the_machine_s_one_user_may_do_everything(store: Store) -> None:
    participants.add(store.for_local_user(), "P001", name="Ada Example")
    app = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("app/pages/participants.py").run()
    assert not app.exception
    assert "P001" in _texts(app)
    assert not [button for button in app.button if button.key in ("log-in", "log-out")]


def test_who_is_not_logged_in_gets_one_button_and_nothing_else(store: Store, tmp_path: Path) -> None:
    _filled(store, tmp_path, "ada", "P001")
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.secrets = AUTH
    app.user = {"is_logged_in": False}
    app.run()
    assert not app.exception
    assert [button.key for button in app.button] == ["log-in"]
    assert "P001" not in _texts(app)
    assert not app.dataframe


def test_the_login_page_speaks_the_browser_s_language(store: Store) -> None:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.secrets, app.user = AUTH, {"is_logged_in": False}
    app.context["locale"] = "ko-KR"
    app.run()
    assert not app.exception


@pytest.mark.parametrize("roles", [(), ("nurse",), ("Admin",)])
def test_an_account_without_an_accepted_role_is_sent_to_the_administrator(store: Store, roles: tuple[str, ...]) -> None:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.secrets, app.user = AUTH, _claims("ada", *roles)
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert "administrator" in app.error[0].value
    assert [button.key for button in app.button] == ["log-out"]


@pytest.mark.parametrize(
    ("claims", "claim", "role"),
    [
        ({"roles": "clinician"}, "roles", "clinician"),
        ({"roles": ["offline_access", "researcher"]}, "roles", "researcher"),
        ({"roles": ["researcher", "admin"]}, "roles", "admin"),
        ({"realm_access": {"roles": ["clinician"]}}, "realm_access.roles", "clinician"),
        ({"https://clinic.example/roles": ["admin"]}, "https://clinic.example/roles", "admin"),
    ],
)
def test_roles_are_read_where_providers_put_them(claims: dict[str, Any], claim: str, role: str) -> None:
    assert identity_of({"iss": ISSUER, "sub": "1", **claims}, claim).role == role


@pytest.mark.parametrize("claims", [{"roles": "admin"}, {"iss": ISSUER, "sub": "", "roles": "admin"}])
def test_who_cannot_be_told_apart_is_not_let_in(claims: dict[str, Any]) -> None:
    with pytest.raises(AccessError, match="iss and sub"):
        identity_of(claims)


def test_the_same_subject_of_another_provider_is_somebody_else() -> None:
    one, other = (identity_of({"iss": issuer, "sub": "1", "roles": "admin"}) for issuer in ("https://a", "https://b"))
    assert one.subject != other.subject


def test_secrets_that_cannot_be_read_let_nobody_in(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "secrets.toml"
    broken.write_text("[auth\n")
    monkeypatch.setattr("app.access.st.get_option", lambda _: [str(broken)])
    participants.add(store.for_local_user(), "P001")
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert "secrets.toml cannot be read" in app.error[0].value
    assert "P001" not in _texts(app)


def test_two_users_do_not_see_each_other_s_people_and_results(store: Store, tmp_path: Path) -> None:
    ada, ben = _filled(store, tmp_path, "ada", "A-001"), _filled(store, tmp_path, "ben", "B-001")
    for page in ("participants", "cohort", "runs"):
        app = _as(_claims("ada", "clinician"), page)
        assert "B-001" not in _texts(app), page
    for page in ("participants", "summary", "curves"):
        app = _as(_claims("ada", "clinician"), page, run=ben.run_id, participant=ben.participant_id)
        assert "B-001" not in _texts(app), page
    mine = _mine(store, "ada")
    for forbidden in (runs.folder, runs.summary, runs.get, runs.again, runs.delete):
        with pytest.raises(SarcoscopeError, match="There is no such run"):
            forbidden(mine, ben.run_id)
    assert runs.get(mine, ada.run_id).study_code == "A-001"


def test_a_browser_that_changes_its_user_keeps_nothing_of_the_one_before(store: Store, tmp_path: Path) -> None:
    _filled(store, tmp_path, "ada", "A-001")
    app = _as(_claims("ada", "clinician"))
    assert "A-001" in _texts(app)
    app.session_state["left behind"] = "A-001"
    app.user = _claims("ben", "clinician")
    app.run()
    assert not app.exception
    assert "A-001" not in _texts(app)
    assert "left behind" not in app.session_state


def test_logging_out_clears_everything(store: Store, tmp_path: Path) -> None:
    ada = _filled(store, tmp_path, "ada", "A-001")
    app = _as(_claims("ada", "clinician"), participant=ada.participant_id)
    app.session_state["left behind"] = "A-001"
    app.button(key="log-out").click().run()
    assert not app.exception
    app.run()
    assert "left behind" not in app.session_state
    assert dict(app.query_params) == {}
    assert [button.key for button in app.button] == ["log-in"]


def test_a_login_ends_after_a_working_day(store: Store, tmp_path: Path) -> None:
    _filled(store, tmp_path, "ada", "A-001")
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.secrets, app.user = AUTH, _claims("ada", "clinician", hours_ago=13.0)
    app.run()
    assert not app.exception
    assert "A-001" not in _texts(app)
    assert [button.key for button in app.button] == ["log-in"]


def test_a_researcher_sees_no_names(store: Store, tmp_path: Path) -> None:
    ada = _filled(store, tmp_path, "ada", "A-001")
    for role, seen in (("clinician", True), ("researcher", False)):
        app = _as(_claims("ada", role), participant=ada.participant_id)
        shown = _texts(app) + " ".join(str(field.value) for field in app.text_input)
        assert ("Name Of A-001" in shown) is seen, role


@pytest.mark.parametrize(
    ("page", "keys"),
    [
        ("report", {"download-fhir", "download-zip"}),
        ("cohort", {"cohort-csv", "cohort-parquet"}),
        ("settings", {"audit-csv"}),
    ],
)
def test_files_are_made_for_who_is_logged_in_where_no_session_is_known(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str, keys: set[str]
) -> None:
    made: dict[str, Callable[[], bytes | str]] = {}

    def button(_: str, data: object, *__: object, key: str, **___: object) -> None:
        if callable(data):
            made[key] = data

    def nobody() -> None:
        raise AccessError("Nobody is logged in.", hint="Log in.")

    filled = _filled(store, tmp_path, "ada", "A-001")
    with monkeypatch.context() as patched:
        patched.setattr(st, "download_button", button)
        patched.setattr("streamlit.delta_generator.DeltaGenerator.download_button", lambda _, *a, **k: button(*a, **k))
        _as(_claims("ada", "admin"), page, run=filled.run_id)
    monkeypatch.setattr("app.current.user", nobody)
    with ThreadPoolExecutor(1) as pool:
        files = {key: pool.submit(make).result() for key, make in made.items()}
    assert set(files) == keys
    if page == "report":
        assert _mine(store, "ada").label in str(files["download-fhir"])
