"""`python -m assessment check`: what a session holds, and what stands in the way of assessing it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import typer
from rich.markup import escape
from rich.table import Table

from assessment.commands.ending import one_message
from assessment.commands.options import (
    Activities,
    AgeYears,
    AsmKg,
    AsmMethod,
    CalfCm,
    GivenSex,
    GripKg,
    HeightM,
    LoadKg,
    MassKg,
    SarcF,
    SeatHeightM,
    SessionPath,
    chosen_activities,
)
from assessment.console import console
from assessment.preflight import Check, Level, look_at, may_run, preflight
from assessment.summary import ClinicalMeasures
from models.subject import SubjectMetadata
from pipeline.session import Session, find_sessions, read_session
from pipeline.settings import make_settings

_SHOWN: dict[Level, tuple[str, str]] = {
    "stop": ("solve first", "red"),
    "warn": ("take note  ", "yellow"),
    "ok": ("in order   ", "green"),
}


def check(
    session: SessionPath,
    height_m: HeightM = None,
    mass_kg: MassKg = None,
    sex: GivenSex = None,
    age_years: AgeYears = None,
    load_kg: LoadKg = None,
    seat_height_m: SeatHeightM = None,
    activity: Activities = None,
    grip_kg: GripKg = None,
    asm_kg: AsmKg = None,
    asm_method: AsmMethod = None,
    calf_cm: CalfCm = None,
    sarc_f: SarcF = None,
) -> None:
    """Show what a session holds and what is missing, without computing anything; exit code 2 where it cannot run."""
    clinical = ClinicalMeasures(grip_kg=grip_kg, asm_kg=asm_kg, asm_method=asm_method, calf_cm=calf_cm, sarc_f=sarc_f)
    given = SubjectMetadata(height_m=height_m, mass_kg=mass_kg, sex=sex, age_years=age_years)
    ready = True
    with one_message(), tempfile.TemporaryDirectory() as workdir:
        settings = make_settings(load_kg=load_kg, seat_height_m=seat_height_m, activities=chosen_activities(activity))
        for path in find_sessions(session, Path(workdir)):
            found = read_session(path, Path(workdir))
            checks = preflight(found, look_at(found), found.subject.joined(given), settings, clinical)
            _print_found(found)
            _print_checks(checks)
            ready &= may_run(checks)
    raise typer.Exit(0 if ready else 2)


def _print_found(session: Session) -> None:
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


def _print_checks(checks: Iterable[Check]) -> None:
    """The list of checks, the worst first."""
    for check in checks:
        word, style = _SHOWN[check.level]
        console.print(f"  [{style}]{word}[/] {escape(check.subject)}: {escape(check.text)}")
        if check.hint:
            console.print(f"              {escape(check.hint)}")
