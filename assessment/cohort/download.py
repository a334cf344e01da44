"""Sessions at OpenCap, fetched once for a cohort and kept, without videos."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from filelock import FileLock

from assessment.cohort.sessions import CohortSession
from models.errors import OpenCapServerError, SarcoscopeError
from pipeline.opencap_server import DEFAULT_BASE_URL, AccessDeniedError, OpenCapClient, token_from_environment

SERVER_VARIABLE = "OPENCAP_API_URL"


def fetch(session: CohortSession, folder: Path) -> Path:
    """Return where a visit's recordings are; those at OpenCap are fetched first, unless they are there already.

    The files come one by one, as opencap-processing takes them, because the server's archive brings the videos along.
    The token is the one in the environment; nobody is asked. What a run that was killed left half is removed, and two
    runs that want the same session wait for each other.

    Parameters
    ----------
    session : CohortSession
    folder : Path
        Where downloads are kept: ``ID/OpenCapData_ID`` is made in it.

    Raises
    ------
    OpenCapServerError
        The server refuses, fails, or has nothing; or there is no token and the session is not public.
    """
    if isinstance(session.source, Path):
        return session.source
    place = folder / session.source
    fetched = place / f"OpenCapData_{session.source}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{session.source}.lock"):
            if fetched.exists():
                return fetched
            for unfinished in place.glob(".opencap-*"):
                shutil.rmtree(unfinished)
            return _download(session.source, place)
    except SarcoscopeError as error:
        raise error.within(session=session.key) from None
    except OSError as error:
        raise OpenCapServerError(
            f"The session cannot be stored: {error.strerror or type(error).__name__}.",
            hint="Give an output folder that can be written and has space for all recordings.",
            session=session.key,
        ) from None


def _download(identifier: str, place: Path) -> Path:
    client = OpenCapClient(os.environ.get(SERVER_VARIABLE) or DEFAULT_BASE_URL, token_from_environment())
    try:
        return client.download_files(identifier, place)
    except AccessDeniedError as error:
        if client.has_token:
            raise
        raise AccessDeniedError(
            f"{error.message} There is no token.",
            hint="Put the token of the study's OpenCap account into OPENCAP_API_TOKEN and run again: a cohort run asks "
            "for no password.",
        ) from None
