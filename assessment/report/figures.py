"""Figures of the report as inline SVG."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from assessment.presentation import SAGITTAL_JOINTS, SIDE_COLOURS, SIDE_NAMES, usable
from assessment.summary import TrialRecord


def curves_svg(curves: pd.DataFrame, trial: TrialRecord, mass_kg: float) -> str:
    """Hip, knee and ankle angles, and moments where they may be shown, left and right, repetitions shaded."""
    with_moments = "valid" in curves and usable(trial.kinetics_quality)
    figure = Figure(figsize=(10.5, 5.4 if with_moments else 2.9), layout="constrained")
    axes = figure.subplots(2 if with_moments else 1, 3, sharex=True, squeeze=False)
    for column, (coordinate, angle_title, moment_title, sign) in enumerate(SAGITTAL_JOINTS):
        for side, colour in SIDE_COLOURS.items():
            name = f"{coordinate}_{side}"
            axes[0, column].plot(
                curves["time_s"], curves[f"{name}_deg"], color=colour, linewidth=1.1, label=SIDE_NAMES[side]
            )
            if with_moments:
                moment = (sign * curves[f"{name}_nm"] / mass_kg).where(curves["valid"].astype(bool))
                axes[1, column].plot(curves["time_s"], moment, color=colour, linewidth=1.1)
        axes[0, column].set_title(f"{angle_title} [deg]", fontsize=9)
        if with_moments:
            axes[1, column].set_title(f"{moment_title} [Nm/kg]", fontsize=9)
            axes[1, column].axhline(0, color="0.7", linewidth=0.6)
    for axis in np.ravel(axes):
        for repetition in trial.repetitions:
            axis.axvspan(repetition.start_s, repetition.stop_s, color="0.93", zorder=0)
        axis.tick_params(labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[-1]:
        axis.set_xlabel("time [s]", fontsize=8)
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=2, fontsize=8, frameon=False
    )
    return _svg(figure)


def cycles_svg(cycles: pd.DataFrame) -> str:
    """Mean angle and moment of hip, knee and ankle over the cycle, with a band of one SD between its cycles."""
    with_moments = bool((cycles["quantity"] == "moment").any())
    figure = Figure(figsize=(10.5, 4.6 if with_moments else 2.6), layout="constrained")
    axes = figure.subplots(2 if with_moments else 1, 3, sharex=True, squeeze=False)
    of = cycles.set_index(["quantity", "coordinate", "side"])
    for column, (coordinate, angle_title, moment_title, _) in enumerate(SAGITTAL_JOINTS):
        titles = {"angle": f"{angle_title} [deg]", "moment": f"{moment_title} [Nm/kg]"}
        for axis, (quantity, title) in zip(axes[:, column], titles.items(), strict=False):
            axis.set_title(title, fontsize=9)
            axis.axhline(0, color="0.7", linewidth=0.6)
            for side, colour in SIDE_COLOURS.items():
                if (quantity, coordinate, side) in of.index:
                    one = of.loc[[(quantity, coordinate, side)]]
                    sd = one["sd"].fillna(0.0)
                    axis.plot(one["percent"], one["mean"], color=colour, linewidth=1.3, label=SIDE_NAMES[side])
                    axis.fill_between(one["percent"], one["mean"] - sd, one["mean"] + sd, color=colour, alpha=0.15)
            axis.tick_params(labelsize=8)
            axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[-1]:
        axis.set_xlabel("% of the cycle", fontsize=8)
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=2, fontsize=8, frameon=False
    )
    return _svg(figure)


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    # Without a date the same result gives the same page.
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    svg = buffer.getvalue()
    return svg[svg.index("<svg") :]
