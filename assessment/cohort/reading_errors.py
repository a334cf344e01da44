"""Errors of reading a visit, as they may stand in tables and logs: without names, and with the manifest's columns."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from assessment.cohort.manifest.recordings import ROW_EACH
from models.errors import MissingMetadataError, SarcoscopeError
from pipeline.session.lab import is_lab_session
from pipeline.session.names import safe_name
from pipeline.session.opencap import is_opencap_session
from pipeline.session.reading import ONE_OF_SEVERAL

_THEIRS = "the session"
_LIST_OF_NAMES = re.compile(rf": {_THEIRS}(?:,? (?:and )?{_THEIRS})*(?=[.;]|$)")
_BEGINNING = re.compile(r"(?:^|(?<=[.!?] ))t(?=he (?:session|path)\b)")
_SEVERAL_HINT = ROW_EACH.replace(".", " (unpack the archive first, if it is one).")
# A session lies one or two folders deep; more is not worth the walk.
_FOLDERS_SEEN = 1000


def for_tables(error: SarcoscopeError, source: Path, unpacked: Path) -> SarcoscopeError:
    """Take paths, folders and archives, which may be called after a person, out of an error and its whereabouts.

    Parameters
    ----------
    source : Path
        The visit's recordings.
    unpacked : Path
        Where they were unpacked if they are an archive.
    """
    if isinstance(error, MissingMetadataError):
        error = MissingMetadataError(
            error.message,
            hint="What the recordings do not say, the manifest must: give height_m, mass_kg and sex of this visit "
            "there, and run again.",
            **error.context,
        )
    names = sorted(_names(source, unpacked), key=len, reverse=True)
    # Names of one letter or of digits alone are nobody's, and are part of what is said otherwise.
    telling = [re.escape(name) for name in names if len(name) > 1 and any(map(str.isalpha, name))]
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(telling)})(?!\w)")
    context = {key: value for key, value in error.context.items() if key not in ("file", "session")}
    hint = _SEVERAL_HINT if error.hint == ONE_OF_SEVERAL else error.hint
    message, hint = (_readable(pattern.sub(_THEIRS, text)) for text in (error.message, hint))
    return type(error)(message, hint=hint, **context)


def _readable(text: str) -> str:
    """A text with names taken out, without lists that held nothing else, and with capitals where sentences begin."""
    text = _LIST_OF_NAMES.sub("", text).replace(f"{_THEIRS} holds no session", "the path holds no session")
    return _BEGINNING.sub("T", text)


def _names(source: Path, unpacked: Path) -> set[str]:
    found = {str(source.resolve()), str(source), source.name, source.stem, safe_name(source.stem, "session")}
    for root in (source, unpacked):
        found.update(islice(_folders_above_sessions(root), _FOLDERS_SEEN))
    return found


def _folders_above_sessions(root: Path) -> Iterator[str]:
    """Names of folders down to those that are sessions; what lies within these has names of OpenCap's."""
    for place, folders, _files in os.walk(root):
        here = Path(place)
        if is_opencap_session(here) or is_lab_session(here):
            folders.clear()
        yield from folders
