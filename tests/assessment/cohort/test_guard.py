"""Work that crashes, hangs, eats memory or fills the disk ends alone, with its reason."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assessment.cohort.engine import SerialEngine
from assessment.cohort.guard import Limits, why_lost
from models.errors import DiskFullError, MarkerDataError, WorkerError

LIMITS = Limits(time_s=2.0, memory_gb=0.5)


def _work(kind: str) -> str:
    if kind == "abort":
        os.abort()
    if kind == "hang":
        # Never returns to the interpreter, as a library in a loop: no signal handler or thread of Python's runs.
        re.match(r"(a+)+$", "a" * 60 + "b")
    if kind == "memory":
        return str(len(b"1" * 2**31))
    if kind == "full":
        raise OSError(errno.ENOSPC, "a person's name")
    if kind == "expected":
        raise MarkerDataError("No markers.", hint="Export again.")
    if kind == "defect":
        raise ValueError("a person's name")
    return kind


@pytest.fixture(scope="module")
def engine() -> Iterator[SerialEngine]:
    engine = SerialEngine()
    yield engine
    engine.close()


def lost(engine: SerialEngine, kind: str, trace: Path) -> tuple[WorkerError, str]:
    with pytest.raises(engine.lost):
        engine.submit(_work, kind, LIMITS, trace).result()
    told = trace.read_text()
    return why_lost(told, LIMITS), told


def test_good_work_comes_back_and_leaves_no_trace(engine: SerialEngine, tmp_path: Path) -> None:
    assert engine.submit(_work, "fine", LIMITS, tmp_path / "trace").result() == "fine"
    assert not (tmp_path / "trace").exists()


def test_a_process_that_aborts_says_where(engine: SerialEngine, tmp_path: Path) -> None:
    error, told = lost(engine, "abort", tmp_path / "trace")
    assert "ended unexpectedly (Aborted)" in error.message
    assert "test_guard.py" in told


def test_work_that_never_returns_is_stopped_at_its_limit(engine: SerialEngine, tmp_path: Path) -> None:
    error, _ = lost(engine, "hang", tmp_path / "trace")
    assert error.message == "The work did not finish within 2 s and was stopped."
    assert "--time-limit-s" in error.hint


def test_a_process_killed_from_outside_leaves_no_trace_and_that_is_said() -> None:
    assert "ended from outside" in why_lost("", LIMITS).message


def test_memory_is_limited_for_the_work_alone(engine: SerialEngine, tmp_path: Path) -> None:
    error = engine.submit(_work, "memory", LIMITS, tmp_path / "log").result()
    assert isinstance(error, WorkerError)
    assert error.message == "The work needs more than 0.5 GB of memory and was stopped."
    roomy = Limits(time_s=20.0, memory_gb=3.0)
    assert engine.submit(_work, "memory", roomy, tmp_path / "log").result() == str(2**31)


def test_errors_come_back_as_values_without_their_data(engine: SerialEngine, tmp_path: Path) -> None:
    results = {kind: engine.submit(_work, kind, LIMITS, tmp_path / "log").result() for kind in ("expected", "defect")}
    assert isinstance(results["expected"], MarkerDataError)
    assert "unexpected ValueError" in results["defect"].message
    assert "name" not in str(results["defect"])


def test_a_full_disk_is_told_from_other_errors(engine: SerialEngine, tmp_path: Path) -> None:
    error = engine.submit(_work, "full", LIMITS, tmp_path / "log").result()
    assert isinstance(error, DiskFullError)
    assert "same command again" in error.hint
