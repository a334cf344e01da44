"""`python -m assessment export | import | backup | restore | work`: the store without the app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from sqlmodel import select

from assessment.commands.ending import one_message
from assessment.console import console
from assessment.store import UserStore, open_store
from assessment.store.backup import backup as back_up
from assessment.store.backup import restore as take_back
from assessment.store.bundle import Manifest
from assessment.store.tables import User
from assessment.store.transfer import export as export_all
from assessment.store.transfer import import_ as import_all
from models.errors import StoreError

OutFile = Annotated[Path, typer.Argument(metavar="OUT.zip", help="File that is written; must not be there")]
Codes = Annotated[
    list[str] | None, typer.Option("--participant", metavar="CODE", help="Study code; repeatable [default: all]")
]
Label = Annotated[
    str | None,
    typer.Option("--user", metavar="LABEL", help="Whose participants, where people log in [default: local]"),
]
KEEP_SAFE = "It may hold names, and it holds health data, unencrypted: keep it as safe as the store."


def export(
    out: OutFile,
    participant: Codes = None,
    de_identified: Annotated[
        bool, typer.Option("--de-identified", help="Results without what identifies a person; cannot be imported")
    ] = False,
    user: Label = None,
) -> None:
    """Write participants of the store into a file: recordings, visits, runs, results."""
    with one_message():
        mine = _of(user)
        if de_identified:
            from assessment.store.deidentified import export_deidentified

            count = export_deidentified(mine, out, participant or ())
            console.print(f"{_counted(count, 'result')} without identity in {escape(str(out))}.")
            return
        manifest = export_all(mine, out, participant or ())
        console.print(
            f"{', '.join(_counted(manifest.tables[kind].rows, kind) for kind in ('participant', 'visit', 'run'))} "
            f"in {escape(str(out))}. {KEEP_SAFE}"
        )


def import_(
    file: Annotated[Path, typer.Argument(metavar="IN.zip", help="What export has written")], user: Label = None
) -> None:
    """Add the participants of an export to the store; nothing that is there is overwritten."""
    with one_message():
        done = import_all(_of(user), file)
    console.print(f"Added: {escape(', '.join(done.added)) or 'nobody'}.")
    if done.conflicts:
        console.print(f"Left out, because these study codes are there already: {escape(', '.join(done.conflicts))}.")
        raise typer.Exit(2)


def backup(out: OutFile) -> None:
    """Write the whole store into a file while it is used, and check the file."""
    with one_message():
        manifest = back_up(open_store().for_local_user(), out)
        console.print(f"{_files(manifest)} in {escape(str(out))}. {KEEP_SAFE}")


def restore(file: Annotated[Path, typer.Argument(metavar="BACKUP.zip", help="What backup has written")]) -> None:
    """Take a backup into an empty store, on SQLite or PostgreSQL."""
    with one_message():
        manifest = take_back(open_store().for_local_user(), file)
        console.print(f"Back: {_files(manifest)}.")


def work() -> None:
    """Serve runs in the foreground until stopped, as a service on a server; the app then starts no runner."""
    from assessment.jobs.runner import Runner, serve

    with one_message():
        store = open_store()
        console.print("Serving runs. Ctrl-C stops; a run in progress goes on to its end.")
        try:
            if not serve(Runner(store), idle_s=None):
                raise StoreError(
                    "A runner of this store is at work on this machine already.",
                    hint="It ends ten minutes after its last run; or stop it and do this again.",
                )
        except KeyboardInterrupt:
            raise typer.Exit(130) from None


def _files(manifest: Manifest) -> str:
    return f"{_counted(manifest.n_files, 'file')} of {_counted(manifest.tables['participant'].rows, 'participant')}"


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _of(label: str | None) -> UserStore:
    store = open_store()
    if label is None:
        return store.for_local_user()
    with store.reading() as session:
        users = session.exec(select(User)).all()
    found = [user for user in users if user.label == label]
    if len(found) != 1:
        known = ", ".join(sorted(user.label for user in users))
        raise StoreError(
            f"{'Several users are' if found else 'No user is'} called {label}.", hint=f"Users of this store: {known}."
        )
    return UserStore(store, found[0].id, label, "admin")
