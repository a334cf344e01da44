"""The page of participants."""

from __future__ import annotations

from pathlib import Path

import plotly.io
import pytest

from assessment.store import UserStore, audit, participants, runs, visits
from tests.app.filled_store import Filled, fill
from tests.app.looking import look, texts
from tests.app.made_up import made_up
from tests.assessment.session_builder import build_session


@pytest.fixture
def two_visits(mine: UserStore, tmp_path: Path) -> Filled:
    participants.add(mine, "P1", name="Ada Example", sex="f", birth_year=1948)
    session = build_session(tmp_path, "pick_up")
    slow = made_up(tmp_path / "1", gait_speed=(0.70, 0.03), five_times_sit_to_stand_time=(15.4, 0.9))
    fast = made_up(tmp_path / "2", gait_speed=(1.21, 0.03), five_times_sit_to_stand_time=None)
    fill(mine, session, slow, study_code="P1", visit_date="2026-01-05")
    return fill(mine, session, fast, study_code="P1", visit_date="2026-03-05")


def test_without_participants_the_page_says_what_to_do(mine: UserStore) -> None:
    app = look("participants")
    assert "no participants yet" in texts(app)
    assert not app.dataframe


def test_a_new_participant_is_opened_at_once(mine: UserStore) -> None:
    app = look("participants")
    app.text_input(key="code-new").set_value("P7")
    app.selectbox(key="sex-new").set_value("m")
    app.number_input(key="birth-new").set_value(1950)
    app.text_input(key="name-new").set_value("Ada Example")
    app.button(key="FormSubmitter:person-new-Add").click().run()
    assert not app.exception
    (row,) = participants.find(mine)
    assert (row.study_code, row.sex, row.birth_year, row.name) == ("P7", "m", 1950, "Ada Example")
    assert app.title[0].value == "P7"
    assert "There are no visits yet" in texts(app)
    # Not a word of the person stands in the address.
    assert app.query_params["participant"] == row.id


def test_a_code_that_is_taken_is_refused_with_a_reason(mine: UserStore) -> None:
    participants.add(mine, "P7")
    app = look("participants")
    app.text_input(key="code-new").set_value("P7")
    app.button(key="FormSubmitter:person-new-Add").click().run()
    assert "taken" in app.error[0].value
    assert len(participants.find(mine)) == 1


def test_the_list_shows_the_last_value_that_is_not_withheld(mine: UserStore, two_visits: Filled) -> None:
    row = look("participants").dataframe[0].value.iloc[0]
    assert row["Visits"] == 2
    assert row["Last visit"] == "2026-03-05"
    assert row["Last gait speed"] == "1.21 [1.15, 1.27] m/s"
    assert row["Last five-times sit-to-stand"].startswith("15.4 [")


def test_search_finds_by_code_and_by_name(mine: UserStore, two_visits: Filled) -> None:
    participants.add(mine, "P2", name="Ben Beispiel")
    app = look("participants")
    for text, codes in (("p1", ["P1"]), ("beispiel", ["P2"]), ("", ["P1", "P2"])):
        app.text_input(key="participant-search").set_value(text).run()
        assert not app.exception
        assert list(app.dataframe[0].value["Study code"]) == codes
    app.text_input(key="participant-search").set_value("nobody").run()
    assert "No participant matches" in texts(app)


def test_a_participant_has_visits_in_order_and_how_they_changed(mine: UserStore, two_visits: Filled) -> None:
    app = look("participants", participant=two_visits.participant_id)
    shown = texts(app)
    assert shown.index("2026-01-05") < shown.index("2026-03-05")
    assert "Ada Example" in shown
    # One chart: of the time there is one value only.
    (chart,) = app.get("plotly_chart")
    assert "2026-01-05: 0.70 [0.64, 0.76] m/s" in chart.proto.alt
    assert "Since the previous visit: \\+0.51 m/s: increased, better" in shown
    assert "withheld" in shown


