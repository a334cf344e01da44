"""`python -m assessment check`: what a session holds, and what stands in the way of assessing it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import typer

from assessment.console import print_checks, print_found
from assessment.options import (
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
    one_message,
)
from assessment.preflight import look_at, may_run, preflight
from assessment.summary import ClinicalMeasures
from models.subject import SubjectMetadata
from pipeline.session import find_sessions, read_session
from pipeline.settings import make_settings


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
            print_found(found)
            print_checks(checks)
            ready &= may_run(checks)
    raise typer.Exit(0 if ready else 2)
