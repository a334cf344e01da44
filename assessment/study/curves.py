"""Time-normalised curves: every repetition from 0 to 100 %, then one curve a participant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from assessment.motion import SIDES
from assessment.results_folder import read_summary, trial_file, trial_table
from assessment.study.groups import CONFIDENCE
from assessment.study.means import Cautions, one_of, one_visit
from assessment.study.results import session_folders, session_name
from assessment.summary import RepetitionRecord, Summary, TrialRecord
from models.errors import SettingsError
from pipeline.quality import Mark
from pipeline.trajectories import Array

POINTS = 101
"""0 to 100 % in steps of one."""
Leg = Literal["both", "lead", "lag"]
CurveUnit = Literal["deg", "Nm", "W", "Nm/kg", "W/kg"]
_COLUMN = {"deg": "deg", "Nm": "nm", "W": "w", "Nm/kg": "nm", "W/kg": "w"}
_KEYS = ["session", "trial", "side", "repetition"]


@dataclass(frozen=True)
class Curves:
    """Curves of single repetitions, and which repetitions gave none.

    Attributes
    ----------
    values : DataFrame
        Index ``session``, ``trial``, ``side``, ``repetition``; columns 0 ... 100 (%); in ``unit``, OpenSim's sign.
    unit : str
    left_out : DataFrame
        ``session``, ``trial``, ``side``, ``repetition``, ``reason``.
    """

    values: pd.DataFrame
    unit: CurveUnit
    left_out: pd.DataFrame


def load_curves(
    folders: Iterable[Path],
    coordinate: str,
    *,
    activity: str,
    variant: str | None = None,
    unit: CurveUnit,
    cautions: Cautions,
    events: tuple[str, str] = ("start", "stop"),
    leg: Leg = "both",
) -> Curves:
    """Cut a coordinate's curve out of the trials' tables of curves, by repetition and side.

    Parameters
    ----------
    folders : iterable of Path
        As for `load_indicators`.
    coordinate : str
        Without its side, such as ``knee_angle``.
    activity : str
        Trials of this movement.
    variant : str or None
        And of this variant, such as ``five-times``; empty for trials without one. Needed where there are several.
    unit : {'deg', 'Nm', 'W', 'Nm/kg', 'W/kg'}
        Says whether angle, moment or power is meant; ``/kg`` divides by body mass.
    cautions : {'include', 'exclude'}
        Whether trials marked *with caution* count; withheld ones never do.
    events : (str, str)
        First and last instant: ``start`` and ``stop`` of the repetition, or events of the movement. Hip moments of a
        chair rise exist from ``seat_off`` on only.
    leg : {'both', 'lead', 'lag'}
        Of steps up: the leg that goes first, or the other.

    Raises
    ------
    SettingsError
        There are no results, no repetition of this movement has such a curve, it was recorded in several variants and
        none is named, or a record names a file outside its folder.
    """
    one_of("unit", unit, tuple(_COLUMN))
    one_of("cautions", cautions, ("include", "exclude"))
    one_of("leg", leg, ("both", "lead", "lag"))
    kept: dict[tuple, Array] = {}
    left_out: list[tuple] = []
    for folder, summary, trial in _trials(folders, activity, variant):
        session = session_name(folder, summary)
        scale = 1.0 / summary.subject.mass_kg if unit.endswith("/kg") else 1.0
        table = _table(folder, trial)
        for repetition in trial.repetitions:
            for side in SIDES:
                lead = repetition.lead_side
                if leg != "both" and lead is not None and (side == lead) != (leg == "lead"):
                    continue
                key = (session, trial.name, side, repetition.index)
                unknown = leg != "both" and lead is None
                found = (
                    "it is not known which leg led"
                    if unknown
                    else _cut(table, f"{coordinate}_{side}_{_COLUMN[unit]}", repetition, events, cautions)
                )
                if isinstance(found, str):
                    left_out.append((*key, found))
                else:
                    kept[key] = scale * found
    lost = pd.DataFrame(left_out, columns=[*_KEYS, "reason"])
    if not kept:
        reasons = "; ".join(sorted(lost["reason"].unique())) or "no trial is one"
        raise SettingsError(
            f"No repetition of {activity} has a usable {coordinate} curve in {unit}: {reasons}.",
            hint="Check the names of movement, coordinate and events, or include values with caution.",
        )
    index = pd.MultiIndex.from_tuples(list(kept), names=_KEYS)
    return Curves(pd.DataFrame(np.array(list(kept.values())), index=index, columns=range(POINTS)), unit, lost)


def time_normalise(time_s: Array, values: Array, start_s: float, stop_s: float) -> Array:
    """Resample a curve linearly to 0, 1, ... 100 % between two instants.

    Parameters
    ----------
    time_s, values : ndarray, shape (n,)
        Times ascending; values may have NaN.
    start_s, stop_s : float

    Returns
    -------
    ndarray, shape (101,)
        NaN wherever the curve is not known on both sides of the instant, or not recorded.
    """
    instants = np.linspace(start_s, stop_s, POINTS)
    return np.interp(instants, time_s, values, left=np.nan, right=np.nan)


def participant_curves(curves: Curves, participants: pd.DataFrame, *, visit: str | None = None) -> pd.DataFrame:
    """Average repetitions within trial and side, then trials, then sides: one curve a participant.

    Parameters
    ----------
    curves : Curves
    participants : DataFrame
        `Study.participants`.
    visit : str or None
        Needed where participants came more than once.

    Returns
    -------
    DataFrame
        Index ``group``, ``participant``; columns 0 ... 100 (%).

    Raises
    ------
    SettingsError
        There are several visits and none is named.
    """
    people = one_visit(participants, visit).set_index("session")[["group", "participant"]]
    means = curves.values
    for level in (["session", "side", "trial"], ["session", "side"], ["session"]):
        means = means.groupby(level=level).mean()
    known = means.index.intersection(people.index)
    return means.loc[known].set_axis(pd.MultiIndex.from_frame(people.loc[known])).sort_index()


def mean_band(curves: pd.DataFrame, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Mean curve of participants, the SD between them, and the pointwise interval of the mean.

    Parameters
    ----------
    curves : DataFrame
        One row a participant, columns 0 ... 100 (%).
    confidence : float
        Of each point by itself, not of the curve as a whole.

    Returns
    -------
    DataFrame
        Index percent; ``n``, ``mean``, ``sd``, ``mean_low``, ``mean_high``.
    """
    n = len(curves)
    mean, sd = curves.mean(), curves.std(ddof=1)
    half = stats.t.ppf((1 + confidence) / 2, n - 1) * sd / np.sqrt(n) if n > 1 else np.nan
    table = pd.DataFrame({"n": n, "mean": mean, "sd": sd, "mean_low": mean - half, "mean_high": mean + half})
    return table.rename_axis("percent")


