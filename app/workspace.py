"""Folders on disk for browser sessions: one each, below one for this server, removed with it.

Streamlit drops a browser session's state some minutes after its page is closed; the session's folder goes with it. What
a server that was killed left behind is removed when the next one starts.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import streamlit as st

_PREFIX = "sarcoscope-app-"


def new_workspace() -> tempfile.TemporaryDirectory[str]:
    """Make a folder that only this user can read and that is removed when nobody holds it any more."""
    return tempfile.TemporaryDirectory(dir=_server_folder(), prefix="session-")


@st.cache_resource
def _server_folder() -> Path:
    """Folder of this server process, made once, after those of servers that are gone were removed."""
    parent = Path(tempfile.gettempdir())
    for folder in parent.glob(f"{_PREFIX}*"):
        owner = folder.name.removeprefix(_PREFIX)
        if owner.isdigit() and not _is_running(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
    folder = parent / f"{_PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
