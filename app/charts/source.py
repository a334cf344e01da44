"""Where curves come from: one trial of one run, in the units that the user wants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from app.charts.joints import Joint, Quantity
from app.charts.spec import Array, Trust
from app.current import Result, mine
from assessment.presentation import SIDE_COLOURS, moment_factor, usable
from assessment.results_folder import trial_table
from assessment.store import runs
from assessment.summary import SubjectRecord, TrialRecord
from assessment.visit import MomentUnit

PERCENT = np.linspace(0.0, 100.0, 101)


@dataclass(frozen=True)
class Cycle:
    """One repetition, of both sides, or one stride of one; times in seconds."""

    sides: tuple[str, ...]
    start_s: float
    stop_s: float


@dataclass(frozen=True)
class Source:
    """A trial to draw.

    Attributes
    ----------
    label : str
        Told from the others by; empty where it is the only one.
    curves : DataFrame
        As `assessment.tables.write_curves` describes it.
    """

    label: str
    trial: TrialRecord
    subject: SubjectRecord
    curves: pd.DataFrame
    moment_unit: MomentUnit
    synthetic: bool

    @property
    def time_s(self) -> Array:
        """Time of every frame [s]."""
        return self.curves["time_s"].to_numpy()

    @property
    def has_moments(self) -> bool:
        """Whether moments and powers may be shown."""
        return "valid" in self.curves and usable(self.trial.kinetics_quality)

    @property
    def cycles(self) -> list[Cycle]:
        """Strides of a walk, or complete repetitions."""
        strides = [Cycle((one.side,), one.start_s, one.stop_s) for one in self.trial.strides]
        both = tuple(SIDE_COLOURS)
        return strides or [Cycle(both, one.start_s, one.stop_s) for one in self.trial.repetitions if one.complete]

    def unit(self, quantity: Quantity) -> str:
        """Of what is drawn."""
        if quantity == "angle":
            return "deg"
        if quantity == "moment":
            return self.moment_unit
        return "W" if self.moment_unit == "Nm" else "W/kg"

    def trust(self, quantity: Quantity) -> Trust:
        """What goes with its numbers wherever they go."""
        trial = self.trial
        quality = trial.kinematics_quality if quantity == "angle" else trial.kinetics_quality
        origin = trial.forces.origin if quantity != "angle" and trial.forces is not None else ""
        return Trust(origin, quality.mark.value if quality else "", self.synthetic)

    def values(self, joint: Joint, side: str, quantity: Quantity) -> Array:
        """One curve; NaN in frames that may not be used."""
        found = self.curves[joint.column(side, quantity)].to_numpy(dtype=float)
        if quantity == "angle":
            return found
        sign = joint.moment_sign if quantity == "moment" else 1.0
        return sign * self._factor(quantity) * np.where(self.curves["valid"].to_numpy(dtype=bool), found, np.nan)

    def errors(self, joint: Joint, side: str, quantity: Quantity) -> Array | None:
        """Standard error of a moment or power; None where none is known."""
        name = joint.column(side, quantity, error=True)
        if quantity == "angle" or name not in self.curves:
            return None
        found = self._factor(quantity) * self.curves[name].to_numpy(dtype=float)
        return None if np.isnan(found).all() else found

    def over(self, cycle: Cycle, values: Array) -> Array:
        """A curve over one cycle, at every per cent of it."""
        at_s = cycle.start_s + PERCENT / 100.0 * (cycle.stop_s - cycle.start_s)
        return np.interp(at_s, self.time_s, values)

    def _factor(self, quantity: Quantity) -> float:
        """From Nm and W to the unit that is wanted."""
        if self.unit(quantity) == "W":
            return 1.0
        unit = self.moment_unit if quantity == "moment" else "Nm/kg"
        return moment_factor(unit, self.subject.mass_kg, self.subject.height_m) / self.subject.mass_kg


def source(found: Result, trial: TrialRecord, moment_unit: MomentUnit, label: str = "") -> Source:
    """Read a trial's curves.

    Raises
    ------
    SarcoscopeError
        Its file is missing.
    """
    curves = _curves(mine().user_id, found.run.id, trial.name)
    return Source(label, trial, found.summary.subject, curves, moment_unit, found.summary.synthetic)


# Kept for this browser session alone: nothing of one user may be shown to another.
@st.cache_data(scope="session", max_entries=8, show_spinner=False)
def _curves(user_id: str, run_id: str, trial_name: str) -> pd.DataFrame:  # noqa: ARG001 - part of the key
    folder = runs.folder(mine(), run_id)
    trial = next(one for one in runs.summary(mine(), run_id).trials if one.name == trial_name)
    found = trial_table(folder, trial, "curves")
    return pd.DataFrame() if found is None else found
