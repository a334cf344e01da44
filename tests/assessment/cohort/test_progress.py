"""What is told of a cohort while it runs, and when it is over."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from assessment.cohort import progress
from assessment.cohort.closing import print_closing
from assessment.cohort.failures import SessionFailure
from assessment.cohort.layout import CohortFolder
from assessment.cohort.progress import WINDOW_S, CohortProgress, in_words
from assessment.cohort.warned import WARNED_COLUMNS
from assessment.console import console
from assessment.summary import ErrorRecord
from tests.assessment.cohort.failure_table import table_of


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def failure(number: int, message: str = "It broke.", kind: str = "WorkerError") -> SessionFailure:
    return SessionFailure(
        participant=f"P{number}",
        visit="V1",
        stage="trials",
        error=ErrorRecord(kind=kind, message=message, hint="Try again."),
        attempts=1,
        work_sha256="0",
    )


def test_counts_rate_and_time_left() -> None:
    clock = Clock()
    watched = CohortProgress(103, 50, now=clock)
    assert watched.line() == "50 of 103 visits done (50 before), 0 failed, 53 left."
    for number in range(4):
        clock.now_s += 15.0
        watched.session_done(f"P{number}/V1")
    assert watched.line() == "54 of 103 visits done (50 before), 0 failed, 49 left, 4 visits/min, about 12 min left."


def test_no_rate_is_told_before_as_many_have_ended_as_are_at_work_at_once() -> None:
    clock = Clock()
    watched = CohortProgress(48, at_once=16, now=clock)
    clock.now_s += 40.0  # workers start, and scale their first groups
    for number in range(15):
        clock.now_s += 0.1
        watched.session_done(f"P{number}/V1")
    assert watched.line() == "15 of 48 visits done, 0 failed, 33 left."
    watched.session_done("P15/V1")
    assert watched.line() == "16 of 48 visits done, 0 failed, 32 left, 23.1 visits/min, about 83 s left."


def test_failures_make_the_rate_no_faster() -> None:
    clock = Clock()
    watched = CohortProgress(100, now=clock)
    with console.capture():
        for number in range(8):
            watched.session_failed(failure(number))
    clock.now_s += 3.0
    assert watched.line() == "0 of 100 visits done, 8 failed, 92 left."
    clock.now_s += 57.0
    watched.session_done("P8/V1")
    assert watched.per_minute() == pytest.approx(1.0)


def test_the_rate_is_that_of_the_last_minutes() -> None:
    clock = Clock()
    watched = CohortProgress(1000, now=clock)
    for _ in range(600):
        clock.now_s += 1.0
        watched.session_done("P1/V1")
    assert watched.per_minute() == pytest.approx(60.0, rel=0.01)
    for _ in range(10):
        clock.now_s += 60.0
        watched.session_done("P1/V1")
    assert watched.per_minute() == pytest.approx(1.0, rel=0.25)
    clock.now_s += 2 * WINDOW_S
    assert watched.per_minute() is None
    assert "/min" not in watched.line()


def test_failures_of_before_are_not_left_to_do() -> None:
    assert CohortProgress(9, 6, 2, now=Clock()).line() == "6 of 9 visits done (6 before), 2 failed, 1 left."


def test_a_visit_is_at_one_stage_until_it_ends() -> None:
    watched = CohortProgress(3, now=Clock())
    watched.stage("P1/V1", "reading")
    watched.stage("P2/V1", "trials")
    watched.stage("P1/V1", "trials")
    watched.stage("P3/V1", "scaling")
    assert watched.running() == "2 trials, 1 scaling"
    watched.session_done("P1/V1")
    with console.capture():
        watched.session_failed(failure(2))
    assert watched.running() == "1 scaling"


def test_without_a_terminal_lines_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PLAIN_EVERY_S", 0.01)
    monkeypatch.setattr(console, "_force_terminal", False)
    lines: list[str] = []
    monkeypatch.setattr(console, "print", lambda text, **_: lines.append(text))
    with CohortProgress(2, now=Clock()) as watched:
        watched.stage("P1/V1", "scaling")
        watched.note("The disk [is] nearly full.")
        watched.session_failed(failure(7, "Code [1]."))
        while not any("Running" in line for line in lines):
            pass
    assert r"[yellow]note:[/] The disk \[is] nearly full." in lines
    assert "P7/V1 failed (trials): Code [1]." in [line.replace("\\", "") for line in lines]
    assert "0 of 2 visits done, 1 failed, 1 left. Running: 1 scaling." in lines
    assert lines[-1] == "0 of 2 visits done, 1 failed, 1 left."


def test_the_live_view_shows_what_runs_and_the_last_failures() -> None:
    watched = CohortProgress(9, now=Clock())
    watched.stage("P8/V1", "scaling")
    with console.capture():
        for number in range(5):
            watched.session_failed(failure(number, "Code [1]."))
    with console.capture() as said:
        console.print(watched.view())
    text = said.get()
    assert "0 of 9 visits done, 5 failed, 4 left" in text
    assert "running: 1 scaling" in text
    assert [f"P{number}/V1 failed (trials): Code [1]." in text for number in range(5)] == [
        False,
        False,
        True,
        True,
        True,
    ]


def test_a_terminal_gets_a_live_view_that_ends_with_the_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "_force_terminal", True)
    with console.capture() as said, CohortProgress(9, now=Clock()) as watched:
        watched.session_failed(failure(1))
    assert said.get().endswith("0 of 9 visits done, 1 failed, 8 left.\n")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.34, "0.34 s"), (45.2, "45 s"), (600, "10 min"), (7500, "2 h 05 min"), (200000, "2 days 7 h")],
)
def test_durations_as_people_say_them(seconds: float, said: str) -> None:
    assert in_words(seconds) == said


def test_the_closing_says_what_failed_what_to_do_and_where_all_is(tmp_path: Path) -> None:
    folder = CohortFolder(tmp_path)
    folder.table("indicators").touch()
    failures = table_of(*(f"Ended with code {number}." for number in range(3)), walk="Trial walk is short.")
    odd = "There is no neutral trial."
    warned = pd.DataFrame(
        [("P7", "V1", "P7", f"{odd}\nsquat: OpenCap knows 2 of 3."), ("P8", "V1", "P8", odd), ("P9", "V1", "P9", "")],
        columns=list(WARNED_COLUMNS),
    )
    with console.capture() as said:
        print_closing(
            folder, done=7, failures=failures, warned=warned, left_out="2 rows of the manifest", seconds=4000.0
        )
    text = " ".join(said.get().split())
    assert "7 of 10 visits are assessed, after 1 h 07 min." in text
    assert "2 rows of the manifest left out:" in text
    assert (
        f"2 visits have warnings. Most frequent: 2 visits, such as P7/V1: {odd} 1 visit, P7/V1: squat: OpenCap knows 2"
        in text
    )
    assert "wide.parquet, column warnings" in text
    assert "3 visits and 1 trial failed." in text
    assert "3 visits, such as P0/V1: Ended with code … what to do: Try again." in text
    assert "1 trial, P3/V1: Trial … is short. what to do: Try again." in text
    assert "PARTICIPANT/VISIT.log" in text
    assert "(indicators.parquet)" in text
