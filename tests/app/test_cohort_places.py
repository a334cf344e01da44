"""Which folders of cohorts may be opened: with a login those the server offers and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.cohort import places
from app.identity import identity_of
from assessment.store import UserStore, cohorts
from models.errors import AccessError, SettingsError
from tests.app.looking import APP, texts
from tests.assessment.cohort.made_cohort import made_cohort

AUTH = {"auth": {"client_id": "sarcoscope"}}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the server offers: two cohorts, a folder that is none, and a link out."""
    root, outside = tmp_path / "offered", tmp_path / "outside"
    for path in (root / "Study B", root / "study A", outside):
        made_cohort(path, participants=6)
    (root / "notes").mkdir()
    (root / "link").symlink_to(outside)
    monkeypatch.setenv(places.COHORTS_VARIABLE, str(root))
    return root


def _claims(role: str) -> dict[str, Any]:
    import time

    return {"is_logged_in": True, "iss": "https://id", "sub": role, "roles": role, "iat": time.time()}


def _as(role: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.secrets, app.user = AUTH, _claims(role)
    for key, value in address.items():
        app.query_params[key] = value
    app.run().switch_page("app/pages/cohort.py").run()
    assert not app.exception
    return app


def _store_of(mine: UserStore, role: str) -> UserStore:
    who = identity_of(_claims(role))
    return mine.store.for_user(who.subject, who.label, who.role)


def test_the_server_offers_the_cohorts_in_its_folder_and_no_links(root: Path) -> None:
    assert [path.name for path in places.offered()] == ["study A", "Study B"]


def test_a_researcher_chooses_from_the_list_and_types_no_path(mine: UserStore, root: Path) -> None:
    app = _as("researcher")
    assert not app.text_input
    (choice,) = app.selectbox
    assert choice.options[1:] == ["study A", "Study B"]
    assert str(root) not in str(choice.options)
    app.selectbox[0].set_value(root / "study A").run()
    assert not app.exception
    assert len(app.dataframe[0].value) > 0
    assert str(root) not in str(app.query_params)


@pytest.mark.parametrize("path", ["../outside", "link", "../offered/../outside", "notes"])
def test_what_the_server_does_not_offer_is_refused(path: str, mine: UserStore, root: Path) -> None:
    researcher = _store_of(mine, "researcher")
    for given in (root / path, (root / path).resolve()):
        app = _as("researcher", cohort=cohorts.remember(researcher, given))
        assert "none of those" in app.error[0].value
        assert not app.dataframe


def test_without_what_the_server_offers_there_is_nothing_to_choose(
    mine: UserStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(places.COHORTS_VARIABLE)
    app = _as("researcher")
    assert not app.selectbox
    assert not app.text_input
    app = _as("researcher", cohort=cohorts.remember(_store_of(mine, "researcher"), root / "study A"))
    assert "none of those" in app.error[0].value


def test_clinicians_see_their_own_people_only(mine: UserStore, root: Path) -> None:
    app = _as("clinician")
    assert not app.selectbox
    assert "assessment cohort" not in texts(app)
    theirs = cohorts.remember(_store_of(mine, "researcher"), root / "study A")
    assert "does not permit" in _as("clinician", cohort=theirs).error[0].value
    assert "no such cohort" in _as("admin", cohort=theirs).error[0].value


def test_a_link_in_a_cohort_is_not_followed(root: Path, tmp_path: Path, mine: UserStore) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF secret")
    (root / "study A" / "report.pdf").symlink_to(secret)
    with pytest.raises(AccessError, match="is a link"):
        places.opened(root / "study A")


def test_an_offered_folder_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(places.COHORTS_VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(SettingsError, match=places.COHORTS_VARIABLE):
        places.offered()
