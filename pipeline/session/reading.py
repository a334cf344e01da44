"""The door: recognise what is given, and read it.

OpenCap folders and archives, Monocular sessions and lab descriptions all become the same `Session`; marker files are
read one trial at a time.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.errors import MarkerDataError, SessionReadError
from models.markers import MarkerTrajectories
from models.skeleton.marker_sets import marker_set
from models.subject import SubjectMetadata
from pipeline.files.markers import read_marker_file
from pipeline.files.naming import plain_marker_name
from pipeline.session.archive import extract_session_archive
from pipeline.session.lab import is_lab_session, read_lab_session
from pipeline.session.metadata import METADATA_FILE, read_metadata
from pipeline.session.opencap import is_opencap_session, read_opencap_session
from pipeline.session.types import Session, Trial

_SEARCH_DEPTH = 3  # archive / OpenCapData_Subject_<id> / OpenCapData_<session> / the same again, as Windows unpacks it
_WHAT_IS_ACCEPTED = (
    "A session is the folder OpenCapData_<id> or the .zip that OpenCap gives for download (it holds "
    "MarkerData/<trial>.trc), or a .toml that describes a lab recording; see docs/sessions.md."
)
ONE_OF_SEVERAL = "Give one of these folders (unpack the archive first, if it is one)."
"""What to do about a path that holds several sessions."""


def find_sessions(path: Path, workdir: Path) -> tuple[Path, ...]:
    """Find the sessions in what the user gives; each result can be given to `read_session`.

    Parameters
    ----------
    path : Path
        A session's folder, a folder that holds several (up to three levels down), a ``.zip`` of either (the web
        app's download of one session or of all sessions of a participant), or a lab description (``.toml``).
    workdir : Path
        Where archives are unpacked.

    Raises
    ------
    SessionReadError
        There is nothing at the path, or nothing that is a session.
    UploadRejectedError
        The archive is not safe to unpack.
    """
    if not path.exists():
        raise SessionReadError(f"There is nothing at {path}.", hint="Check the path.")
    if path.is_file() and path.suffix.lower() == ".zip":
        path = extract_session_archive(path, workdir)
    if path.is_file():
        if is_lab_session(path):
            return (path,)
        raise SessionReadError(f"{path.name} is a single file, not a session.", hint=_WHAT_IS_ACCEPTED)
    path = path.resolve()  # "." has a name then
    try:
        roots = _session_folders(path, _SEARCH_DEPTH)
    except OSError as reason:
        raise _unreadable(path, reason) from None
    if not roots:
        raise SessionReadError(f"{path.name} holds no session.", hint=_hint_for(path))
    return roots


def read_session(path: Path, workdir: Path) -> Session:
    """Read one session; marker data themselves are read later, by `read_markers`.

    Parameters
    ----------
    path, workdir : Path
        As for `find_sessions`, but holding one session only.

    Raises
    ------
    SessionReadError
        The path holds no session, several, or one that cannot be read.
    UploadRejectedError
        The archive is not safe to unpack.
    """
    roots = find_sessions(path, workdir)
    if len(roots) > 1:
        raise SessionReadError(
            f"{path.name} holds {len(roots)} sessions: {', '.join(root.name for root in roots)}.",
            hint=ONE_OF_SEVERAL,
        )
    root = roots[0]
    try:
        if is_lab_session(root):
            return read_lab_session(root, inside=_upload_folder(root, workdir))
        return read_opencap_session(root)
    except OSError as reason:
        raise _unreadable(root, reason) from None


def read_subject(root: Path) -> SubjectMetadata:
    """What a session's own files say of the person, without a look at its recordings.

    Parameters
    ----------
    root : Path
        One of the folders or lab descriptions that `find_sessions` gives.

    Raises
    ------
    SessionReadError
        A lab description is not accepted.
    """
    return read_lab_session(root).subject if is_lab_session(root) else read_metadata(root / METADATA_FILE).subject


def read_markers(session: Session, trial: Trial) -> MarkerTrajectories:
    """Read the markers of one trial: names of the model's set, in its order, ground frame, metres.

    Markers of the set that the file does not hold are left out; gaps stay NaN. The session's filter is
    applied by `pipeline.preparation`, after faults are repaired: a filter would smear them.

    Raises
    ------
    MarkerDataError
        The trial has no marker file, it cannot be read, it holds none of the model's markers, or, in an OpenCap
        session, a marker without any position.
    """
    if trial.marker_file is None:
        raise MarkerDataError(
            "The trial has no marker file.", hint="Download or export it again with its markers.", trial=trial.name
        )
    try:
        markers = _model_markers(read_marker_file(trial.marker_file), session)
        _refuse_empty_markers(markers, session)
        return markers.with_positions(markers.positions_m @ session.conversion.file_to_ground.T)
    except MarkerDataError as error:
        # The file's name may hold the person's; the trial's does not.
        error.context.pop("file", None)
        raise error.within(trial=trial.name) from None


def _refuse_empty_markers(markers: MarkerTrajectories, session: Session) -> None:
    """A network predicts every marker in every frame; reflective ones may fall off, which preparation reports."""
    never_seen = np.asarray(np.isnan(markers.positions_m).any(axis=2).all(axis=0))
    if session.kind == "lab" or not never_seen.any():
        return
    names = [name for name, empty in zip(markers.names, never_seen, strict=True) if empty]
    raise MarkerDataError(
        f"No frame holds a position of {', '.join(names)}.",
        hint="OpenCap gives every marker a position in every frame, so the file is damaged: download the session "
        "again. If a marker is meant to be absent, remove its columns.",
    )


def _model_markers(raw: MarkerTrajectories, session: Session) -> MarkerTrajectories:
    new_name_of = {plain_marker_name(old): new for old, new in session.conversion.new_name_of.items()}
    wanted = marker_set(session.marker_set).names
    markers = raw.select([name for name in raw.names if new_name_of.get(name, name) in wanted])
    if not markers.names:
        raise MarkerDataError(
            "The marker file holds none of the model's markers.",
            hint=f"Expected names like {', '.join(wanted[:3])}; found {', '.join(raw.names[:5])}. "
            "Lab sessions need a map of marker names.",
        )
    return markers.rename(new_name_of).select(wanted)


def _session_folders(folder: Path, depth: int) -> tuple[Path, ...]:
    if (folder / "summary.json").is_file() and ((folder / "report.html").is_file() or (folder / "Tables").is_dir()):
        return ()  # our own results of a session, which have OpenCap's layout; those of a cohort have no report
    if is_lab_session(folder) or is_opencap_session(folder):
        return (folder,)
    if depth == 0:
        return ()
    inner = sorted(child for child in folder.iterdir() if child.is_dir() and not child.name.startswith((".", "__")))
    return tuple(root for child in inner for root in _session_folders(child, depth - 1))


def _unreadable(path: Path, reason: OSError) -> SessionReadError:
    return SessionReadError(
        f"{path.name} cannot be read: {reason.strerror or 'unknown reason'}.", hint="Check that you may read it."
    )


def _upload_folder(root: Path, workdir: Path) -> Path | None:
    """What was unpacked below the work folder comes from elsewhere and must not point outside its archive."""
    root, workdir = root.resolve(), workdir.resolve()
    return workdir / root.relative_to(workdir).parts[0] if root != workdir and root.is_relative_to(workdir) else None


def _hint_for(folder: Path) -> str:
    if folder.name in ("MarkerData", "OpenSimData", "Kinematics", "Model") or any(folder.glob("*.trc")):
        return f"If this is a part of a session, give the folder above it. {_WHAT_IS_ACCEPTED}"
    return _WHAT_IS_ACCEPTED
