"""`python -m assessment download`: a session from the OpenCap server."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from assessment.commands.ending import one_message
from assessment.console import console
from pipeline import opencap_server
from pipeline.opencap_server import DEFAULT_BASE_URL


def download(
    session_id: Annotated[str, typer.Argument(metavar="SESSION_ID", help="The session's UUID, from its web address")],
    out: Annotated[Path, typer.Option(help="Folder the session is put in")] = Path("Data"),
    base_url: Annotated[str, typer.Option(envvar="OPENCAP_API_URL", help="OpenCap server")] = DEFAULT_BASE_URL,
    wait_s: Annotated[float, typer.Option(help="How long to wait while the server makes the archive [s]")] = 600.0,
) -> None:
    """Download a session from the OpenCap server (token from OPENCAP_API_TOKEN, or asked for; never stored)."""
    with one_message():
        with _DownloadProgress() as progress:
            path = opencap_server.download(
                session_id, out, base_url=base_url, token=None, ask=_ask_login, wait_s=wait_s,
                on_progress=progress.update,
            )  # fmt: skip
        shown = escape(str(path))
        console.print(f"Session in {shown}. Next: python -m assessment run {shown} --out results", soft_wrap=True)


def _ask_login() -> tuple[str, str]:
    return typer.prompt("OpenCap user name", err=True), getpass.getpass("OpenCap password: ")


class _DownloadProgress:
    """A bar that follows a download; notes of the client stay on screen."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn(), console=console,
            transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("Asking the server", total=None)

    def __enter__(self) -> _DownloadProgress:
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
