"""Runs opencap-processing's analyses on the trials of an assessed session and puts its numbers beside ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TypeVar

from assessment.crosscheck.checkout import DEFAULT_LIMIT_S, Checkout, Outcome
from assessment.crosscheck.quantities import (
    QUANTITIES,
    AnalysisName,
    Quantity,
    analysis,
    analysis_of,
    sides_of,
)
from assessment.crosscheck.records import Crosscheck, CrosscheckRow, RunOn
from assessment.motion import Side
from assessment.opencap_layout import missing_files
from assessment.summary import IndicatorRecord, Summary, TrialRecord
from assessment.version import SARCOSCOPE_VERSION
from pipeline.quality import Mark
from pipeline.session import Session

_ORDER = list(Mark)
T = TypeVar("T")


@dataclass(frozen=True)
class _Source:
    """A folder in OpenCap's layout, and what its files of each trial are called."""

    run_on: RunOn
    folder: Path
    stem_of: dict[str, str]


def compare_results(
    checkout: Checkout,
    summary: Summary,
    results: Path,
    session: Session | None = None,
    *,
    limit_s: float = DEFAULT_LIMIT_S,
    on_trial: Callable[[str], None] = lambda _: None,
) -> Crosscheck:
    """Compare our indicators of a session with those of opencap-processing.

    Parameters
    ----------
    checkout : Checkout
    summary : Summary
        Ours.
    results : Path
        The results folder it belongs to; theirs runs on our angles in it.
    session : Session, optional
        Where it is given and OpenCap's, theirs also runs on the angles that came with it.
    limit_s : float
        For one analysis of one trial and leg [s].
    on_trial : callable
        Told the name of each trial as its turn comes.

    Returns
    -------
    Crosscheck
        Faults of theirs are rows with reasons; nothing is raised for them.
    """
    sources = [_Source("results", results, {trial.name: trial.name for trial in summary.trials})]
    if session is not None and session.kind != "lab":
        stems = {
            trial.name: (trial.kinematics_file or trial.marker_file or Path(trial.name)).stem
            for trial in session.trials
        }
        sources.insert(0, _Source("session", session.root, stems))
    rows: list[CrosscheckRow] = []
    for trial in summary.trials:
        on_trial(trial.name)
        rows += _trial_rows(checkout, trial, sources, limit_s)
    return Crosscheck(
        session=summary.session,
        synthetic=summary.synthetic,
        sarcoscope_version=SARCOSCOPE_VERSION,
        opencap_processing_revision=checkout.revision,
        rows=rows,
    )


def _trial_rows(
    checkout: Checkout, trial: TrialRecord, sources: list[_Source], limit_s: float
) -> Iterator[CrosscheckRow]:
    if trial.activity is None:
        reason = trial.error.message if trial.error is not None else "The movement is not known."
        yield CrosscheckRow(trial=trial.name, analysis=None, reasons=[f"Ours failed: {reason}"])
        return
    name = analysis_of(trial.activity.name)
    if name is None:
        reason = f"opencap-processing has no analysis that is run for this movement ({trial.activity.name})."
        yield CrosscheckRow(trial=trial.name, analysis=None, reasons=[reason])
        return
    for source in sources:
        for side in sides_of(name):
            stem = source.stem_of[trial.name]
            missing = missing_files(source.folder, stem)
            outcome = (
                Outcome.nothing(f"It needs {', '.join(missing)}, which the {source.run_on} folder does not hold.")
                if missing
                else checkout.run(analysis(name, side), source.folder, stem, limit_s=limit_s)
            )
            yield from _outcome_rows(trial, name, side, source.run_on, outcome)


def _outcome_rows(
    trial: TrialRecord, name: AnalysisName, side: Side | None, run_on: RunOn, outcome: Outcome
) -> Iterator[CrosscheckRow]:
    if outcome.reason is not None:
        yield CrosscheckRow(trial=trial.name, analysis=name, run_on=run_on, side=side, reasons=[outcome.reason])
        return
    for quantity in QUANTITIES[name]:
        theirs, n_theirs, why_not_theirs = _theirs(quantity, outcome, side)
        ours, mark, why_not_ours = _ours(quantity, trial.indicators, side)
        yield CrosscheckRow(
            trial=trial.name,
            analysis=name,
            run_on=run_on,
            side=side,
            quantity=quantity.ours,
            label=quantity.label,
            unit=quantity.unit,
            theirs=theirs,
            n_theirs=n_theirs,
            ours=ours,
            ours_mark=mark,
            difference=None if theirs is None or ours is None else ours - theirs,
            reasons=[*why_not_theirs, *why_not_ours],
            note=quantity.note,
        )


def _theirs(quantity: Quantity, outcome: Outcome, side: Side | None) -> tuple[float | None, int, list[str]]:
    faults = _of_leg(outcome.faults, side)
    why_not = [faults[scalar] for scalar in quantity.theirs if scalar in faults]
    if why_not:
        return None, 0, why_not
    units = _of_leg(outcome.units, side)
    for scalar, unit in quantity.theirs.items():
        if units.get(scalar) != unit:
            return None, 0, [f"Its {scalar} is in {units.get(scalar)!r}, not in {unit} as expected of it."]
    try:
        values = quantity.value(_of_leg(outcome.values, side))
    except (KeyError, ValueError, ZeroDivisionError):
        return None, 0, [f"Its {' and '.join(quantity.theirs)} are not of the form expected of them."]
    return fmean(values), len(values), []


def _of_leg(scalars: dict[str, T], side: Side | None) -> dict[str, T]:
    """Scalars by their plain names, without those of the other leg."""
    parted = ((*key.partition("."), value) for key, value in scalars.items())
    return {name: value for name, _, leg, value in parted if leg in ("", side)}


def _ours(
    quantity: Quantity, indicators: list[IndicatorRecord], side: Side | None
) -> tuple[float | None, Mark | None, list[str]]:
    """Mean of our indicator: of the leg where it has sides, else of the whole body."""
    named = [indicator for indicator in indicators if indicator.name == quantity.ours]
    named = [one for one in named if one.side == side] or [one for one in named if one.side is None]
    if not named:
        return None, None, ["Ours has no such indicator for this trial."]
    wrong = sorted({one.unit for one in named} - {quantity.unit})
    if wrong:
        return None, None, [f"Ours is in {wrong[0]}, not in {quantity.unit}."]
    mark = max((one.quality.mark for one in named), key=_ORDER.index)
    values = [one.value for one in named if one.value is not None]
    if not values:
        return None, mark, list(dict.fromkeys(reason for one in named for reason in one.quality.reasons))
    return fmean(values), mark, []
