"""The OpenCap server as a source of sessions: the client, and `download` for the faces of the program.

Written against the published source of opencap-api; see docs/opencap-server.md for what is sent where.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from pipeline.opencap_server.addresses import checked_session_id
from pipeline.opencap_server.answers import RemoteSession, RemoteSubject, RemoteTrial
from pipeline.opencap_server.client import (
    DEFAULT_BASE_URL,
    DEFAULT_WAIT_S,
    OnProgress,
    OpenCapClient,
    Progress,
    check_free,
)
from pipeline.opencap_server.faults import AccessDeniedError, ArchiveUnavailableError

__all__ = [
    "DEFAULT_BASE_URL",
    "DEFAULT_WAIT_S",
    "AccessDeniedError",
    "ArchiveUnavailableError",
    "OpenCapClient",
    "Progress",
    "RemoteSession",
    "RemoteSubject",
    "RemoteTrial",
    "download",
    "token_from_environment",
]

TOKEN_VARIABLES = ("OPENCAP_API_TOKEN", "API_TOKEN")
"""Ours first, then opencap-processing's."""


def token_from_environment() -> SecretStr | None:
    """The token in the environment, None where there is none."""
    return next((SecretStr(os.environ[name]) for name in TOKEN_VARIABLES if os.environ.get(name)), None)


def download(
    session_id: str,
    out: Path,
    *,
    base_url: str = DEFAULT_BASE_URL,
    token: str | SecretStr | None = None,
    ask: Callable[[], tuple[str, str]] | None = None,
    wait_s: float = DEFAULT_WAIT_S,
    on_progress: OnProgress | None = None,
    from_environment: bool = True,
) -> Path:
    """Fetch a session by whatever way works: the zip, or the files one by one when the zip is not to be had.

    Parameters
    ----------
    session_id : str
        UUID of the session.
    out : Path
        Folder that gets ``OpenCapData_<id>.zip`` or, from the second way, ``OpenCapData_<id>/`` (without videos).
    token : str, SecretStr or None
        None takes the one in the environment, if that may be.
    ask : callable or None
        Gives user name and password; called only where there is no token and the session is not public.
    wait_s : float
        How long the server may take to make the zip [s].
    on_progress : callable or None
        Told every `Progress`; stage ``note`` says what the user must know, such as the change of way.
    from_environment : bool
        Whether a token in the environment may be used. Not where the one who asks did not start the program.

    Returns
    -------
    Path
        The zip or the folder; either can be given to `pipeline.session.read_session`.

    Raises
    ------
    OpenCapServerError
        See `OpenCapClient`.
    """
    secret = SecretStr(token) if isinstance(token, str) and token else token or None
    if secret is None and from_environment:
        secret = token_from_environment()
    del token
    identifier = checked_session_id(session_id)
    check_free(identifier, out)
    client = OpenCapClient(base_url, secret)
    try:
        client.session(identifier)
    except AccessDeniedError:
        if client.has_token or ask is None:
            raise
        client.login(*ask())
    try:
        return client.download_session(identifier, out, on_progress, wait_s=wait_s)
    except ArchiveUnavailableError as error:
        if on_progress is not None:
            on_progress(Progress("note", f"{error.message} The files are fetched one by one, without videos."))
        return client.download_files(identifier, out, on_progress)
