"""New assessment: recordings come in through one door, nobody's values are taken for another's, and runs start."""

from __future__ import annotations

import zipfile
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.testing.v1 import AppTest

from app.intake.arrival import take_archive
from assessment.store import UserStore, participants, preferences, runs, uploads, visits
from assessment.visit import Preferences
from models.errors import StoreError, UploadRejectedError
from tests.app.filled_store import Filled, fill
from tests.app.intake_forms import (
    change_metadata,
    drop,
    field,
    fresh,
    other_recordings,
    values,
    zipped,
)
from tests.app.looking import own_store, texts
from tests.app.made_up import made_up
from tests.assessment.session_builder import build_session, marker_file


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UserStore:
    return own_store(tmp_path / "home", monkeypatch)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return zipped(build_session(tmp_path, "pick_up"))


def _code(app: AppTest, code: str) -> AppTest:
    return field(app, "study_code").set_value(code).run()


def _visit(mine: UserStore, session: Path, folder: Path, visit_date: str = "2026-03-02") -> Filled:
    return fill(mine, session, made_up(folder / "r", gait_speed=(1.0, 0.1)), study_code="P1", visit_date=visit_date)


def _nothing_left(mine: UserStore) -> bool:
    return not [path for path in (mine.store.home / "work").glob("*") if path.is_dir()]


