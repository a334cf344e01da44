"""Options that several commands share, and how every command goes through sessions and tells an expected error."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from assessment.activities import parse_choice
from assessment.console import console, print_error
from assessment.workers import Workers, default_workers
from models.errors import SarcoscopeError, SettingsError
from models.subject import Sex, Subject, SubjectMetadata
from pipeline.scaling import SCALERS
from pipeline.session import Session, find_sessions, read_session
from pipeline.settings import ACCEPTED, IkEngine

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
ScalerName = Annotated[str, typer.Option(help=f"How scale factors are found: {', '.join(SCALERS)}")]
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


@contextmanager
def one_message() -> Iterator[None]:
    """Turn an expected error into its message and exit code 2."""
    try:
        yield
    except SarcoscopeError as error:
        print_error(error)
        raise typer.Exit(2) from None


def complete_subject(session: Session, given: SubjectMetadata) -> Subject:
    """The person of a session; what was given on the command line wins.

    Raises
    ------
    MissingMetadataError
        Something is known from neither.
    """
    try:
        return session.subject.joined(given).complete()
    except SarcoscopeError as error:
        raise error.within(session=session.identifier) from None


def exit_after_each_session(
    path: Path, workers: int | None, treat: Callable[[Session, Path, Workers], bool]
) -> NoReturn:
    """Treat every session of a path, then leave with exit code 0, or 2 where one was refused; the others go on.

    Parameters
    ----------
    treat : callable
        Takes a session, a temporary folder and the workers; False where something of the session failed.
    """
    complete = True
    with (
        one_message(),
        stoppable(),
        Workers(workers or default_workers()) as pool,
        tempfile.TemporaryDirectory() as workdir,
    ):
        for found in find_sessions(path, Path(workdir)):
            try:
                complete &= treat(read_session(found, Path(workdir)), Path(workdir), pool)
            except SarcoscopeError as error:
                print_error(error)
                complete = False
    raise typer.Exit(0 if complete else 2)


def find_all(paths: list[Path], workdir: Path) -> Iterator[Path | SarcoscopeError]:
    """All sessions in what the user gave; a path that is none yields its error, and the next one has its turn."""
    for index, path in enumerate(paths):
        try:
            place = workdir / str(index)  # archives of the same name must not meet
            place.mkdir()
            yield from find_sessions(path, place)
        except SarcoscopeError as error:
            yield error


@contextmanager
def stoppable(
    said: str = "Stopped. Sessions that were done are complete; nothing of the one at hand was kept.",
) -> Iterator[None]:
    """Ctrl-C and a cluster's SIGTERM alike: stop the workers, leave nothing half-written, say so."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        console.print(said)
        raise typer.Exit(130) from None
    finally:
        signal.signal(signal.SIGTERM, before)
