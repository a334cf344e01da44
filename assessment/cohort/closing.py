"""What the command line says before a cohort and after it: rows that are not accepted, and why visits failed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from assessment.cohort.bad_rows import BadRow
from assessment.cohort.failures import SessionFailure
from assessment.cohort.layout import TABLES, CohortFolder
from assessment.cohort.progress import in_words
from assessment.cohort.reasons import frequent_reasons
from assessment.console import console

ROWS_SHOWN = 20
REASONS_SHOWN = 10


def print_bad_rows(rows: Sequence[BadRow], file: Path | None = None) -> None:
    """The first rows that are not accepted, each with its reasons and what to do, and how many more there are.

    Parameters
    ----------
    rows : sequence of BadRow
    file : Path or None
        Where all of them are listed.
    """
    if not rows:
        return
    n_rows = len({row.row for row in rows})
    console.print(f"[bold red]{n_rows} row{'s are' if n_rows > 1 else ' is'} not accepted:[/]")
    for row in rows[:ROWS_SHOWN]:
        who = f" ({row.participant}/{row.visit})" if row.participant and row.visit else ""
        console.print(f"  [yellow]row {row.row}{escape(who)}:[/] {escape(row.reason)} [dim]{escape(row.hint)}[/]")
    if len(rows) > ROWS_SHOWN:
        console.print(f"  and {len(rows) - ROWS_SHOWN} more reasons.")
    if file is not None:
        console.print(f"All of them: {escape(str(file))}", soft_wrap=True)


def print_closing(
    folder: CohortFolder,
    *,
    done: int,
    failures: Sequence[SessionFailure],
    failed_trials: int,
    n_bad_rows: int,
    seconds: float,
) -> None:
    """Say what came of a cohort: how many, the most frequent reasons of failure, what to do, and where all is.

    Parameters
    ----------
    folder : CohortFolder
    done : int
        Visits with results, those of earlier runs included.
    failures : sequence of SessionFailure
    failed_trials : int
        Of visits with results.
    n_bad_rows : int
        Rows of the manifest that were left out.
    seconds : float
        How long the run took.
    """
    console.print(f"[bold]{done} of {done + len(failures)} visits are assessed[/], after {in_words(seconds)}.")
    if n_bad_rows:
        where, rows = escape(str(folder.bad_rows)), "row" if n_bad_rows == 1 else "rows"
        console.print(f"{n_bad_rows} {rows} of the manifest left out: {where}", soft_wrap=True)
    if failed_trials:
        trials = "trial" if failed_trials == 1 else "trials"
        console.print(f"{failed_trials} {trials} of visits with results failed: failures.parquet says why.")
    if failures:
        _print_reasons(failures)
        console.print(f"Logs: {escape(str(folder.path / 'logs'))}, PARTICIPANT/VISIT.log", soft_wrap=True)
    tables = [path.name for name in TABLES if (path := folder.table(name)).exists()]
    if tables:
        console.print(f"Tables: {escape(str(folder.path))} ({', '.join(tables)})", soft_wrap=True)


def _print_reasons(failures: Sequence[SessionFailure]) -> None:
    reasons = frequent_reasons(failures)
    console.print(f"[bold red]{len(failures)} failed.[/] Most frequent reasons:")
    for reason in reasons[:REASONS_SHOWN]:
        visits = f"{reason.count} visits, such as" if reason.count > 1 else "1 visit,"
        console.print(f"  [red]{visits} {escape(reason.example)}:[/] {escape(reason.message)}")
        console.print(f"    [dim]what to do:[/] {escape(reason.hint)}")
    if len(reasons) > REASONS_SHOWN:
        more = sum(reason.count for reason in reasons[REASONS_SHOWN:])
        console.print(f"  and {more} visits with other reasons: failures.parquet lists them all.")