@pytest.mark.parametrize("content", [b"not a zip", b"PK\x03\x04 cut off"])
def test_what_is_no_archive_gets_one_clear_error(mine: UserStore, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.zip"
    path.write_bytes(content)
    app = drop(fresh(), path)
    assert len(app.error) == 1
    assert "zip" in app.error[0].value.lower()
    assert "session.zip" not in app.error[0].value.replace("\\", "")
    assert _nothing_left(mine)


def test_an_archive_that_would_leave_its_folder_is_refused(mine: UserStore, tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../MarkerData/a.trc", "x")
    app = drop(fresh(), path)
    assert "not safe" in app.error[0].value
    assert _nothing_left(mine)


def test_a_zip_bomb_is_refused(mine: UserStore, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("OpenCapData_x/MarkerData/a.trc", b"0" * 20_000_000)
    app = drop(fresh(), path)
    assert "expands" in app.error[0].value
    assert _nothing_left(mine)


def test_a_wrong_file_does_not_keep_the_right_one_out(tmp_path: Path, archive: Path) -> None:
    wrong = tmp_path / "notes.zip"
    wrong.write_text("not a zip")
    app = drop(fresh(), wrong)
    app = drop(app, archive)
    assert not app.error
    assert values(app, "height_m") == [pytest.approx(1.56)]


def test_an_upload_leaves_nothing_in_memory_or_temporary_folders(mine: UserStore, archive: Path) -> None:
    app = drop(fresh(), archive)
    assert not app.file_uploader
    assert _nothing_left(mine)


@pytest.mark.parametrize("content", [None, b"not a zip"])
def test_streamlit_holds_no_upload_any_longer(
    mine: UserStore, archive: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    manager = MemoryUploadedFileManager("/upload")
    record = UploadedFileRec("one", "session.zip", "application/zip", content or archive.read_bytes())
    manager.add_file("browser", record)
    context = SimpleNamespace(uploaded_file_mgr=manager, session_id="browser")
    monkeypatch.setattr("app.intake.arrival.get_script_run_ctx", lambda: context)
    file = UploadedFile(record, FileURLs())
    with nullcontext() if content is None else pytest.raises(UploadRejectedError):
        take_archive(mine, file)
    assert manager.get_files("browser", ["one"]) == []
    assert file.closed


def test_found_trials_and_missing_answers_are_shown(archive: Path) -> None:
    app = drop(fresh(), archive)
    assert list(app.dataframe[0].value["Trial"]) == ["neutral", "pick_up"]
    assert list(app.dataframe[0].value["Markers"]) == [43, 43]
    assert values(app, "height_m", "age_years") == [pytest.approx(1.56), None]
    assert "from the session's files" in texts(app)
    assert "Loading the page again in the browser empties this form; the recordings stay." in texts(app)


def test_a_folder_passes_the_same_door(tmp_path: Path) -> None:
    session = build_session(tmp_path, "walk")
    app = fresh()
    app.get("button_group")[0].set_value("folder").run()
    files = [
        (path.relative_to(tmp_path).as_posix(), path.read_bytes(), "text/plain")
        for path in session.rglob("*")
        if path.is_file()
    ]
    app.file_uploader[0].set_value(files)
    app.run()
    assert not app.exception
    assert list(app.dataframe[0].value["Trial"]) == ["neutral", "walk"]


def test_the_run_cannot_start_without_height_and_says_so(tmp_path: Path) -> None:
    session = build_session(tmp_path, "pick_up")
    change_metadata(session, height_m="")
    app = _code(drop(fresh(), zipped(session)), "P001")
    assert app.button(key="run").disabled
    assert "The height is missing." in texts(app)
    field(app, "height_m").set_value(1.6).run()
    assert not app.button(key="run").disabled
    assert "The height is missing." not in texts(app)


def test_the_run_cannot_start_without_a_person(archive: Path) -> None:
    app = drop(fresh(), archive)
    assert app.button(key="run").disabled
    assert not _code(app, "P001").button(key="run").disabled


def test_a_code_that_is_taken_is_not_taken_again(mine: UserStore, archive: Path) -> None:
    participants.add(mine, "P001")
    app = _code(drop(fresh(), archive), "P001")
    assert app.button(key="run").disabled
    assert "is taken" in texts(app)


def test_an_unusual_height_is_said_while_typing(archive: Path) -> None:
    app = drop(fresh(), archive)
    assert "unusual" not in texts(app)
    field(app, "height_m").set_value(2.2).run()
    assert "A height of 2.20 m is unusual." in texts(app)


def test_a_run_is_asked_for_with_all_that_was_typed(mine: UserStore, archive: Path) -> None:
    app = _code(drop(fresh(), archive), "P001")
    for name, value in (("age_years", 72.0), ("load_kg", 3.0), ("grip_kg", 22.0), ("seat_height_m", 0.45)):
        field(app, name).set_value(value)
    field(app, "site").set_value("Room 2")
    field(app, "movement-pick_up").set_value("squat")
    app.run()
    app.button(key="run").click().run()
    assert not app.exception
    (run,) = runs.recent(mine)
    assert (run.study_code, run.state) == ("P001", "queued")
    assert run.request.subject.age_years == 72.0
    assert (run.request.settings.load_kg, run.request.settings.seat_height_m) == (3.0, 0.45)
    assert run.request.settings.activities == {"pick_up": "squat"}
    assert run.request.clinical.grip_kg == 22.0
    assert visits.get(mine, run.visit_id).details.site == "Room 2"
    assert app.title[0].value == "Runs"
    assert "P001" in texts(app)


def test_nothing_is_half_there_where_the_store_refuses(
    mine: UserStore, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> str:
        raise StoreError("The disk is full.", hint="Make space.")

    with monkeypatch.context() as full:
        full.setattr(runs, "submit", refuse)
        app = _code(drop(fresh(), archive), "P001")
        app.button(key="run").click().run()
    assert "The disk is full." in texts(app)
    assert participants.find(mine) == []
    # What was uploaded and typed is still there for the next attempt.
    assert field(app, "study_code").value == "P001"
    app.button(key="run").click().run()
    assert [run.study_code for run in runs.recent(mine)] == ["P001"]


def test_a_queue_that_is_not_served_loses_nothing(
    mine: UserStore, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise StoreError("The runs cannot be started.", hint="Ask the administrator.")

    monkeypatch.setattr("app.intake.start.ensure_runner", refuse)
    app = _code(drop(fresh(), archive), "P001")
    app.button(key="run").click().run()
    assert "The runs cannot be started." in texts(app)
    assert [(run.study_code, run.state) for run in runs.recent(mine)] == [("P001", "queued")]


def test_a_known_person_gets_no_visit_without_a_run(
    mine: UserStore, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    participant_id = participants.add(mine, "P1")

    def refuse(*_: object) -> str:
        raise StoreError("The disk is full.", hint="Make space.")

    monkeypatch.setattr(runs, "submit", refuse)
    app = drop(fresh(participant=participant_id), archive)
    app.button(key="run").click().run()
    assert "The disk is full." in texts(app)
    assert [row.n_visits for row in participants.find(mine)] == [0]


def test_a_second_upload_of_the_same_name_is_another_person(tmp_path: Path) -> None:
    archives = []
    for name, trial, height, mass in (("one", "pick_up", "1.78", "72"), ("two", "walk", "", "60")):
        session = build_session(tmp_path / name, trial)
        change_metadata(session, height_m=height, mass_kg=mass)
        archives.append(zipped(session))
    app = drop(fresh(), archives[0])
    assert values(app, "height_m", "mass_kg") == [1.78, 72.0]
    field(app, "age_years").set_value(80.0)
    app.run()
    app = drop(other_recordings(app), archives[1])
    assert list(app.dataframe[0].value["Trial"]) == ["neutral", "walk"]
    assert values(app, "height_m", "mass_kg", "age_years") == [None, 60.0, None]


def test_the_same_file_given_again_is_asked_about_anew(archive: Path) -> None:
    app = drop(fresh(), archive)
    field(app, "age_years").set_value(80.0)
    _code(app, "P001")
    app = drop(other_recordings(app), archive)
    assert values(app, "age_years", "study_code") == [None, ""]


def test_another_participant_does_not_inherit_what_was_typed(mine: UserStore, archive: Path) -> None:
    first, second = participants.add(mine, "P001", sex="f"), participants.add(mine, "P002", birth_year=1950)
    app = drop(fresh(), archive)
    app.get("button_group")[0].set_value("known").run()
    field(app, "participant").set_value(first).run()
    field(app, "age_years").set_value(80.0)
    field(app, "mass_kg").set_value(70.0)
    app.run()
    field(app, "participant").set_value(second).run()
    assert field(app, "mass_kg").value == 58.0
    assert field(app, "age_years").value == field(app, "visit_date").value.year - 1950


def test_the_example_after_an_upload_brings_its_own_person(tmp_path: Path) -> None:
    session = build_session(tmp_path, "pick_up")
    change_metadata(session, height_m="1.78", mass_kg="72", sex="m")
    app = other_recordings(drop(fresh(), zipped(session)))
    app.get("button_group")[0].set_value("example").run()
    app.button(key="example").click().run()
    names = ("height_m", "mass_kg", "sex", "age_years", "seat_height_m", "study_code")
    assert values(app, *names) == [1.56, 58.0, "f", 72.0, 0.43, "EXAMPLE"]
    assert "of the example" in [caption.value for caption in app.caption]
    assert "Synthetic data" in texts(app)
    assert not app.button(key="run").disabled


def test_markdown_in_a_file_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    session = build_session(tmp_path, "pick_up")
    change_metadata(session, height_m='"![a](http://127.0.0.1:9/x.png)"')
    marker_file(session, "pick_up").rename(marker_file(session, "b[x](http:__y)"))
    app = drop(fresh(), zipped(session))
    shown = "\n".join(str(one.value) for one in (*app.markdown, *app.caption, *app.warning))
    assert "127.0.0.1:9" in shown
    assert "![a](" not in shown
    assert "b[x](" not in shown


def test_what_is_typed_for_a_code_is_not_obeyed(mine: UserStore, archive: Path) -> None:
    participants.add(mine, "![a](x)")
    app = _code(drop(fresh(), archive), "![a](x)")
    assert "![a](" not in "\n".join(str(one.value) for one in app.markdown)


def test_recordings_that_are_known_lead_to_their_visit(mine: UserStore, tmp_path: Path, archive: Path) -> None:
    session = tmp_path / "OpenCapData_small"
    filled = fill(
        mine, session, made_up(tmp_path / "r", gait_speed=(1.0, 0.1)), study_code="P1", visit_date="2026-03-02"
    )
    app = drop(fresh(), archive)
    assert "in the store already: P1, 2026-03-02" in texts(app)
    assert not [one for one in app.text_input if one.key.startswith("study_code")]
    app.button(key="run").click().run()
    assert not app.exception
    newest, _ = runs.recent(mine)
    assert newest.visit_id == filled.visit_id
    assert newest.request == runs.get(mine, filled.run_id).request
    assert len(visits.of_participant(mine, filled.participant_id)) == 1


def test_known_recordings_may_be_another_visit(mine: UserStore, tmp_path: Path, archive: Path) -> None:
    session = tmp_path / "OpenCapData_small"
    _visit(mine, session, tmp_path)
    app = drop(fresh(), archive)
    app.get("button_group")[0].set_value("other").run()
    # The same recordings are of the same person; whoever knows better can say so.
    assert not app.button(key="run").disabled
    app.get("button_group")[1].set_value("new").run()
    _code(app, "P2")
    app.button(key="run").click().run()
    assert {row.study_code for row in participants.find(mine)} == {"P1", "P2"}


def test_a_run_again_with_the_same_answers_keeps_the_signature(mine: UserStore, tmp_path: Path, archive: Path) -> None:
    session = tmp_path / "OpenCapData_small"
    filled = fill(
        mine, session, made_up(tmp_path / "r", gait_speed=(1.0, 0.1)), study_code="P1", visit_date="2026-03-02"
    )
    visits.sign(mine, filled.visit_id, "Dr. A", str(runs.get(mine, filled.run_id).summary_sha256))
    app = drop(fresh(), archive)
    app.button(key="run").click().run()
    assert visits.get(mine, filled.visit_id).details.signature is not None
    app = drop(fresh(), archive)
    field(app, "footwear").set_value("barefoot").run()
    app.button(key="run").click().run()
    assert visits.get(mine, filled.visit_id).details.footwear == "barefoot"
    assert visits.get(mine, filled.visit_id).details.signature is None


def test_a_run_again_does_not_write_over_what_another_tab_saved(mine: UserStore, tmp_path: Path, archive: Path) -> None:
    session = tmp_path / "OpenCapData_small"
    filled = fill(
        mine, session, made_up(tmp_path / "r", gait_speed=(1.0, 0.1)), study_code="P1", visit_date="2026-03-02"
    )
    app = drop(fresh(), archive)
    visits.change(mine, filled.visit_id, {"interpretation": "Of the report page."})
    visits.change(mine, filled.visit_id, {"footwear": "clogs"})
    field(app, "pain").set_value("left knee").run()
    app.button(key="run").click().run()
    assert "changed meanwhile" in texts(app)
    details = visits.get(mine, filled.visit_id).details
    assert (details.interpretation, details.footwear, details.pain) == ("Of the report page.", "clogs", "")
    assert len(runs.recent(mine)) == 1


def test_the_last_visit_proposes_height_sex_and_age_but_no_mass(mine: UserStore, tmp_path: Path) -> None:
    filled = _visit(mine, build_session(tmp_path / "1", "walk"), tmp_path, "2020-03-02")
    session = build_session(tmp_path / "2", "pick_up")
    change_metadata(session, height_m="", mass_kg="", sex="")
    before = runs.get(mine, filled.run_id).request.subject
    assert before.age_years is not None
    app = drop(fresh(participant=filled.participant_id), zipped(session))
    field(app, "visit_date").set_value("2025-03-03")
    app.run()
    height, mass, sex, age = values(app, "height_m", "mass_kg", "sex", "age_years")
    assert (height, mass, sex) == (before.height_m, None, before.sex)
    assert age == before.age_years + 5
    assert "from the last visit, 2020-03-02" in texts(app)


def test_who_was_looked_at_is_not_taken_for_who_was_recorded(mine: UserStore, tmp_path: Path, archive: Path) -> None:
    filled = _visit(mine, build_session(tmp_path / "1", "walk"), tmp_path, "2020-03-02")
    app = drop(fresh(participant=filled.participant_id, run=filled.run_id), archive)
    assert field(app, "study_code").value == ""


def _two_sessions(folder: Path) -> Path:
    for number, trial in enumerate(("walk", "pick_up")):
        session = build_session(folder / str(number), trial)
        change_metadata(session, height_m="1.78" if number == 0 else "")
        session.rename(folder / f"OpenCapData_s{number}")
        (folder / str(number)).rmdir()
    return zipped(folder)


def test_several_sessions_are_a_visit_each(mine: UserStore, tmp_path: Path) -> None:
    app = drop(fresh(), _two_sessions(tmp_path / "holder"))
    assert len(app.dataframe) == 2  # trials and markers of the one that is chosen
    chooser = field(app, "sessions")
    chooser.select(chooser.options[1]).run()
    field(app, "height_m").set_value(1.6)
    _code(app, "P001")
    app.button(key="run").click().run()
    assert not app.exception
    (participant,) = participants.find(mine)
    assert participant.n_visits == 2
    assert len(runs.recent(mine)) == 2


def test_another_session_of_an_archive_may_be_another_person(tmp_path: Path) -> None:
    app = drop(fresh(), _two_sessions(tmp_path / "holder"))
    assert field(app, "height_m").value == 1.78
    field(app, "age_years").set_value(80.0)
    _code(app, "P001")
    chooser = field(app, "sessions")
    chooser.set_value([chooser.options[1]]).run()
    assert values(app, "height_m", "age_years", "study_code") == [None, None, ""]


def test_an_upload_nobody_used_goes_with_its_files(mine: UserStore, archive: Path) -> None:
    app = drop(fresh(), archive)
    assert uploads.get(mine, app.query_params["upload"])
    other_recordings(app)
    assert not mine.store.files.all_hashes()


def test_height_is_asked_in_the_user_s_unit(mine: UserStore, archive: Path) -> None:
    preferences.put(mine, Preferences(height_unit="cm"))
    app = _code(drop(fresh(), archive), "P001")
    assert field(app, "height_cm").value == 156.0
    app.button(key="run").click().run()
    (run,) = runs.recent(mine)
    assert run.request.subject.height_m == pytest.approx(1.56)


def test_who_may_not_assess_is_told(mine: UserStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessment.store.may", lambda role, permission: permission != "assess")
    app = fresh()
    assert not app.file_uploader


def test_the_page_is_drawn_in_korean(mine: UserStore, archive: Path) -> None:
    preferences.put(mine, Preferences(language="ko"))
    app = drop(fresh(), archive)
    assert values(app, "height_m") == [pytest.approx(1.56)]


def test_a_session_from_the_server_needs_an_id() -> None:
    app = fresh()
    app.get("button_group")[0].set_value("server").run()
    app.text_input(key="server-session").set_value("https://app.opencap.ai/session/")
    next(one for one in app.button if one.label == "Fetch the session").click().run()
    assert not app.exception
    assert "no session id" in app.error[0].value


def test_a_session_from_the_server_arrives_and_its_password_goes(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {}

    def download(session_id: str, out: Path, **options: object) -> Path:
        asked.update(options, session_id=session_id, login=options["ask"]())  # type: ignore[operator]
        return Path(archive.rename(out / "OpenCapData_x.zip"))

    monkeypatch.setattr("app.intake.arrival.download", download)
    app = fresh()
    app.get("button_group")[0].set_value("server").run()
    identifier = "8c2f6a0e-0000-4000-8000-000000000001"
    app.text_input(key="server-session").set_value(f"https://app.opencap.ai/session/{identifier}")
    app.text_input(key="server-user").set_value("ada")
    app.text_input(key="server-password").set_value("secret!")
    next(one for one in app.button if one.label == "Fetch the session").click().run()
    assert not app.exception
    assert (asked["session_id"], asked["login"], asked["from_environment"]) == (identifier, ("ada", "secret!"), False)
    assert list(app.dataframe[0].value["Trial"]) == ["neutral", "pick_up"]
    assert "server-password" not in app.session_state


def test_a_follow_up_is_of_the_person_it_was_asked_for(mine: UserStore, archive: Path) -> None:
    first, second = participants.add(mine, "P001"), participants.add(mine, "P002")
    app = drop(fresh(participant=first), archive)
    assert field(app, "participant").value == first
    app.switch_page("app/pages/runs.py").run()
    app.query_params["participant"] = second
    app.switch_page("app/pages/new_assessment.py").run()
    assert not app.exception
    assert field(app, "participant").value == second
