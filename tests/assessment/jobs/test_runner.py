"""Runner and children as processes: what is killed is closed with its reason, and everything queued is served."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from assessment.jobs import ensure_runner
from assessment.store import Store, UserStore, runs
from tests.assessment.filling import queued
from tests.assessment.jobs.made_up_runner import command


@pytest.fixture
def home(store: Store) -> Iterator[Path]:
    """The store's folder; every process that wrote its number there is gone in the end."""
    yield store.home
    for pid in [*pids(store.home, "runners"), *pids(store.home)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def pids(home: Path, name: str = "pids") -> list[int]:
    path = home / name
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def lives(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "waited for half a minute"
        time.sleep(0.05)


def polled(mine: UserStore, **settings: float) -> bool:
    """What a page does while it is open. A killed runner's lock may outlive it by a moment."""
    ensure_runner(mine.store, command(**settings))
    return True


def is_(mine: UserStore, run_id: str, *states: str) -> bool:
    return runs.get(mine, run_id).state in states


def test_what_dies_fails_with_its_reason_and_can_be_run_again(
    home: Path, mine: UserStore, theirs: UserStore, tmp_path: Path
) -> None:
    (home / "what").write_text("die")
    run_id = queued(mine, tmp_path)
    for _ in range(5):  # as many pages do at once
        ensure_runner(mine.store, command())
    wait_until(lambda: is_(mine, run_id, "failed"))
    error = runs.get(mine, run_id).error
    assert error is not None
    assert "SIGKILL" in error.message
    assert "Run it again" in error.hint
    assert not (home / "work" / run_id).exists()

    (home / "what").write_text("done")
    second, other = runs.again(mine, run_id), queued(theirs, tmp_path, "P2")
    wait_until(lambda: is_(mine, second, "done") and is_(theirs, other, "done"))
    assert runs.summary(theirs, other).session == "made-up"
    assert [one.name for one in runs.get(mine, second).trials] == ["walk"]
    assert len(pids(home, "runners")) == 1
    log = (home / "logs" / "runs.log").read_text()
    assert f"{run_id} exit code -9" in log
    assert f"{second} exit code 0" in log


def test_a_cancelled_run_ends_with_all_its_processes(home: Path, mine: UserStore, tmp_path: Path) -> None:
    (home / "what").write_text("with workers")
    run_id = queued(mine, tmp_path)
    ensure_runner(mine.store, command())
    wait_until(lambda: len(pids(home)) == 2)
    runs.cancel(mine, run_id)
    wait_until(lambda: is_(mine, run_id, "cancelled"))
    wait_until(lambda: not any(map(lives, pids(home))))
    wait_until(lambda: not list((home / "work").iterdir()))
    assert runs.get(mine, run_id).error is None


def test_without_its_runner_a_run_goes_on_and_a_new_runner_serves_the_rest(
    home: Path, mine: UserStore, tmp_path: Path
) -> None:
    (home / "what").write_text("wait")
    first, second = queued(mine, tmp_path, "P1"), queued(mine, tmp_path, "P2")
    ensure_runner(mine.store, command())
    wait_until(lambda: pids(home))
    os.kill(pids(home, "runners")[0], signal.SIGKILL)
    wait_until(lambda: not lives(pids(home, "runners")[0]))
    wait_until(lambda: polled(mine) and len(pids(home)) == 2)
    assert is_(mine, first, "running")
    assert is_(mine, second, "running")
    (home / "go").touch()
    wait_until(lambda: is_(mine, first, "done") and is_(mine, second, "done"))


def test_without_runner_and_process_a_run_is_closed_as_silent(home: Path, mine: UserStore, tmp_path: Path) -> None:
    (home / "what").write_text("wait")
    run_id = queued(mine, tmp_path)
    ensure_runner(mine.store, command())
    wait_until(lambda: pids(home))
    for pid in [*pids(home, "runners"), *pids(home)]:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(map(lives, [*pids(home, "runners"), *pids(home)])))
    assert (home / "work" / run_id).exists()
    wait_until(lambda: polled(mine, silent_after_s=0.2) and is_(mine, run_id, "failed"))
    error = runs.get(mine, run_id).error
    assert error is not None
    assert "without a word" in error.message
    assert not (home / "work" / run_id).exists()


def test_an_idle_runner_ends_and_the_next_run_starts_another(home: Path, mine: UserStore, tmp_path: Path) -> None:
    (home / "what").write_text("done")
    ensure_runner(mine.store, command(idle_s=0.1))
    wait_until(lambda: pids(home, "runners"))
    wait_until(lambda: not lives(pids(home, "runners")[0]))
    run_id = queued(mine, tmp_path)
    wait_until(lambda: polled(mine, idle_s=0.1) and is_(mine, run_id, "done"))
    assert len(pids(home, "runners")) == 2
