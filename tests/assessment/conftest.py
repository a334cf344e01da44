"""Stores to test with: every test that takes one runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial
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


def _server(address: str) -> psycopg.Connection[object]:
    return psycopg.connect(address.format(name="postgres").replace("+psycopg", ""), autocommit=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return str(request.param)


@pytest.fixture
def url_of(request: pytest.FixtureRequest) -> Iterator[Callable[[str, Path], str]]:
    """Makes an empty database of a kind for a store in a folder, and gives its address."""

    def make(kind: str, home: Path) -> str:
        home.mkdir(parents=True, exist_ok=True)
        if kind == "sqlite":
            return f"sqlite:///{home / 'sarcoscope.sqlite'}"
        address = request.getfixturevalue("postgresql")
        made.append(f"store{next(_numbers)}")
        with _server(address) as connection:
            connection.execute(f"CREATE DATABASE {made[-1]}")
        return str(address.format(name=made[-1]))

    made: list[str] = []
    yield make
    for name in made:
        with _server(request.getfixturevalue("postgresql")) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def new_url(kind: str, url_of: Callable[[str, Path], str]) -> Callable[[Path], str]:
    """The same, of the kind that the test runs on."""
    return partial(url_of, kind)


@pytest.fixture
def elsewhere(kind: str, url_of: Callable[[str, Path], str], tmp_path: Path) -> Iterator[Store]:
    """Another empty store, on the other kind of database."""
    home = tmp_path / "elsewhere"
    opened = open_store(home, url_of("postgresql" if kind == "sqlite" else "sqlite", home))
    yield opened
    opened.engine.dispose()


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
