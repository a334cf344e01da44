"""Charts: from a trial's curves to plotly figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from assessment.presentation import SAGITTAL_JOINTS, SIDE_COLOURS, SIDE_NAMES
from assessment.summary import TrialRecord

JOINTS = {"Hip": SAGITTAL_JOINTS[0], "Knee": SAGITTAL_JOINTS[1], "Ankle": SAGITTAL_JOINTS[2]}


@dataclass(frozen=True)
class Quantity:
    """What is drawn: which column, in which unit."""

    suffix: str
    unit: str


QUANTITIES = {
    "angle": Quantity("deg", "deg"),
    "moment": Quantity("nm", "Nm/kg"),
    "power": Quantity("w", "W/kg"),
}
_PERCENT = np.linspace(0.0, 100.0, 101)


def curve_figure(
    curves: pd.DataFrame, trial: TrialRecord, joint: str, quantity: str, *, mass_kg: float, by_repetition: bool
) -> go.Figure:
    """One joint's curve, both sides; moments are positive in extension (plantarflexion)."""
    figure = go.Figure()
    for side in SIDE_COLOURS:
        values = _values(curves, joint, quantity, side, mass_kg)
        if by_repetition:
            _add_repetitions(figure, curves["time_s"].to_numpy(), values, trial, side)
        else:
            figure.add_scatter(
                x=curves["time_s"], y=values, name=SIDE_NAMES[side], line={"color": SIDE_COLOURS[side], "width": 1.5}
            )
    if not by_repetition:
        for repetition in trial.repetitions:
            figure.add_vrect(x0=repetition.start_s, x1=repetition.stop_s, fillcolor="grey", opacity=0.12, line_width=0)
    _, angle_title, moment_title, _ = JOINTS[joint]
    title = {"angle": angle_title, "moment": moment_title, "power": f"{joint} power (positive generates)"}[quantity]
    figure.update_layout(
        title={"text": f"{title} [{QUANTITIES[quantity].unit}]", "font": {"size": 15}},
        xaxis_title="repetition [%]" if by_repetition else "time [s]",
        height=300,
        margin={"l": 50, "r": 10, "t": 40, "b": 40},
        hovermode="x unified",
        legend={"orientation": "h", "y": 1.12, "x": 1.0, "xanchor": "right"},
    )
    return figure


def _values(curves: pd.DataFrame, joint: str, quantity: str, side: str, mass_kg: float) -> np.ndarray:
    coordinate, _, _, moment_sign = JOINTS[joint]
    values = curves[f"{coordinate}_{side}_{QUANTITIES[quantity].suffix}"].to_numpy()
    if quantity == "angle":
        return values
    sign = moment_sign if quantity == "moment" else 1.0
    return np.where(curves["valid"].to_numpy(dtype=bool), sign * values / mass_kg, np.nan)


def _add_repetitions(figure: go.Figure, time_s: np.ndarray, values: np.ndarray, trial: TrialRecord, side: str) -> None:
    normalised = []
    for repetition in trial.repetitions:
        if not repetition.complete:
            continue
        at_s = repetition.start_s + _PERCENT / 100.0 * (repetition.stop_s - repetition.start_s)
        normalised.append(np.interp(at_s, time_s, values))
        figure.add_scatter(
            x=_PERCENT, y=normalised[-1], name=f"{SIDE_NAMES[side]}, repetition {repetition.index}",
            line={"color": SIDE_COLOURS[side], "width": 0.8}, opacity=0.45, showlegend=False, hoverinfo="skip",
        )  # fmt: skip
    # A frame that may not be used in one repetition has no mean.
    figure.add_scatter(
        x=_PERCENT, y=np.mean(normalised, axis=0), name=SIDE_NAMES[side],
        line={"color": SIDE_COLOURS[side], "width": 3},
    )  # fmt: skip
