"""How commands go through what the user gave: session by session, and an error of one takes no other."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import typer

from assessment.commands.ending import one_message, stoppable
from assessment.console import print_error
from assessment.workers import Workers, default_workers
from models.errors import SarcoscopeError
from models.subject import Subject, SubjectMetadata
from pipeline.session import Session, find_sessions, read_session


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
