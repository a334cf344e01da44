"""What the command line shows: progress, what was found, results, errors. Everything on standard error."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from assessment.assess import Progress as AssessProgress
from assessment.presentation import indicator_rows
from assessment.summary import Summary
from models.errors import SarcoscopeError
from pipeline.quality import Mark
from pipeline.session import Session

console = Console(stderr=True, highlight=False)

_STYLE = {Mark.REPORTED: "green", Mark.WITH_CAUTION: "yellow", Mark.WITHHELD: "dim"}


class SessionProgress:
    """A bar that follows one session; a context manager whose `update` takes the news of `assess`."""

    def __init__(self, session: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(), console=console, transient=True,
        )  # fmt: skip
        self._session = session
        self._task: TaskID | None = None

    def __enter__(self) -> SessionProgress:
        self._progress.start()
        self._task = self._progress.add_task(escape(f"{self._session}: reading"), total=1)
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, news: AssessProgress) -> None:
        """Show a piece of news."""
        assert self._task is not None  # noqa: S101 - set on entering
        self._progress.update(
            self._task, description=escape(f"{self._session}: {news.stage}"), completed=news.done, total=news.total
        )
        if news.trial is not None:
            console.print(f"  {'[red]failed[/]' if news.failed else '[green]done[/]  '} {escape(news.trial)}")


def print_error(error: SarcoscopeError) -> None:
    """One error: what, where, what to do next."""
    console.print(f"[bold red]Error:[/] {escape(error.message)}")
    if error.context:
        console.print(f"  [dim]where:[/] {escape(error.where)}")
    console.print(f"  [dim]what to do:[/] {escape(error.hint)}")


def print_found(session: Session) -> None:
    """What a session holds, and what the user still has to give."""
    table = Table(title=escape(f"{session.identifier} ({session.kind})"), title_justify="left")
    for column in ("trial", "markers", "angles", "forces", "role"):
        table.add_column(column)
    for trial in session.trials:
        files = (trial.marker_file, trial.kinematics_file, trial.force_file)
        role = "static" if trial.name == session.static_trial else "movement"
        table.add_row(escape(trial.name), *("yes" if file else "-" for file in files), role)
    console.print(table)
    person = session.subject
    for label, value, option in (
        ("height", person.height_m, "--height-m"),
        ("mass", person.mass_kg, "--mass-kg"),
        ("sex", person.sex, "--sex"),
        ("age", person.age_years, "--age-years"),
    ):
        console.print(f"  {label}: {value if value is not None else f'[yellow]not in the session, give {option}[/]'}")
    if person.gender_text and person.sex is None:
        console.print(escape(f"  (gender_mf says {person.gender_text!r}; it is not sex at birth and is not used)"))
    for warning in session.warnings:
        console.print(f"  [yellow]note:[/] {escape(warning)}")


def print_summary(summary: Summary, report: Path) -> None:
    """The main numbers of a session and where its report is."""
    title = f"{summary.session}{' (SYNTHETIC DATA)' if summary.synthetic else ''}"
    table = Table(title=escape(title), title_justify="left")
    for column in ("trial", "activity", "indicator", "side", "mean (range)", "unit", "quality"):
        table.add_column(column)
    for trial in summary.trials:
        if trial.status == "failed" and trial.error is not None:
            console.print(
                f"[red]{escape(trial.name)} failed:[/] {escape(trial.error.message)} {escape(trial.error.hint)}"
            )
            continue
        activity = trial.activity.name if trial.activity else ""
        for row in indicator_rows(trial):
            style = _STYLE[row.mark]
            table.add_row(
                escape(trial.name),
                activity,
                escape(row.label),
                row.side,
                row.mean,
                row.unit,
                row.mark.value,
                style=style,
            )
        for name, quality in (("angles", trial.kinematics_quality), ("moments", trial.kinetics_quality)):
            if quality is not None and quality.mark is not Mark.REPORTED:
                reasons = escape(" ".join(quality.reasons))
                console.print(f"[yellow]{escape(trial.name)}, {name} {quality.mark.value}:[/] {reasons}")
    for warning in summary.warnings:
        console.print(f"[yellow]note:[/] {escape(warning)}")
    console.print(table)
    console.print(summary.disclaimer)
    # soft_wrap keeps the path in one piece, so that it can be copied.
    console.print(f"Report: {escape(str(report.resolve()))}", soft_wrap=True)
