"""Stores to test with: every test that takes one runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from assessment.store import Store, UserStore, open_store
from tests.assessment.postgresql import programs, server

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of the databases of a PostgreSQL server that lives as long as the tests."""
    bin_folder = programs()
    if bin_folder is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    with server(bin_folder) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return str(request.param)


@pytest.fixture
def new_url(kind: str, request: pytest.FixtureRequest) -> Callable[[Path], str]:
    """Makes an empty database for a store in a folder, and gives its address."""

    def make(home: Path) -> str:
        home.mkdir(parents=True, exist_ok=True)
        if kind == "sqlite":
            return f"sqlite:///{home / 'sarcoscope.sqlite'}"
        address = request.getfixturevalue("postgresql")
        name = f"store{next(_numbers)}"
        with psycopg.connect(address.format(name="postgres").replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return str(address.format(name=name))

    return make


@pytest.fixture
def store(new_url: Callable[[Path], str], tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    home = tmp_path / "home"
    opened = open_store(home, new_url(home))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def mine(store: Store) -> UserStore:
    """The store as one user sees it."""
    return store.for_user("one", "Dr One", "clinician")


@pytest.fixture
def theirs(store: Store) -> UserStore:
    """The same store as another user sees it."""
    return store.for_user("two", "Dr Two", "clinician")
