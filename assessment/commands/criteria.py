"""`python -m assessment criteria`: published criteria for a person measured by hand."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from assessment.commands.ending import one_message
from assessment.commands.options import AgeYears, AsmKg, AsmMethod, CalfCm, GripKg, HeightM, MassKg, SarcF
from assessment.console import console
from assessment.criteria import (
    FRAMEWORKS,
    FrameworkResult,
    Measurement,
    Person,
    Region,
    Verdict,
    check_muscle_mass,
    default_frameworks,
    evaluate,
)
from assessment.summary import NOT_A_DIAGNOSIS
from models.errors import SettingsError
from models.subject import Sex

_STYLE = {
    Verdict.MEETS: "bold",
    Verdict.DOES_NOT_MEET: "none",
    Verdict.INDETERMINATE: "yellow",
    Verdict.NOT_ASSESSABLE: "dim",
}
_SE = "Its standard error; without it the value is taken as exact"
StandardError = Annotated[float, typer.Option(help=_SE, show_default=False)]


def criteria(
    sex: Annotated[Sex, typer.Option(help="Sex at birth, as published norms use it; unspecified: no classification")],
    age_years: AgeYears = None,
    height_m: HeightM = None,
    mass_kg: MassKg = None,
    grip_kg: GripKg = None,
    grip_se_kg: StandardError = 0.0,
    chair_stand_s: Annotated[
        float | None, typer.Option(help="Five rises to the full stand of the fifth [s]; inf if not completed")
    ] = None,
    chair_stand_se_s: StandardError = 0.0,
    gait_speed_m_s: Annotated[float | None, typer.Option(help="Usual gait speed [m/s]")] = None,
    gait_speed_se_m_s: StandardError = 0.0,
    sppb: Annotated[float | None, typer.Option(help="Short Physical Performance Battery, 0 to 12 points")] = None,
    tug_s: Annotated[float | None, typer.Option(help="Timed up and go [s]; inf if not completed")] = None,
    walk_400m_s: Annotated[float | None, typer.Option(help="400-m walk [s]; inf if not completed")] = None,
    asm_kg: AsmKg = None,
    asm_se_kg: StandardError = 0.0,
    asm_method: AsmMethod = None,
    calf_cm: CalfCm = None,
    sarc_f: SarcF = None,
    sarc_calf: Annotated[
        float | None, typer.Option(help="SARC-CalF, 0 to 20 points [default: from SARC-F and calf]")
    ] = None,
    sit_to_stand_power_w_per_kg: Annotated[
        float | None, typer.Option(help="Relative power by the field equation of Alcazar [W/kg]")
    ] = None,
    frameworks: Annotated[
        list[str] | None, typer.Option("--framework", help=f"One of {', '.join(FRAMEWORKS)}; may be repeated")
    ] = None,
    region: Annotated[
        Region | None, typer.Option(help="Only the frameworks that are used first there, and those named")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on standard output, keyed by framework")
    ] = False,
) -> None:
    """Compare values measured by hand with published criteria of sarcopenia. Not a diagnosis."""
    given = {
        "grip_kg": (grip_kg, grip_se_kg),
        "chair_stand_s": (chair_stand_s, chair_stand_se_s),
        "gait_speed_m_s": (gait_speed_m_s, gait_speed_se_m_s),
        "sppb": (sppb, 0.0),
        "tug_s": (tug_s, 0.0),
        "walk_400m_s": (walk_400m_s, 0.0),
        "asm_kg": (asm_kg, asm_se_kg),
        "calf_cm": (calf_cm, 0.0),
        "sarc_f": (sarc_f, 0.0),
        "sarc_calf": (sarc_calf, 0.0),
        "sit_to_stand_power_w_per_kg": (sit_to_stand_power_w_per_kg, 0.0),
    }
    with one_message():
        check_muscle_mass(asm_kg, asm_method)
        _check_errors(given)
        measurements = {
            name: Measurement(value, error, protocol=asm_method or "" if name == "asm_kg" else "")
            for name, (value, error) in given.items()
            if value is not None
        }
        results = evaluate(Person(sex, age_years, height_m, mass_kg), measurements, _chosen(region, frameworks))
    if as_json:
        typer.echo(json.dumps({result.framework: result.model_dump(mode="json") for result in results}))
        return
    _print_criteria(results)


def _print_criteria(results: list[FrameworkResult]) -> None:
    """Verdicts as a table, then what each rests on."""
    table = Table(title="Published criteria", title_justify="left")
    for column in ("criteria", "verdict", "criterion met"):
        table.add_column(column)
    for result in results:
        verdict = result.verdict.value.replace("_", " ")
        table.add_row(escape(result.title), verdict, escape(result.label), style=_STYLE[result.verdict])
    console.print(table)
    for result in results:
        console.print(f"[bold]{escape(result.title)}:[/] [dim]{escape(result.citation)}, doi:{escape(result.doi)}[/]")
        console.print(f"  {escape(result.sentence)}")
        for change in result.would_change:
            console.print(f"  [dim]would change it:[/] {escape(change)}")
        for note in result.notes:
            console.print(f"  [yellow]note:[/] {escape(note)}")
    console.print(f"[dim]{NOT_A_DIAGNOSIS}[/]")


def _chosen(region: Region | None, frameworks: list[str] | None) -> list[str] | None:
    """Keys of the frameworks asked for; None for all."""
    first = default_frameworks(region) if region is not None else ()
    return list(dict.fromkeys([*first, *(frameworks or [])])) or None


def _check_errors(given: dict[str, tuple[float | None, float]]) -> None:
    for name, (value, error) in given.items():
        if value is None and error:
            raise SettingsError(f"A standard error of {name} is given without a value.", hint=f"Give {name} as well.")
