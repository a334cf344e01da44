"""Participants, visits, preferences and the audit log: what each action does, and what it tells nobody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from assessment.store import Store, UserStore, audit, participants, preferences, runs, uploads, visits
from assessment.store.tables import AuditEntry, Participant, ParticipantName, now
from assessment.visit import Preferences, signature_state
from models.errors import AccessError, StoreError
from tests.assessment.filling import REQUEST, small_session, with_results, with_visit


def test_participants_are_added_found_changed(mine: UserStore) -> None:
    participants.add(mine, "P2")
    first = participants.add(mine, " P1 ", sex="f", birth_year=1950, name="Hong Gildong")
    assert [row.study_code for row in participants.find(mine)] == ["P1", "P2"]
    assert [row.id for row in participants.find(mine, "gild")] == [first]
    participants.change(mine, first, study_code="P9", sex="m", birth_year=None, name="")
    row = participants.get(mine, first)
    assert (row.study_code, row.sex, row.birth_year, row.name) == ("P9", "m", None, None)


@pytest.mark.parametrize("code", ["", "  ", "P\n1", "x" * 41])
def test_a_study_code_is_short_and_printable(mine: UserStore, code: str) -> None:
    with pytest.raises(StoreError, match="1 to 40"):
        participants.add(mine, code)


@pytest.mark.parametrize("code", ["=1+1", "+P1", "-P1", "@P1"])
def test_a_study_code_is_no_formula_of_a_spreadsheet(mine: UserStore, code: str) -> None:
    with pytest.raises(StoreError, match="must not begin with"):
        participants.add(mine, code)


def test_a_study_code_is_given_once_by_each_user(mine: UserStore, theirs: UserStore) -> None:
    participants.add(mine, "P1")
    participants.add(theirs, "P1")
    with pytest.raises(StoreError, match="taken"):
        participants.add(mine, "P1")
    with pytest.raises(StoreError, match="taken"):
        participants.add(mine, " p1")
    other = participants.add(mine, "P2")
    with pytest.raises(StoreError, match="taken"):
        participants.change(mine, other, study_code="p1", sex=None, birth_year=None, name=None)
    participants.change(mine, other, study_code="p2", sex=None, birth_year=None, name=None)


def test_a_name_stands_in_its_own_table_for_those_who_may_see_it(store: Store, mine: UserStore) -> None:
    participant_id = participants.add(mine, "P1", name="Hong Gildong")
    researcher = store.for_user("one", "Dr One", "researcher")
    assert participants.get(researcher, participant_id).name is None
    assert participants.find(researcher, "Gildong") == []
    participants.change(researcher, participant_id, study_code="P2", sex=None, birth_year=None, name=None)
    assert participants.get(mine, participant_id).name == "Hong Gildong"
    with pytest.raises(AccessError):
        participants.add(researcher, "P3", name="Kim")
    with store.reading() as session:
        assert "Hong" not in repr(session.exec(select(Participant)).all())
        assert [one.name for one in session.exec(select(ParticipantName))] == ["Hong Gildong"]


def test_another_user_is_as_if_there_were_nothing(mine: UserStore, theirs: UserStore, tmp_path: Path) -> None:
    filled = with_results(mine, tmp_path)
    visit = visits.get(mine, filled.visit_id)
    run, visit_id, person = filled.run_id, filled.visit_id, filled.participant_id
    refused = [
        lambda: participants.get(theirs, person),
        lambda: participants.change(theirs, person, study_code="X", sex=None, birth_year=None, name=None),
        lambda: participants.delete(theirs, person),
        lambda: uploads.get(theirs, visit.upload_id),
        lambda: visits.add(theirs, person, visit.upload_id, visit.session_path, {}),
        lambda: visits.add(theirs, participants.add(theirs, "X"), visit.upload_id, visit.session_path, {}),
        lambda: visits.get(theirs, visit_id),
        lambda: visits.of_participant(theirs, person),
        lambda: visits.change(theirs, visit_id, {"site": "x"}),
        lambda: visits.sign(theirs, visit_id, "Dr Two", "0" * 64),
        lambda: visits.delete(theirs, visit_id),
        lambda: runs.submit(theirs, visit_id, REQUEST),
        lambda: runs.again(theirs, run),
        lambda: runs.cancel(theirs, run),
        lambda: runs.delete(theirs, run),
        lambda: runs.get(theirs, run),
        lambda: runs.recent(theirs, participant_id=person),
        lambda: runs.results_of(theirs, person),
        lambda: runs.folder(theirs, run),
        lambda: runs.summary(theirs, run),
    ]
    for action in refused:
        with pytest.raises(StoreError, match="There is no such"):
            action()
    assert runs.recent(theirs) == []
    assert "P1" not in [row.study_code for row in participants.find(theirs)]
    uploads.discard(theirs, visit.upload_id)
    assert runs.get(mine, run).state == "done"
    assert participants.get(mine, person).study_code == "P1"
    # The same recordings of another user are an upload of their own, and tell nothing of the first one's visits.
    received = uploads.receive(theirs, small_session(tmp_path / "again", "markers of P1 at 1.1"))
    assert received.id != visit.upload_id
    assert received.seen_visits == ()


def test_a_signature_does_not_outlive_a_change(mine: UserStore, tmp_path: Path) -> None:
    filled = with_results(mine, tmp_path)
    sha256 = runs.get(mine, filled.run_id).summary_sha256
    assert sha256 is not None
    visits.sign(mine, filled.visit_id, "Dr One", sha256)
    signature = visits.get(mine, filled.visit_id).details.signature
    assert signature is not None
    assert signature.summary_sha256 == sha256
    visits.change(mine, filled.visit_id, {"interpretation": "Another text."})
    details = visits.get(mine, filled.visit_id).details
    assert details.signature is None
    assert details.visit_date is not None
    with pytest.raises(StoreError, match="no results of this visit"):
        visits.sign(mine, filled.visit_id, "Dr One", "0" * 64)


def test_a_change_of_what_was_not_seen_is_refused(mine: UserStore, tmp_path: Path) -> None:
    filled = with_results(mine, tmp_path)
    sha256 = str(runs.get(mine, filled.run_id).summary_sha256)
    seen = visits.get(mine, filled.visit_id).details
    visits.change(mine, filled.visit_id, {"interpretation": "Of one tab."}, expected=seen)
    with pytest.raises(StoreError, match="changed meanwhile"):
        visits.change(mine, filled.visit_id, {"recommendation": "Of the other tab."}, expected=seen)
    with pytest.raises(StoreError, match="changed meanwhile"):
        visits.sign(mine, filled.visit_id, "Dr One", sha256, expected=seen)
    details = visits.get(mine, filled.visit_id).details
    assert (details.interpretation, details.recommendation, details.signature) == ("Of one tab.", "", None)
    visits.sign(mine, filled.visit_id, "Dr One", sha256, expected=details)
    signed = visits.get(mine, filled.visit_id).details
    assert signature_state(signed, sha256) == "valid"
    visits.change(mine, filled.visit_id, {"interpretation": "Of one tab."}, expected=signed)
    assert visits.get(mine, filled.visit_id).details == signed


def test_a_signature_needs_the_role_and_a_name_and_is_never_slipped_in(
    store: Store, mine: UserStore, tmp_path: Path
) -> None:
    filled = with_results(mine, tmp_path)
    sha256 = str(runs.get(mine, filled.run_id).summary_sha256)
    with pytest.raises(AccessError):
        visits.sign(store.for_user("one", "Dr One", "researcher"), filled.visit_id, "Dr One", sha256)
    with pytest.raises(StoreError, match="needs a name"):
        visits.sign(mine, filled.visit_id, " ", sha256)
    forged = {"signature": {"signer": "Dr No", "signed_at": "2026-01-05T00:00:00Z", "summary_sha256": sha256}}
    visit = visits.get(mine, filled.visit_id)
    second = visits.add(mine, filled.participant_id, visit.upload_id, visit.session_path, forged)
    visits.change(mine, filled.visit_id, forged)
    assert visits.get(mine, second).details.signature is None
    assert visits.get(mine, filled.visit_id).details.signature is None


def test_what_a_visit_does_not_know_is_refused_by_name(mine: UserStore, tmp_path: Path) -> None:
    visit_id = with_visit(mine, tmp_path)
    with pytest.raises(StoreError, match="walk_length_m"):
        visits.change(mine, visit_id, {"walk_length_m": -1})
    with pytest.raises(StoreError, match="name"):
        visits.change(mine, visit_id, {"name": "Hong Gildong"})


def test_visits_go_by_their_date_and_follow_the_code(mine: UserStore, tmp_path: Path) -> None:
    participant_id = participants.add(mine, "P1")
    received = uploads.receive(mine, small_session(tmp_path))
    for day in ("2026-03-01", "2025-03-01"):
        visits.add(mine, participant_id, received.id, received.sessions[0], {"visit_date": day})
    participants.change(mine, participant_id, study_code="P7", sex=None, birth_year=None, name=None)
    rows = visits.of_participant(mine, participant_id)
    assert [str(row.visit_date) for row in rows] == ["2025-03-01", "2026-03-01"]
    assert {row.details.study_code for row in rows} == {"P7"}
    row = participants.get(mine, participant_id)
    assert (row.n_visits, str(row.last_visit)) == (2, "2026-03-01")


def test_what_is_seen_again_and_again_is_written_once_an_hour(
    store: Store, mine: UserStore, theirs: UserStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _time in range(3):
        audit.record_seen(mine, "run", "one")
    audit.record_seen(mine, "run", "two")
    audit.record_seen(theirs, "run", "one")
    monkeypatch.setattr(audit, "now", lambda: now() + timedelta(minutes=61))
    audit.record_seen(mine, "run", "one")
    entries = audit.entries(store.for_user("admin", "Admin", "admin"))
    assert [(entry.user_id == mine.user_id, entry.object_id) for entry in reversed(entries)] == [
        (True, "one"), (True, "two"), (False, "one"), (True, "one"),
    ]  # fmt: skip


def test_everything_leaves_a_trace_that_tells_nothing_of_the_person(
    store: Store, mine: UserStore, tmp_path: Path
) -> None:
    filled = with_results(mine, tmp_path, "SECRETCODE")
    participants.change(mine, filled.participant_id, study_code="SECRETCODE", sex="f", birth_year=1951, name="Hong")
    visits.change(mine, filled.visit_id, {"interpretation": "secret text"})
    visits.sign(mine, filled.visit_id, "Dr One", str(runs.get(mine, filled.run_id).summary_sha256))
    runs.cancel(mine, runs.again(mine, filled.run_id))
    audit.record(mine, "saw", "run", filled.run_id)
    runs.delete(mine, filled.run_id)
    visits.delete(mine, filled.visit_id)
    participants.delete(mine, filled.participant_id)
    with pytest.raises(AccessError):
        audit.entries(mine)
    entries = audit.entries(store.for_user("admin", "Admin", "admin"))
    done = [(entry.action, entry.kind) for entry in reversed(entries)]
    assert done == [
        ("added", "participant"),
        ("added", "upload"),
        ("added", "visit"),
        ("ran", "run"),
        ("changed", "name"),
        ("changed", "participant"),
        ("changed", "visit"),
        ("signed", "visit"),
        ("ran", "run"),
        ("cancelled", "run"),
        ("saw", "run"),
        ("deleted", "run"),
        ("deleted", "visit"),
        ("deleted", "participant"),
    ]
    with store.reading() as session:
        text = repr([entry.model_dump() for entry in session.exec(select(AuditEntry))])
    assert {entry.user_label for entry in entries} == {"Dr One"}
    for secret in ("SECRETCODE", "Hong", "1951", "secret text"):
        assert secret not in text


def test_preferences_are_each_user_s_own(mine: UserStore, theirs: UserStore, store: Store) -> None:
    preferences.put(mine, Preferences(language="ko", height_unit="cm"))
    assert preferences.get(store.for_user("one", "Dr One", "clinician")).language == "ko"
    assert preferences.get(theirs) == Preferences()


def test_the_visit_before_is_the_one_to_compare_with(mine: UserStore, tmp_path: Path) -> None:
    first = with_results(mine, tmp_path, speed=1.0)
    second = with_results(mine, tmp_path, speed=1.2)
    visits.change(mine, first.visit_id, {"visit_date": "2025-01-05"})
    assert [run.id for run in runs.results_of(mine, first.participant_id)] == [first.run_id, second.run_id]
    before = runs.previous(mine, runs.get(mine, second.run_id))
    assert before is not None
    assert before.id == first.run_id
    assert runs.previous(mine, runs.get(mine, first.run_id)) is None
