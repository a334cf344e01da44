"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from assessment.activities import parse_choice
from models.errors import SettingsError
from models.subject import Sex
from pipeline.settings import ACCEPTED, SCALER_NAMES, IkEngine

SessionPath = Annotated[
    Path, typer.Argument(metavar="SESSION", help="OpenCap folder or .zip, AddBiomechanics folder, or a lab .toml")
]
SessionPaths = Annotated[
    list[Path],
    typer.Argument(metavar="SESSION...", help="OpenCap folders or .zips, AddBiomechanics folders, lab .tomls"),
]
HeightM = Annotated[float | None, typer.Option(help="Body height [m]; wins over the session's own")]
MassKg = Annotated[float | None, typer.Option(help="Body mass [kg]; wins over the session's own")]
GivenSex = Annotated[Sex | None, typer.Option(help="Sex at birth, as published norms use it")]
AgeYears = Annotated[float | None, typer.Option(help="Age [years]; OpenCap does not store it")]
LoadKg = Annotated[
    float | None, typer.Option(help=f"Mass of the object that pick-up trials lift: {ACCEPTED['load_kg']}")
]
SeatHeightM = Annotated[
    float | None, typer.Option(help=f"Height of the chair's seat over the floor: {ACCEPTED['seat_height_m']}")
]
ReferenceFile = Annotated[
    Path | None,
    typer.Option(
        "--reference",
        metavar="REFERENCE.toml",
        help="A cohort of your own (python -m assessment reference) in place of published populations",
    ),
]
Activities = Annotated[
    list[str] | None,
    typer.Option("--activity", metavar="TRIAL=NAME[/VARIANT]", help="What a trial shows, where you know; repeatable"),
]
GripKg = Annotated[float | None, typer.Option(help="Grip strength, best value [kg]")]
AsmKg = Annotated[float | None, typer.Option(help="Muscle mass of arms and legs [kg]; needs --asm-method")]
AsmMethod = Annotated[
    Literal["bia", "dxa"] | None, typer.Option(help="How the muscle mass was measured; cut-offs differ")
]
CalfCm = Annotated[float | None, typer.Option(help="Largest circumference of the calf [cm]")]
SarcF = Annotated[int | None, typer.Option(help="SARC-F, 0 to 10 points")]
Out = Annotated[Path, typer.Option(help="Folder for results; one folder a session is made in it")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace results that are there already")]
WorkerCount = Annotated[int | None, typer.Option("--workers", min=1, help="Worker processes [default: all cores]")]
ScalerName = Annotated[str, typer.Option(help=f"How scale factors are found: {', '.join(SCALER_NAMES)}")]
PolicyName = Annotated[
    str | None, typer.Option(help="Name or file of the policy of the rl scaler [default: by age]", show_default=False)
]
ModelPath = Annotated[Path | None, typer.Option(help="Another generic .osim in place of LaiUhlrich2022")]
MarkerPlacement = Annotated[bool, typer.Option(help="Move the model's markers onto the static pose after scaling")]
IkEngineName = Annotated[
    IkEngine, typer.Option(help="Inverse kinematics: all frames at once, or OpenSim's solver, the slow reference")
]
CutoffHz = Annotated[float | None, typer.Option(help=f"Low-pass cut-off: {ACCEPTED['cutoff_hz']} [default: by trial]")]
LockFeet = Annotated[
    bool | None,
    typer.Option(
        "--lock-feet/--no-lock-feet",
        help="Keep feet that stand from slipping before forces are found [default: in slow movements on video]",
    ),
]


def chosen_activities(given: list[str] | None) -> dict[str, str]:
    """Movements by trial, from ``TRIAL=NAME[/VARIANT]``.

    Raises
    ------
    SettingsError
        A choice has no trial, or is not known.
    """
    choices = {}
    for text in given or []:
        trial, _, choice = text.partition("=")
        if not (trial and choice):
            raise SettingsError(
                f"--activity {text!r} is not accepted.",
                hint="Write the trial and the movement: --activity balance2=standing/tandem.",
            )
        parse_choice(choice)
        choices[trial] = choice
    return choices
