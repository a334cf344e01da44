"""The page of settings."""

from __future__ import annotations

import pytest

from assessment import language
from assessment.store import UserStore, audit, participants, preferences
from models.errors import AccessError
from tests.app.looking import look, texts


def test_a_language_counts_at_once_and_is_kept(mine: UserStore) -> None:
    app = look("settings")
    app.radio(key="settings-language").set_value("ko").run()
    assert not app.exception
    assert app.title[0].value == language.texts("ko")("Settings")
    assert preferences.get(mine).language == "ko"
    assert look("settings").radio(key="settings-language").value == "ko"
    app.radio(key="settings-language").set_value("en").run()
    assert app.title[0].value == "Settings"


def test_units_and_editions_are_kept_in_the_order_chosen(mine: UserStore) -> None:
    app = look("settings")
    app.radio(key="settings-moment-unit").set_value("Nm").run()
    app.radio(key="settings-height-unit").set_value("cm").run()
    app.multiselect(key="settings-frameworks").set_value(["ewgsop2", "awgs_2019"]).run()
    assert not app.exception
    kept = preferences.get(mine)
    assert (kept.moment_unit, kept.height_unit, kept.frameworks) == ("Nm", "cm", ("ewgsop2", "awgs_2019"))
    assert look("settings").multiselect(key="settings-frameworks").value == ["ewgsop2", "awgs_2019"]


def test_the_database_is_named_without_its_password(mine: UserStore, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{mine.store.home}/hunter2.sqlite"
    monkeypatch.setenv("SARCOSCOPE_DATABASE_URL", url)
    shown = texts(look("settings"))
    assert "SQLite" in shown
    assert "hunter2" not in shown
    assert "Nothing. There is no telemetry" in shown


def test_the_audit_log_is_filtered_and_holds_no_study_code(mine: UserStore) -> None:
    kept, gone = (participants.add(mine, code, name="Ada Example") for code in ("P-001", "P-002"))
    participants.delete(mine, gone)
    app = look("settings")
    table = app.dataframe[0].value
    assert table["Id"].iloc[0] == gone
    assert not [word for word in ("P-001", "P-002", "Ada Example") if word in table.to_string()]
    app.multiselect(key="audit-actions").set_value(["deleted"]).run()
    assert list(app.dataframe[0].value["Id"]) == [gone]
    app.multiselect(key="audit-actions").set_value([]).run()
    app.text_input(key="audit-text").set_value(kept[:12]).run()
    assert set(app.dataframe[0].value["Id"]) == {kept}


def test_only_administrators_read_the_audit_log(mine: UserStore) -> None:
    clinician = mine.store.for_user("a", "a@clinic.example", "clinician")
    with pytest.raises(AccessError, match="see audit"):
        audit.entries(clinician)
