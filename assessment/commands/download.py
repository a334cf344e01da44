"""`python -m assessment download`: a session from the OpenCap server."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from assessment.commands.ending import one_message
from assessment.commands.progress_bars import DownloadProgress
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
        with DownloadProgress() as progress:
            path = opencap_server.download(
                session_id, out, base_url=base_url, token=None, ask=_ask_login, wait_s=wait_s,
                on_progress=progress.update,
            )  # fmt: skip
        console.print(f"Session in {path}. Next: python -m assessment run {path} --out results")


def _ask_login() -> tuple[str, str]:
    return typer.prompt("OpenCap user name", err=True), getpass.getpass("OpenCap password: ")