def test_two_visits_of_one_day_are_compared_here_as_on_the_summary(mine: UserStore, tmp_path: Path) -> None:
    """15.0 to 12.0 s: beyond the 2.5 s of one day, within the 4.52 s of two."""
    session = build_session(tmp_path, "pick_up")
    for name, seconds in (("1", 15.0), ("2", 12.0)):
        results = made_up(tmp_path / name, five_times_sit_to_stand_time=(seconds, 0.9))
        filled = fill(mine, session, results, study_code="P1", visit_date="2026-01-05")
    assert "decreased, better" in texts(look("summary", run=filled.run_id))
    app = look("participants", participant=filled.participant_id)
    assert "decreased, better" in texts(app)
    (chart,) = app.get("plotly_chart")
    (line,) = plotly.io.from_json(chart.proto.spec).data
    assert list(line.x) == ["2026-01-05 (1)", "2026-01-05 (2)"]


def test_a_run_that_was_stopped_is_called_that_here_too(mine: UserStore, two_visits: Filled) -> None:
    runs.cancel(mine, runs.again(mine, two_visits.run_id))
    shown = texts(look("participants", participant=two_visits.participant_id))
    assert "stopped" in shown
    assert "cancelled" not in shown


def test_a_visit_leads_to_its_summary(mine: UserStore, two_visits: Filled) -> None:
    app = look("participants", participant=two_visits.participant_id)
    app.button(key=f"summary-{two_visits.run_id}").click().run()
    assert app.query_params["run"] == two_visits.run_id


def test_a_failed_comparison_leaves_the_rest_of_the_page(mine: UserStore, two_visits: Filled, tmp_path: Path) -> None:
    session = build_session(tmp_path / "other", "pick_up")
    somebody_else = made_up(tmp_path / "3", sex="m", gait_speed=(1.3, 0.03))
    fill(mine, session, somebody_else, study_code="P1", visit_date="2026-04-05")
    app = look("participants", participant=two_visits.participant_id)
    assert "not of one person" in texts(app)
    assert len(app.get("plotly_chart")) == 1


def test_what_is_known_can_be_changed(mine: UserStore, two_visits: Filled) -> None:
    key = two_visits.participant_id
    app = look("participants", participant=key)
    app.text_input(key=f"code-{key}").set_value("P9")
    app.text_input(key=f"name-{key}").set_value("")
    app.button(key=f"FormSubmitter:person-{key}-Save").click().run()
    assert not app.exception
    assert app.title[0].value == "P9"
    assert participants.get(mine, key).name is None


def test_deleting_asks_for_the_study_code_and_deletes_everything(mine: UserStore, two_visits: Filled) -> None:
    key = two_visits.participant_id
    app = look("participants", participant=key)
    assert "2 visits" in texts(app)
    assert "2 runs" in texts(app)
    app.text_input(key=f"confirm-{key}").set_value("p1")
    app.button(key=f"FormSubmitter:delete-{key}-Delete for good").click().run()
    assert "Nothing was deleted" in texts(app)
    assert visits.of_participant(mine, key)
    app.text_input(key=f"confirm-{key}").set_value("P1")
    app.button(key=f"FormSubmitter:delete-{key}-Delete for good").click().run()
    assert not app.exception
    assert participants.find(mine) == []
    assert runs.recent(mine) == []
    assert "participant" not in app.query_params
    assert not [path for path in mine.store.files.folder.glob("??/*") if path.is_file()]


def test_one_visit_can_be_deleted_and_the_other_stays(mine: UserStore, two_visits: Filled) -> None:
    app = look("participants", participant=two_visits.participant_id)
    app.button(key=f"delete-visit-{two_visits.visit_id}").click().run()
    assert not app.exception
    (left,) = visits.of_participant(mine, two_visits.participant_id)
    assert left.id != two_visits.visit_id
    assert "1 visit" in texts(app)


def test_looking_at_somebody_is_written_down_once(mine: UserStore, two_visits: Filled) -> None:
    app = look("participants", participant=two_visits.participant_id)
    app.run()
    seen = [entry for entry in audit.entries(mine) if (entry.action, entry.kind) == ("saw", "participant")]
    assert [entry.object_id for entry in seen] == [two_visits.participant_id]


def test_markdown_in_a_code_is_shown_and_not_obeyed(mine: UserStore) -> None:
    key = participants.add(mine, "![a](http://127.0.0.1:9)")
    assert "![a](" not in texts(look("participants", participant=key))
