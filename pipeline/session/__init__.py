"""A session: one visit of one participant, as its files describe it. Checked at the door, read lazily.

`find_sessions` and `read_session` take what the user gives (OpenCap folder or zip, Monocular session, lab description)
and return the same `Session` for all of them; marker files are read one trial at a time by `read_markers`.
"""

from pipeline.session.loose_files import MarkerNames, UpAxis, session_of_files
from pipeline.session.marker_match import MarkerMatch, match_markers
from pipeline.session.reading import find_sessions, read_markers, read_session, read_subject
from pipeline.session.types import MarkerConversion, Session, SessionKind, Trial

__all__ = [
    "MarkerConversion",
    "MarkerMatch",
    "MarkerNames",
    "Session",
    "SessionKind",
    "Trial",
    "UpAxis",
    "find_sessions",
    "match_markers",
    "read_markers",
    "read_session",
    "read_subject",
    "session_of_files",
]
