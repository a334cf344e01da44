"""Which markers of a file are the model's, which are not used, and which the model misses."""

from __future__ import annotations

from dataclasses import dataclass

from models.skeleton.marker_sets import MONOCULAR_TO_STUDY, marker_set
from pipeline.files.markers import marker_names
from pipeline.files.naming import plain_marker_name
from pipeline.session.types import Session, Trial


@dataclass(frozen=True)
class MarkerMatch:
    """Markers of one file and of the model.

    Attributes
    ----------
    matched : dict
        Name in the file -> the model's.
    unused : tuple of str
        In the file, none of the model's.
    missing : tuple of str
        The model's that this kind of session should have, not in the file.
    """

    matched: dict[str, str]
    unused: tuple[str, ...]
    missing: tuple[str, ...]


def match_markers(session: Session, trial: Trial) -> MarkerMatch:
    """Match the names in a trial's marker file, which must be there, with the model's.

    Raises
    ------
    MarkerDataError
        The file cannot be read.
    """
    new_name_of = {plain_marker_name(old): new for old, new in session.conversion.new_name_of.items()}
    known = marker_set(session.marker_set).names
    expected = tuple(dict.fromkeys(MONOCULAR_TO_STUDY.values())) if session.kind == "opencap-monocular" else known
    in_file = () if trial.marker_file is None else marker_names(trial.marker_file)
    matched = {name: new_name_of.get(name, name) for name in in_file if new_name_of.get(name, name) in known}
    return MarkerMatch(
        matched=matched,
        unused=tuple(name for name in in_file if name not in matched),
        missing=tuple(name for name in expected if name not in matched.values()),
    )
