"""The markers of a session's trials, read and prepared once for all who need them: scaling and inverse kinematics."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field

from models.errors import SarcoscopeError
from models.markers import MarkerTrajectories
from pipeline.preparation import PreparedMarkers, prepare_markers
from pipeline.session import Session, read_markers


@dataclass(frozen=True)
class PreparedTrial:
    """One trial's markers.

    Attributes
    ----------
    recorded : MarkerTrajectories
        As they are in the file, in the ground frame.
    prepared : PreparedMarkers
    """

    recorded: MarkerTrajectories
    prepared: PreparedMarkers


@dataclass(frozen=True)
class PreparedSession:
    """A session whose trials are read and prepared when they are first asked for, and then kept.

    Attributes
    ----------
    session : Session
    """

    session: Session
    _known: dict[str, PreparedTrial | SarcoscopeError] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def trial(self, name: str) -> PreparedTrial:
        """Markers of one trial.

        Raises
        ------
        SarcoscopeError
            It cannot be read or prepared; the same each time it is asked for.
        """
        if name not in self._known:
            try:
                self._known[name] = _prepared(self.session, name)
            except SarcoscopeError as error:
                self._known[name] = error
        known = self._known[name]
        if isinstance(known, SarcoscopeError):
            # A copy: whoever catches it adds to its whereabouts.
            raise copy(known)
        return known


def _prepared(session: Session, name: str) -> PreparedTrial:
    recorded = read_markers(session, session.trial(name))
    return PreparedTrial(recorded, prepare_markers(recorded, filter_spec=session.conversion.filter))
