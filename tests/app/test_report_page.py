"""The Report page: the clinician's text, the signature, and what is taken away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assessment.store import UserStore, audit, participants, runs, visits
from tests.app.filled_store import Filled, fill, finished
from tests.app.looking import look, texts
from tests.app.made_up import made_up
from tests.assessment.session_builder import build_session


@pytest.fixture
def filled(mine: UserStore, tmp_path: Path) -> Filled:
    results = made_up(tmp_path / "results", gait_speed=(1.0, 0.02))
    return fill(mine, build_session(tmp_path, "pick_up"), results, study_code="P1", visit_date="2026-03-02")


def _press(app: AppTest, label: str) -> AppTest:
    (button,) = [one for one in app.button if one.label == label]
    return button.click().run()


def _sign(app: AppTest, signer: str = "Dr Lee, geriatrician", *, reviewed: bool = True) -> AppTest:
    app.text_input(key=next(one.key for one in app.text_input if str(one.key).startswith("signer-"))).set_value(signer)
    if reviewed:
        app.checkbox[0].check()
    return _press(app, "Sign the report")


def test_without_results_the_page_says_what_to_do(mine: UserStore) -> None:
    assert "Start with a session" in texts(look("report"))


def test_the_text_is_kept_with_the_visit(mine: UserStore, filled: Filled) -> None:
    app = look("report")
    app.text_area(key=f"interpretation-{filled.visit_id}").set_value("Rises slowly.")
    _press(app, "Save the text")
    assert visits.get(mine, filled.visit_id).details.interpretation == "Rises slowly."
    assert look("report").text_area(key=f"interpretation-{filled.visit_id}").value == "Rises slowly."


def test_a_report_is_preliminary_until_it_is_signed_by_somebody_who_reviewed_it(
    mine: UserStore, filled: Filled
) -> None:
    app = look("report")
    assert "Preliminary until it is signed." in texts(app)
    _sign(app, reviewed=False)
    assert "Confirm that you have reviewed" in texts(app)
    assert visits.get(mine, filled.visit_id).details.signature is None
    _sign(app)
    assert "Final: signed by Dr Lee, geriatrician" in texts(app)


def test_a_changed_text_is_not_signed(mine: UserStore, filled: Filled) -> None:
    app = _sign(look("report"))
    app.text_area(key=f"recommendation-{filled.visit_id}").set_value("Strength training.")
    _press(app, "Save the text")
    assert "Preliminary until it is signed." in texts(look("report"))


def test_signing_saves_the_text_that_is_on_the_screen(mine: UserStore, filled: Filled) -> None:
    app = look("report")
    app.text_area(key=f"interpretation-{filled.visit_id}").set_value("Rises slowly.")
    _sign(app)
    details = visits.get(mine, filled.visit_id).details
    assert details.interpretation == "Rises slowly."
    assert details.signature is not None
    assert "Final: signed by" in texts(app)


def test_saving_the_same_text_keeps_the_signature(mine: UserStore, filled: Filled) -> None:
    _press(_sign(look("report")), "Save the text")
    assert visits.get(mine, filled.visit_id).details.signature is not None


@pytest.mark.parametrize("press", [lambda app: _press(app, "Save the text"), _sign])
def test_a_tab_does_not_write_over_what_another_one_saved(
    mine: UserStore, filled: Filled, press: Callable[[AppTest], AppTest]
) -> None:
    app = look("report")
    visits.change(mine, filled.visit_id, {"interpretation": "Of the other tab.", "adverse_events": "A stumble."})
    app.text_area(key=f"interpretation-{filled.visit_id}").set_value("Of this tab.")
    press(app)
    details = visits.get(mine, filled.visit_id).details
    assert (details.interpretation, details.adverse_events) == ("Of the other tab.", "A stumble.")
    assert details.signature is None
    shown = texts(app)
    assert "changed meanwhile" in shown
    assert "Of the other tab." in shown
    assert app.text_area(key=f"interpretation-{filled.visit_id}").value == "Of this tab."
    _press(app, "Save the text")
    details = visits.get(mine, filled.visit_id).details
    assert (details.interpretation, details.adverse_events) == ("Of this tab.", "A stumble.")


def test_nobody_signs_what_another_tab_wrote_unseen(mine: UserStore, filled: Filled) -> None:
    app = look("report")
    visits.change(mine, filled.visit_id, {"interpretation": "Of the other tab."})
    _sign(app)
    assert visits.get(mine, filled.visit_id).details.signature is None
    assert app.text_area(key=f"interpretation-{filled.visit_id}").value == "Of the other tab."


def test_a_signature_of_another_text_does_not_count(mine: UserStore, filled: Filled) -> None:
    _sign(look("report"))
    participants.change(mine, filled.participant_id, study_code="P2", sex=None, birth_year=None, name=None)
    shown = texts(look("report"))
    assert "for another text or study code" in shown
    assert "Final" not in shown


def test_a_signature_of_other_results_does_not_count(mine: UserStore, filled: Filled, tmp_path: Path) -> None:
    visits.sign(mine, filled.visit_id, "Dr Lee", str(runs.get(mine, filled.run_id).summary_sha256))
    finished(mine, runs.again(mine, filled.run_id), made_up(tmp_path / "new results", gait_speed=(1.1, 0.02)))
    shown = texts(look("report"))
    assert "for other results" in shown
    assert "Final" not in shown


def test_the_name_is_printed_only_where_asked_for(mine: UserStore, filled: Filled) -> None:
    participants.change(mine, filled.participant_id, study_code="P1", sex=None, birth_year=None, name="Kim Soon-ja")
    app = look("report")
    (toggle,) = [one for one in app.toggle if "name" in one.label]
    assert toggle.value is False


def test_everything_that_is_taken_away_is_offered_and_a_deidentified_export_holds_no_pdf(
    mine: UserStore, filled: Filled
) -> None:
    app = look("report")
    assert [one.proto.label for one in app.get("download_button")] == [
        "Report (PDF)", "FHIR R4 bundle (JSON)", "All tables and files (zip)",
    ]  # fmt: skip
    app.toggle(key="deidentified").set_value(True).run()
    assert "Report (PDF)" not in [one.proto.label for one in app.get("download_button")]


def test_looking_at_results_is_in_the_audit_log(mine: UserStore, filled: Filled) -> None:
    look("report")
    assert ("saw", "run", filled.run_id) in [(one.action, one.kind, one.object_id) for one in audit.entries(mine)]
