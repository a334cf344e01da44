"""Which movements of a session help to scale its model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assessment.prepared import PreparedSession
from models.errors import SarcoscopeError
from models.markers import MarkerTrajectories
from pipeline.quality import Mark
from pipeline.session import Session

MOST_MOVEMENTS = 3
# An angle at the middle marker of each: how far hip and knee bend, without a model.
_HIP = ("shoulder", "asis", "knee")
_KNEE = ("asis", "knee", "ankle")
# A range that single bad frames do not decide [percentiles].
_RANGE = (5.0, 95.0)


@dataclass(frozen=True)
class ScalingMovements:
    """Movements chosen for scaling.

    Attributes
    ----------
    trials : tuple of str
        Their names, the most telling first.
    markers : tuple of MarkerTrajectories
        Prepared.
    notes : tuple of str
        Trials that could not be used, and why.
    """

    trials: tuple[str, ...] = ()
    markers: tuple[MarkerTrajectories, ...] = ()
    notes: tuple[str, ...] = ()


def choose_movements(session: Session, prepared: PreparedSession | None = None) -> ScalingMovements:
    """Choose at most three movements: those in which hips and knees bend most, times the share of markers seen.

    Joints that bend tell where their centres lie; a marker that is not seen tells nothing. Trials that cannot be read,
    and those whose markers preparation withholds, are left out and noted. Of equal trials the session's first is taken,
    so that the same session always gives the same model.

    Parameters
    ----------
    session : Session
    prepared : PreparedSession, optional
        The session's markers, where they are needed further.
    """
    prepared = prepared or PreparedSession(session)
    usable: list[tuple[float, str, MarkerTrajectories]] = []
    notes: list[str] = []
    for trial in session.movement_trials:
        try:
            shown = prepared.trial(trial.name).prepared
        except SarcoscopeError as error:
            notes.append(f"{trial.name} was not used for scaling: {error.message}")
            continue
        if shown.quality.mark is Mark.WITHHELD:
            notes.append(f"{trial.name} was not used for scaling: {' '.join(shown.quality.reasons)}")
            continue
        usable.append((bending_deg(shown.markers) * _share_seen(shown.markers), trial.name, shown.markers))
    chosen = sorted(usable, key=lambda one: -one[0])[:MOST_MOVEMENTS]
    return ScalingMovements(
        tuple(name for _, name, _ in chosen), tuple(markers for _, _, markers in chosen), tuple(notes)
    )


def bending_deg(markers: MarkerTrajectories) -> float:
    """How far hips and knees bend in a recording, from markers alone: mean range of the four angles [deg].

    Angles at the anterior iliac spine (shoulder to knee) and at the lateral knee marker (iliac spine to ankle); those
    whose markers are not there count as unbent.
    """
    name_of = {name.lower().removesuffix("_study").replace(".", "_"): name for name in markers.names}
    ranges_deg = [
        _range_deg(markers, [name_of.get(f"{side}_{landmark}") for landmark in landmarks])
        for side in "rl"
        for landmarks in (_HIP, _KNEE)
    ]
    return float(np.mean(ranges_deg))


def _range_deg(markers: MarkerTrajectories, names: list[str | None]) -> float:
    first, middle, last = (None if name is None else markers.position_m(name) for name in names)
    if first is None or middle is None or last is None:
        return 0.0
    up, down = first - middle, last - middle
    lengths = np.linalg.norm(up, axis=1) * np.linalg.norm(down, axis=1)
    seen = np.isfinite(lengths) & (lengths > 0.0)
    if not seen.any():
        return 0.0
    cosine = np.clip(np.sum(up * down, axis=1)[seen] / lengths[seen], -1.0, 1.0)
    low, high = np.percentile(np.degrees(np.arccos(cosine)), _RANGE)
    return float(high - low)


def _share_seen(markers: MarkerTrajectories) -> float:
    return float(np.isfinite(markers.positions_m).all(axis=2).mean())
