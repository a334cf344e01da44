"""What the recordings of a session are like, before anything is computed from them."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.errors import SarcoscopeError
from pipeline.preparation import prepare_markers
from pipeline.quality import Quality
from pipeline.session import MarkerMatch, Session, Trial, match_markers, read_markers


@dataclass(frozen=True)
class Recorded:
    """One trial's markers.

    Attributes
    ----------
    match : MarkerMatch or None
        None where the file cannot be read.
    n_frames : int
    duration_s, rate_hz : float or None
        None below two frames.
    missing_share : float
        Share of positions, of the markers that are used, that are not there.
    quality : Quality
        What preparing the markers found, as the run will find it.
    error : SarcoscopeError or None
        Why nothing can be computed from it.
    """

    match: MarkerMatch | None = None
    n_frames: int = 0
    duration_s: float | None = None
    rate_hz: float | None = None
    missing_share: float = 0.0
    quality: Quality = field(default_factory=Quality)
    error: SarcoscopeError | None = None


def look_at(session: Session) -> dict[str, Recorded]:
    """Read the markers of every trial that has some, by the trial's name. Reads a minute of markers in a second."""
    return {trial.name: _look_at(session, trial) for trial in session.trials if trial.marker_file is not None}


def _look_at(session: Session, trial: Trial) -> Recorded:
    try:
        markers = read_markers(session, trial)
        prepared = prepare_markers(markers, filter_spec=session.conversion.filter)
        several = markers.n_frames > 1
        return Recorded(
            match=match_markers(session, trial),
            n_frames=markers.n_frames,
            duration_s=markers.duration_s if several else None,
            rate_hz=markers.rate_hz if several else None,
            missing_share=markers.missing_share,
            quality=prepared.quality,
        )
    except SarcoscopeError as error:
        return Recorded(error=error)