def _trials(folders: Iterable[Path], activity: str, variant: str | None) -> list[tuple[Path, Summary, TrialRecord]]:
    """Trials of one movement and one variant of it."""
    found = []
    variants = set()
    for folder in (session for given in folders for session in session_folders(given)):
        summary = read_summary(folder)
        for trial in summary.trials:
            if trial.activity is None or trial.activity.name != activity:
                continue
            variants.add(trial.activity.variant)
            if variant in (None, trial.activity.variant):
                found.append((folder, summary, trial))
    listed = ", ".join(repr(one) for one in sorted(variants))
    if variant is None and len(variants) > 1:
        raise SettingsError(
            f"{activity} was recorded in several variants, which are not one task: {listed}.",
            hint="Name one of them as variant.",
        )
    if variant is not None and variants and variant not in variants:
        raise SettingsError(f"No trial of {activity} has variant {variant!r}.", hint=f"There are: {listed}.")
    return found


def _table(folder: Path, trial: TrialRecord) -> pd.DataFrame:
    """Curves of a trial; an empty table where it has none, or its file was lost."""
    path = trial_file(folder, trial, "curves")
    table = trial_table(folder, trial, "curves") if path is not None and path.is_file() else None
    return pd.DataFrame() if table is None else table


def _cut(
    table: pd.DataFrame, column: str, repetition: RepetitionRecord, events: tuple[str, str], cautions: Cautions
) -> Array | str:
    """The curve, or why there is none."""
    instants = {"start": repetition.start_s, "stop": repetition.stop_s} | repetition.events_s
    missing = [event for event in events if event not in instants]
    if not repetition.complete:
        return "the repetition is not complete"
    if missing:
        return f"the repetition has no event {', '.join(missing)}"
    if column not in table:
        return "the trial has no such curve"
    mark = table["angles_quality" if column.endswith("_deg") else "moments_quality"].iloc[0]
    if mark == Mark.WITHHELD.value or (cautions == "exclude" and mark != Mark.REPORTED.value):
        return f"the trial is marked {mark}"
    start_s, stop_s = (instants[event] for event in events)
    if stop_s <= start_s:
        return "the last event is not after the first"
    normalised = time_normalise(table["time_s"].to_numpy(), table[column].to_numpy(dtype=float), start_s, stop_s)
    return "the curve has gaps" if np.isnan(normalised).any() else normalised
