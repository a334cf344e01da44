"""What the command line says before a cohort and after it: rows that are not accepted, and why visits failed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.markup import escape

from assessment.cohort.bad_rows import BadRow
from assessment.cohort.layout import TABLES, CohortFolder
from assessment.cohort.progress import in_words, number_of
from assessment.cohort.reasons import frequent_reasons
from assessment.cohort.schemas import WHOLE_VISIT
from assessment.cohort.warned import frequent_warnings
from assessment.console import console

ROWS_SHOWN = 20
REASONS_SHOWN = 10


def print_bad_rows(rows: Sequence[BadRow], file: Path | None = None, *, n_places: int | None = None) -> None:
    """The first rows that are not accepted, each with its reasons and what to do, and how many more there are.

    Parameters
    ----------
    rows : sequence of BadRow
    file : Path or None
        Where all of them are listed.
    n_places : int or None
        See `assessment.cohort.manifest.Manifest.n_places`.
    """
    if not rows:
        return
    n_rows = len({row.row for row in rows})
    of = number_of("row", n_rows) if n_places is None else f"{n_rows} of {n_places} entries of the folder"
    console.print(f"[bold red]{of} {'are' if n_rows > 1 else 'is'} not accepted:[/]")
    for row in rows[:ROWS_SHOWN]:
        who = f" ({row.participant}/{row.visit})" if row.participant and row.visit else ""
        place = f"row {row.row}" if n_places is None else f"place {row.row} of {n_places} by name"
        console.print(f"  [yellow]{place}{escape(who)}:[/] {escape(row.reason)} [dim]{escape(row.hint)}[/]")
    if len(rows) > ROWS_SHOWN:
        console.print(f"  and {len(rows) - ROWS_SHOWN} more reasons.")
    if file is not None:
        console.print(f"All of them: {escape(str(file))}", soft_wrap=True)


def print_closing(
    folder: CohortFolder,
    *,
    done: int,
    failures: pd.DataFrame,
    warned: pd.DataFrame,
    left_out: str,
    seconds: float,
) -> None:
    """Say what came of a cohort: how many, the most frequent reasons of failure, what to do, and where all is.

    Parameters
    ----------
    folder : CohortFolder
    done : int
        Visits with results, those of earlier runs included.
    failures : DataFrame
        Visits and trials without results (`assessment.cohort.reading.CohortResults.failures`).
    warned : DataFrame
        Visits with results (`assessment.cohort.warned.WARNED_COLUMNS`).
    left_out : str
        What of the manifest was left out; empty if nothing was.
    seconds : float
        How long the run took.
    """
    failed = int((failures["trial"] == WHOLE_VISIT).sum())
    of = number_of("visit", done + failed)
    console.print(f"[bold]{done} of {of} {'is' if done == 1 else 'are'} assessed[/], after {in_words(seconds)}.")
    if left_out:
        console.print(f"{left_out} left out: {escape(str(folder.bad_rows))}", soft_wrap=True)
    _print_warnings(warned)
    if len(failures):
        _print_reasons(failures, failed)
        console.print(f"Logs: {escape(str(folder.path / 'logs'))}, PARTICIPANT/VISIT.log", soft_wrap=True)
    tables = [path.name for name in TABLES if (path := folder.table(name)).exists()]
    if tables:
        console.print(f"Tables: {escape(str(folder.path))} ({', '.join(tables)})", soft_wrap=True)


def _print_warnings(visits: pd.DataFrame) -> None:
    found = frequent_warnings(visits)
    if not found:
        return
    n = int((visits["warnings"] != "").sum())
    console.print(f"[bold yellow]{number_of('visit', n)} {'has' if n == 1 else 'have'} warnings.[/] Most frequent:")
    for one in found[:REASONS_SHOWN]:
        whose = _with_example(number_of("visit", one.visits), one.visits, one.example)
        console.print(f"  [yellow]{escape(whose)}:[/] {escape(one.text)}")
    console.print("  All of them: wide.parquet, column warnings.")


def _print_reasons(failures: pd.DataFrame, n_visits: int) -> None:
    reasons = frequent_reasons(failures)
    failed = _visits_and_trials(n_visits, len(failures) - n_visits)
    console.print(f"[bold red]{failed} failed.[/] Most frequent reasons:")
    for reason in reasons[:REASONS_SHOWN]:
        stopped = _visits_and_trials(reason.visits, reason.trials)
        whose = _with_example(stopped, reason.visits + reason.trials, reason.example)
        console.print(f"  [red]{escape(whose)}:[/] {escape(reason.text)}")
        console.print(f"    [dim]what to do:[/] {escape(reason.hint)}")
    if len(reasons) > REASONS_SHOWN:
        more = sum(reason.visits + reason.trials for reason in reasons[REASONS_SHOWN:])
        console.print(f"  and {more} with other reasons: failures.parquet lists them all.")


def _with_example(counted: str, n: int, example: str) -> str:
    return f"{counted}{', such as' if n > 1 else ','} {example}"


def _visits_and_trials(visits: int, trials: int) -> str:
    counts = (("visit", visits), ("trial", trials))
    return " and ".join(number_of(what, n) for what, n in counts if n)
