"""`python -m assessment export-markers`: recordings become clips without identity, of sessions or of a whole cohort."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from assessment.cohort.closing import print_bad_rows
from assessment.cohort.download import fetch
from assessment.cohort.manifest import read_manifest
from assessment.cohort.reading_errors import for_tables
from assessment.commands.ending import one_message
from assessment.commands.options import AgeYears, GivenSex, HeightM, MassKg
from assessment.commands.sessions import find_all
from assessment.console import console, print_error
from assessment.export import session_clips
from models.errors import SarcoscopeError, SettingsError
from models.subject import SubjectMetadata
from pipeline.session import Session, read_session
from rl_scaling.tasks.clips import MarkerClip, random_id, save_clips

_MANIFEST = ".csv"


@dataclass(frozen=True)
class _Visit:
    """A session to export: what is known of the person, the random number that stands for them, how errors are told."""

    session: Session
    given: SubjectMetadata
    person: str
    told: Callable[[SarcoscopeError], SarcoscopeError] = lambda error: error


def export_markers(
    sessions: Annotated[
        list[Path],
        typer.Argument(metavar="SESSION...|MANIFEST.csv", help="Sessions as `run` takes them, or a cohort's manifest"),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="CLIPS.npz", help="File the clips are written to")],
    height_m: HeightM = None,
    mass_kg: MassKg = None,
    sex: GivenSex = None,
    age_years: AgeYears = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Export the good rows of a manifest where others are not accepted")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there already")] = False,
) -> None:
    """Write markers as clips without identity, for training; what is given here holds for all sessions."""
    given = SubjectMetadata(height_m=height_m, mass_kg=mass_kg, sex=sex, age_years=age_years)
    clips: list[MarkerClip] = []
    errors: list[SarcoscopeError] = []
    with one_message(), tempfile.TemporaryDirectory() as workdir:
        if out.exists() and not overwrite:
            raise SettingsError(f"{out.name} is there already.", hint="Give --overwrite to replace it.")
        if any(path.suffix.lower() == _MANIFEST for path in sessions):
            visits, complete = _of_manifest(sessions, given, Path(workdir), keep_going=keep_going)
        else:
            visits, complete = _of_sessions(sessions, given, Path(workdir)), True
        for visit in visits:
            if isinstance(visit, SarcoscopeError):
                errors.append(visit)
                continue
            faults: list[SarcoscopeError] = []
            try:
                clips += session_clips(visit.session, visit.given, faults.append, person=visit.person)
            except SarcoscopeError as error:
                faults.append(error)
            errors += map(visit.told, faults)
        for left_out in errors:
            print_error(left_out)
        save_clips(clips, out)
    people = len({clip.person for clip in clips})
    console.print(f"{len(clips)} clips of {people} {'person' if people == 1 else 'people'} in {escape(str(out))}.")
    raise typer.Exit(2 if errors or not complete else 0)


def _of_sessions(paths: list[Path], given: SubjectMetadata, workdir: Path) -> Iterator[_Visit | SarcoscopeError]:
    """Nobody knows whose sessions they are: each counts as a person."""
    for found in find_all(paths, workdir):
        try:
            if isinstance(found, SarcoscopeError):
                raise found
            yield _Visit(read_session(found, workdir), given, random_id())
        except SarcoscopeError as error:
            yield error


def _of_manifest(
    paths: list[Path], given: SubjectMetadata, workdir: Path, *, keep_going: bool
) -> tuple[Iterator[_Visit | SarcoscopeError], bool]:
    """Each row with what it says of the person; visits of one participant are one person's.

    Returns
    -------
    visits : iterator
    complete : bool
        Whether all rows were accepted.

    Raises
    ------
    SettingsError
        Something beside the manifest is given, it cannot be read, or rows are not accepted and that is not wanted.
    """
    if len(paths) > 1 or given != SubjectMetadata():
        raise SettingsError(
            "A manifest goes alone: each of its rows says whose session it is.",
            hint="Put sessions, height, mass, sex and age into its rows (docs/cohorts.md).",
        )
    manifest = read_manifest(paths[0])
    print_bad_rows(manifest.bad_rows)
    if manifest.bad_rows and not keep_going:
        raise SettingsError(
            f"{manifest.left_out} {'is' if manifest.n_bad == 1 else 'are'} not accepted; nothing was written.",
            hint="Correct them, or give --keep-going to export the others.",
        )

    def visits() -> Iterator[_Visit | SarcoscopeError]:
        person_of: dict[str, str] = {}
        for session in manifest.sessions:
            person = person_of.setdefault(session.participant, random_id())
            # Archives and downloads of one visit at a time: a cohort's would fill the disk.
            with tempfile.TemporaryDirectory(dir=workdir) as place:
                try:
                    source = fetch(session, Path(place))
                except SarcoscopeError as error:
                    yield error.within(session=session.key)
                    continue
                told = partial(_told, key=session.key, source=source, unpacked=Path(place))
                try:
                    yield _Visit(read_session(source, Path(place)), session.given, person, told)
                except SarcoscopeError as error:
                    yield told(error)

    return visits(), not manifest.bad_rows


def _told(error: SarcoscopeError, *, key: str, source: Path, unpacked: Path) -> SarcoscopeError:
    """An error of a visit by the study's codes: folders and archives may be called after a person."""
    return for_tables(error, source, unpacked).within(session=key)
