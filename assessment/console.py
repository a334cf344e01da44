"""What the command line shows: progress, what was found, results, errors. Everything on standard error."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from assessment.assess import Progress as AssessProgress
from assessment.preflight import Check, Level
from assessment.presentation import further_reasons, indicator_rows, usable
from assessment.summary import ModelRecord, Summary, TrialRecord
from assessment.validation import Validation, agreement_rows
from models.errors import SarcoscopeError, WorkerError
from pipeline import opencap_server
from pipeline.quality import Mark
from pipeline.session import Session

console = Console(stderr=True, highlight=False)

REASONS_SHOWN = 3
_CHECKS: dict[Level, tuple[str, str]] = {
    "stop": ("solve first", "red"),
    "warn": ("take note  ", "yellow"),
    "ok": ("in order   ", "green"),
}
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


class DownloadProgress:
    """A bar that follows a download; notes of the client stay on screen."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn(), console=console,
            transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("Asking the server", total=None)

    def __enter__(self) -> DownloadProgress:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, news: opencap_server.Progress) -> None:
        """Show a piece of news."""
        if news.stage == "note":
            console.print(escape(news.text))
            return
        self._progress.update(
            self._task, description=escape(news.text), completed=news.done_bytes or 0, total=news.total_bytes
        )


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


def print_checks(checks: Iterable[Check]) -> None:
    """The list of checks, the worst first."""
    for check in checks:
        word, style = _CHECKS[check.level]
        console.print(f"  [{style}]{word}[/] {escape(check.subject)}: {escape(check.text)}")
        if check.hint:
            console.print(f"              {escape(check.hint)}")


def print_summary(summary: Summary, report: Path) -> None:
    """The main numbers of a session and where its report is."""
    for trial in summary.trials:
        console.print(f"[bold]{escape(trial.name)}[/]", end="")
        if trial.activity is not None:
            console.print(f" [dim]{trial.activity.text}{_count(trial)}[/]", end="")
        console.print()
        _print_trouble(trial)
        if trial.indicators and not usable(trial.kinematics_quality):
            console.print(f"  None of its {len(indicator_rows(trial))} numbers is shown.")
            continue
        table = Table(box=None, show_header=False, padding=(0, 2))
        for row in indicator_rows(trial):
            # Moments are compared between people per body mass; absolute ones and details are in tables and report.
            if row.unit != "Nm" and not row.is_detail:
                cells = (f"  {escape(row.label)}", row.text, row.unit, row.mark.value)
                table.add_row(*cells, style=_STYLE[row.mark])
        console.print(table)
    for row in indicator_rows(summary):
        console.print(f"[bold]{escape(row.label)}:[/] {row.text} [dim]{row.mark.value}[/]")
    for result in summary.criteria:
        console.print(f"[dim]{escape(result.title)}:[/] {escape(result.sentence)}")
    for warning in summary.warnings:
        console.print(f"[yellow]note:[/] {escape(warning)}")
    if summary.synthetic:
        console.print("[bold yellow]Synthetic data: generated by a script, describes no person.[/]")
    console.print(f"[dim]{summary.disclaimer}[/]")
    # soft_wrap keeps the path in one piece, so that it can be copied.
    console.print(f"Report: {escape(str(report.resolve()))}", soft_wrap=True)


def print_validation(validation: Validation, folder: Path) -> None:
    """The errors of every trial that was compared, and why others were not."""
    for trial in validation.trials:
        console.print(f"[bold]{escape(trial.name)}[/] [dim]{trial.activity.name if trial.activity else ''}[/]")
        if trial.agreement is None:
            reason = f"{trial.error.message} {trial.error.hint}" if trial.error else "no measured forces"
            console.print(f"  [yellow]not compared:[/] {escape(reason)}")
            continue
        if trial.kinematics_quality is not None and trial.kinematics_quality.mark is not Mark.REPORTED:
            reasons = escape(" ".join(trial.kinematics_quality.reasons[:REASONS_SHOWN]))
            console.print(f"  [yellow]angles {trial.kinematics_quality.mark.value}:[/] {reasons}")
        table = Table(box=None, show_header=False, padding=(0, 2))
        for quantity, of, value, unit in agreement_rows(trial.agreement):
            table.add_row(f"  {quantity}", of, "-" if value is None else f"{value:.3g}", unit)
        for joint, error in trial.peak_errors.items():
            table.add_row(f"  bias of {error.n} peaks", joint, f"{error.bias_percent:+.0f}", "% of measured")
        console.print(table)
    for warning in validation.warnings:
        console.print(f"[yellow]note:[/] {escape(warning)}")
    console.print(f"Tables and figures: {escape(str(folder.resolve()))}", soft_wrap=True)


def print_scaling(model: ModelRecord) -> None:
    """Scale factors and how sure they are, marker errors, notes."""
    how = f"{model.scaler}, policy {model.policy}" if model.policy else model.scaler
    table = Table(title=escape(f"Scale factors ({how}) on {', '.join(model.scaled_on)}"), title_justify="left")
    if model.factor_estimates:
        for column in ("segment and axis", "factor", "standard error", "from"):
            table.add_column(column)
        for one in model.factor_estimates:
            table.add_row(one.parameter, f"{one.factor:.3f}", f"{one.standard_error:.3f}", escape(one.verdict))
    else:
        for column in ("body", "X (depth)", "Y (length)", "Z (width)"):
            table.add_column(column)
        for body, factors in model.scale_factors.items():
            table.add_row(escape(body), *(f"{factor:.3f}" for factor in factors))
    console.print(table)
    for when, errors_cm in (
        ("of the scale factors alone", model.unplaced_marker_error_cm),
        ("of the model as written", model.static_marker_error_cm),
    ):
        worst = max(errors_cm, key=errors_cm.__getitem__)
        rms_cm = math.sqrt(sum(error**2 for error in errors_cm.values()) / len(errors_cm))
        console.print(
            f"Marker error {when}, {escape(model.scaled_on[0])}: {rms_cm:.2f} cm RMS, "
            f"worst {escape(worst)} {errors_cm[worst]:.2f} cm"
        )
    for note in model.notes:
        console.print(f"  [yellow]note:[/] {escape(note)}")


def _count(trial: TrialRecord) -> str:
    complete = sum(repetition.complete for repetition in trial.repetitions)
    return f"; complete repetitions: {complete} of {len(trial.repetitions)}" if trial.repetitions else ""


def _print_trouble(trial: TrialRecord) -> None:
    """Why a trial failed or is not fully usable; long lists are cut, the report has them whole."""
    if trial.error is not None:
        console.print(f"  [red]{escape(trial.error.message)} {escape(trial.error.hint)}[/]")
        if trial.error.kind == WorkerError.__name__:
            console.print(f"  [dim]{escape(trial.error.where)}[/]")
    if trial.explanation:
        console.print(f"  [bold yellow]{escape(trial.explanation)}[/]")
    angles, moments = further_reasons(trial)
    for name, quality, reasons in (
        ("angles", trial.kinematics_quality, angles),
        ("moments", trial.kinetics_quality, moments),
    ):
        if quality is None or quality.mark is Mark.REPORTED:
            continue
        shown = reasons[:REASONS_SHOWN] or ["for the reasons of the angles."]
        more = f" More in the report ({len(reasons)} reasons)." if len(reasons) > REASONS_SHOWN else ""
        console.print(f"  [yellow]{name} {quality.mark.value}:[/] {escape(' '.join(shown))}{more}")
