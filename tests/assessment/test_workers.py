"""One failed piece of work never takes the others with it."""

from __future__ import annotations

import os
import time

import pytest

from assessment.workers import Workers
from models.errors import MarkerDataError, SarcoscopeError, WorkerError


def _work(kind: str) -> str:
    if kind == "abort":
        os._exit(134)  # what OpenSim's abort looks like from outside
    if kind == "hang":
        time.sleep(600)
    if kind == "expected error":
        raise MarkerDataError("No markers.", hint="Export again.", trial="walk")
    if kind == "threads":
        import torch

        return str(torch.get_num_threads())
    if kind == "defect":
        raise ValueError("a person's name")
    return kind


@pytest.fixture(scope="module")
def outcomes() -> dict[str, str | SarcoscopeError]:
    kinds = ["fine", "abort", "expected error", "defect", "hang", "fine too", "threads"]
    with Workers(2) as workers:
        return {kinds[i]: outcome for i, outcome in workers.run_all(_work, [(kind,) for kind in kinds], limit_s=8.0)}


def test_good_work_survives_crash_hang_and_error_beside_it(outcomes: dict[str, str | SarcoscopeError]) -> None:
    assert outcomes["fine"] == "fine"
    assert outcomes["fine too"] == "fine too"


def test_numeric_libraries_of_a_worker_keep_to_one_thread(outcomes: dict[str, str | SarcoscopeError]) -> None:
    assert outcomes["threads"] == "1"


def test_crashed_worker_is_reported_with_its_exit_code(outcomes: dict[str, str | SarcoscopeError]) -> None:
    error = outcomes["abort"]
    assert isinstance(error, WorkerError)
    assert "134" in error.message
    assert "again" in error.hint


def test_hanging_work_is_stopped_and_said_so(outcomes: dict[str, str | SarcoscopeError]) -> None:
    error = outcomes["hang"]
    assert isinstance(error, WorkerError)
    assert "8 s" in error.message


def test_expected_error_crosses_the_process_border_whole(outcomes: dict[str, str | SarcoscopeError]) -> None:
    error = outcomes["expected error"]
    assert isinstance(error, MarkerDataError)
    assert (error.message, error.hint, error.context) == ("No markers.", "Export again.", {"trial": "walk"})


def test_defect_names_its_kind_and_place_but_never_its_text(outcomes: dict[str, str | SarcoscopeError]) -> None:
    error = outcomes["defect"]
    assert isinstance(error, WorkerError)
    assert "ValueError" in error.message
    assert "test_workers.py" in error.context["detail"]
    assert "a person's name" not in str(error)
