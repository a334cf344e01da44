"""Sessions as marker clips without identity, for training the scaler: `python -m assessment export-markers`."""

from __future__ import annotations

from collections.abc import Callable

from models.errors import MarkerDataError, SarcoscopeError
from models.subject import SubjectMetadata
from pipeline.preparation import prepare_markers
from pipeline.session import Session, read_markers
from rl_scaling.tasks.clips import MarkerClip, random_id


def session_clips(
    session: Session, given: SubjectMetadata, on_error: Callable[[SarcoscopeError], None], *, person: str
) -> tuple[MarkerClip, ...]:
    """Return every usable trial of a session as a clip, prepared as for an assessment; names and paths stay behind.

    Parameters
    ----------
    session : Session
    given : SubjectMetadata
        What the user says of the person; wins over the session's own.
    on_error : callable
        Told of every trial that was left out.
    person : str
        Random; the same for all sessions of one person, so that who is held out is held out whole.

    Raises
    ------
    MissingMetadataError
        Height, mass or sex is not known.
    MarkerDataError
        Not one trial can be used.
    """
    try:
        subject = session.subject.joined(given).complete()
    except SarcoscopeError as error:
        raise error.within(session=session.identifier) from None
    clips = []
    for trial in session.trials:
        try:
            prepared = prepare_markers(read_markers(session, trial), filter_spec=session.conversion.filter).markers
        except SarcoscopeError as error:
            on_error(error.within(session=session.identifier, trial=trial.name))
            continue
        clips.append(
            MarkerClip(
                clip=random_id(),
                person=person,
                static=trial.name == session.static_trial,
                synthetic=session.synthetic,
                names=prepared.names,
                positions_m=prepared.positions_m,
                rate_hz=prepared.rate_hz,
                subject=subject,
            )
        )
    if not clips:
        raise MarkerDataError(
            "No trial of the session holds usable markers.",
            hint="`python -m assessment check` shows what was found.",
            session=session.identifier,
        )
    return tuple(clips)
