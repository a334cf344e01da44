"""Folders of cohorts that users opened: each user's own, known by ids."""

from __future__ import annotations

from pathlib import Path

import pytest

from assessment.store import Store, UserStore, cohorts
from models.errors import AccessError, StoreError


@pytest.fixture
def researcher(store: Store) -> UserStore:
    return store.for_user("three", "Dr Three", "researcher")


def test_a_folder_keeps_its_id_and_the_last_one_opened_comes_first(researcher: UserStore) -> None:
    first, second = (cohorts.remember(researcher, Path(name)) for name in ("/data/Ada Example", "/data/two"))
    assert list(cohorts.known(researcher)) == [second, first]
    assert cohorts.remember(researcher, Path("/data/Ada Example")) == first
    assert cohorts.known(researcher) == {first: Path("/data/Ada Example"), second: Path("/data/two")}
    assert list(cohorts.known(researcher)) == [first, second]
    assert "Ada" not in first


def test_folders_of_others_are_as_if_there_were_none(researcher: UserStore, store: Store) -> None:
    other = store.for_user("four", "Dr Four", "admin")
    mine = cohorts.remember(researcher, Path("/data/one"))
    assert cohorts.known(other) == {}
    assert cohorts.remember(other, Path("/data/one")) != mine
    with pytest.raises(StoreError, match="no such cohort"):
        cohorts.forget(other, mine)
    cohorts.forget(researcher, mine)
    assert cohorts.known(researcher) == {}
    assert len(cohorts.known(other)) == 1


def test_clinicians_open_none(mine: UserStore) -> None:
    for refused in (lambda: cohorts.known(mine), lambda: cohorts.remember(mine, Path("/data/one"))):
        with pytest.raises(AccessError, match="open cohorts"):
            refused()
