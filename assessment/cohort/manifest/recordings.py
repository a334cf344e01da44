"""Where a row's recordings are, whether they are a session, and what it says of the person; markers are not read."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from assessment.cohort.manifest.template import is_example
from models.errors import OpenCapServerError, SarcoscopeError, SessionReadError
from models.subject import SubjectMetadata
from pipeline.opencap_server import checked_session_id
from pipeline.session import find_sessions, read_subject

# On a network drive each question takes a millisecond of waiting, not of work.
_AT_ONCE = 16
_WINDOWS_PATH = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_RELATIVE = "Paths are relative to the manifest's folder, or absolute; upper and lower case count."

ROW_EACH = "Give each of them a row of its own."


@dataclass(frozen=True)
class Recordings:
    """What was found.

    Attributes
    ----------
    source : Path or str or None
        Absolute path, or the UUID at OpenCap; None where there is a fault.
    identity : str
        The same for the same recordings, however they are written.
    said : SubjectMetadata or None
        What the session's files say of the person; None where that is known only when it is read: archives, OpenCap.
    fault : SarcoscopeError or None
        Holds no part of the path.
    """

    source: Path | str | None = None
    identity: str = ""
    said: SubjectMetadata | None = None
    fault: SarcoscopeError | None = None


def look_at_all(texts: Sequence[str], folder: Path, needs_person: Sequence[bool]) -> list[Recordings]:
    """Look at the recordings of many rows.

    Parameters
    ----------
    texts : sequence of str
        Paths or UUIDs, as the manifest has them.
    folder : Path
        What relative paths are relative to.
    needs_person : sequence of bool
        Whether the session's files are to be asked for the person; where not, nothing is said.
    """
    root = folder.resolve()
    # Where many rows give the folder of all sessions by mistake, it is searched once.
    questions = dict.fromkeys(zip(texts, needs_person, strict=True))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(lambda question: look_at(question[0], root, needs_person=question[1]), questions)
        answers = dict(zip(questions, found, strict=True))
    return [answers[question] for question in zip(texts, needs_person, strict=True)]


def look_at(text: str, folder: Path, *, needs_person: bool) -> Recordings:
    """Look at the recordings of one row; the parameters are those of `look_at_all`."""
    if is_example(text):
        return _fault("The row is an example of the template.", "Delete it, or give recordings of your own.")
    try:
        identifier = checked_session_id(text)
    except OpenCapServerError:
        pass
    else:
        return Recordings(identifier, identifier)
    path = folder / text
    try:
        status = path.stat()
        identity = f"{status.st_dev}:{status.st_ino}"
        if path.is_file():
            _check_file(path)
            return Recordings(path, identity, _said(path, needs_person=needs_person))
        found = find_sessions(path, path)
        if len(found) > 1:
            return _fault(f"The folder holds {len(found)} sessions.", ROW_EACH)
        return Recordings(path, identity, _said(found[0], needs_person=needs_person))
    except FileNotFoundError:
        return _fault("There is nothing at the path.", _hint_for(text))
    except OSError as error:
        return _fault(f"The path cannot be read: {error.strerror or type(error).__name__}.", "Check its rights.")
    except SessionReadError as error:
        # Its own text may name the folder, and a folder may be named after a person.
        what = "lab session cannot be read" if path.suffix.lower() == ".toml" else "path holds no session"
        return _fault(f"The {what}.", f"`python -m assessment check` says more of it. {error.hint}")


def _check_file(path: Path) -> None:
    if path.suffix.lower() not in (".zip", ".toml"):
        raise SessionReadError("A single file.", hint="Give a session's folder, a .zip or a lab description (.toml).")


def _said(path: Path, *, needs_person: bool) -> SubjectMetadata | None:
    if path.suffix.lower() == ".zip" and path.is_file():
        return None
    return read_subject(path) if needs_person else SubjectMetadata()


def _fault(message: str, hint: str) -> Recordings:
    return Recordings(fault=SessionReadError(message, hint=hint))


def _hint_for(text: str) -> str:
    if _ADDRESS.match(text):
        return "Of a session at OpenCap give only the UUID at the end of its address."
    if os.name != "nt" and _WINDOWS_PATH.match(text):
        return f"It is a path of Windows, and this machine runs another system. {_RELATIVE}"
    return _RELATIVE
