"""Uploads: the same recordings in any packing are one; what is not accepted leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from assessment.store import UserStore, participants, uploads, visits
from models.errors import SarcoscopeError, StoreError
from tests.assessment.filling import everything_below, recordings, small_session, zipped

FILES: dict[str, str | bytes] = {
    "MarkerData/walk.trc": "markers of a walk",
    "sessionMetadata.yaml": "mass_kg: 60\n",
}
VIDEO: dict[str, str | bytes] = {"Videos/Cam0/walk.mov": b"film", "Videos/mappingCamDevice.pickle": b"cos\nsystem"}


def below(folder: str, files: dict[str, str | bytes]) -> dict[str, str | bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}


def test_the_same_recordings_are_recognised_in_any_packing(mine: UserStore, tmp_path: Path) -> None:
    folder = small_session(tmp_path)
    first = uploads.receive(mine, folder)
    (folder / "Videos").mkdir()
    (folder / "Videos" / "walk.mov").write_bytes(b"film")
    again = [
        folder,
        zipped(tmp_path / "1" / uploads.ARCHIVE_NAME, below("OpenCapData_small", FILES)),
        zipped(tmp_path / "2" / uploads.ARCHIVE_NAME, below("OpenCapData_other_name", FILES | VIDEO)),
        zipped(tmp_path / "3" / uploads.ARCHIVE_NAME, FILES),
        zipped(tmp_path / "4" / uploads.ARCHIVE_NAME, below("a/b", FILES) | {"__MACOSX/a/b/._walk.trc": b"fork"}),
    ]
    assert {uploads.receive(mine, one).id for one in again} == {first.id}
    assert b"film" not in everything_below(mine.store.home)
    visit_id = visits.add(mine, participants.add(mine, "P1"), first.id, first.sessions[0], {})
    assert uploads.receive(mine, folder).seen_visits == (visit_id,)
    assert uploads.receive(mine, small_session(tmp_path / "other", "other markers")).id != first.id
    assert list((mine.store.home / "work").iterdir()) == []


def test_the_name_of_a_folder_that_may_be_a_person_s_is_not_kept(mine: UserStore, tmp_path: Path) -> None:
    uploads.receive(mine, small_session(tmp_path, name="Hong Gildong"))
    assert b"Gildong" not in everything_below(mine.store.home)


def test_an_upload_may_hold_several_sessions(mine: UserStore, tmp_path: Path) -> None:
    archive = zipped(tmp_path / uploads.ARCHIVE_NAME, below("A/OpenCapData_1", FILES) | below("B/OpenCapData_1", FILES))
    received = uploads.receive(mine, archive)
    assert len(set(received.sessions)) == 2
    found = recordings(mine, received.id, tmp_path / "laid out")
    assert [found[f"{path}/MarkerData/walk.trc"] for path in received.sessions] == [b"markers of a walk"] * 2
    participant_id = participants.add(mine, "P1")
    for path in received.sessions:
        visits.add(mine, participant_id, received.id, path, {})
    with pytest.raises(StoreError, match="no such upload"):
        visits.add(mine, participant_id, received.id, "0/another", {})


@pytest.mark.parametrize(
    "files",
    [
        {"../outside.trc": "x", **FILES},
        {"bomb.trc": b"0" * 20_000_000, **FILES},
        {"notes.txt": "no session"},
        {"photo.jpg": b"picture"},
    ],
    ids=["escaping", "bomb", "no session", "nothing to read"],
)
def test_a_hostile_archive_leaves_nothing_behind(
    mine: UserStore, tmp_path: Path, files: dict[str, str | bytes]
) -> None:
    with pytest.raises(SarcoscopeError) as refused:
        uploads.receive(mine, zipped(tmp_path / uploads.ARCHIVE_NAME, files))
    assert refused.value.hint
    assert list((mine.store.home / "work").iterdir()) == []
    assert mine.store.files.all_hashes() == set()
    assert not (mine.store.home / "outside.trc").exists()


def test_a_wrong_file_is_no_archive(mine: UserStore, tmp_path: Path) -> None:
    wrong = tmp_path / uploads.ARCHIVE_NAME
    wrong.write_bytes(b"%PDF-1.4 no archive")
    with pytest.raises(SarcoscopeError, match="not a whole zip"):
        uploads.receive(mine, wrong)


def test_an_upload_without_a_visit_can_be_discarded(mine: UserStore, tmp_path: Path) -> None:
    received = uploads.receive(mine, small_session(tmp_path, "forgotten markers"))
    used = uploads.receive(mine, small_session(tmp_path / "used", "used markers"))
    visits.add(mine, participants.add(mine, "P1"), used.id, used.sessions[0], {})
    uploads.discard(mine, received.id)
    uploads.discard(mine, used.id)
    assert b"forgotten markers" not in everything_below(mine.store.home)
    assert uploads.get(mine, used.id)
