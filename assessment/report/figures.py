"""Figures of the report as inline SVG: for the page as wide as a screen, for the PDF as wide as its paper."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from assessment.language import Texts, texts
from assessment.presentation import SAGITTAL_JOINTS, SIDE_COLOURS, SIDE_NAMES, usable
from assessment.summary import TrialRecord
from assessment.visit import MomentUnit


@dataclass(frozen=True)
class FigureStyle:
    """How figures look; changes nothing in them but the unit of moments.

    Attributes
    ----------
    moment_factor : float
        ``moment_unit`` in one Nm/kg.
    width_in : float
    curves_in, cycles_in : tuple of float
        Height of a figure of one row and of two rows [inch].
    title_size, text_size, line_width : float
        [point].
    x_margin : float
        Room beside the curves [share of their width].
    family : list of str or None
        Typefaces; None: matplotlib's own.
    """

    words: Texts = field(default_factory=lambda: texts("en"))
    moment_unit: MomentUnit = "Nm/kg"
    moment_factor: float = 1.0
    width_in: float = 10.5
    curves_in: tuple[float, float] = (2.9, 5.4)
    cycles_in: tuple[float, float] = (2.6, 4.6)
    title_size: float = 9.0
    text_size: float = 8.0
    line_width: float = 1.1
    x_margin: float = 0.05
    family: list[str] | None = None


SCREEN = FigureStyle()
# As cycles are written; assessment.cycle_curves itself would load what computes them.
CYCLE_PERCENT = np.arange(101.0)


def curves_svg(curves: pd.DataFrame, trial: TrialRecord, mass_kg: float, style: FigureStyle = SCREEN) -> str:
    """Hip, knee and ankle angles, and moments where they may be shown, left and right, repetitions shaded."""
    with_moments = "valid" in curves and usable(trial.kinetics_quality)
    figure, axes = _axes(style.curves_in, with_moments, style)
    for axis in axes[1:].flat:
        _zero_line(axis)
    for column, (coordinate, _, _, sign) in enumerate(SAGITTAL_JOINTS):
        for side, colour in SIDE_COLOURS.items():
            name = f"{coordinate}_{side}"
            look = {"color": colour, "linewidth": style.line_width}
            axes[0, column].plot(curves["time_s"], curves[f"{name}_deg"], label=_side(side, style), **look)
            if with_moments:
                moment = (sign * style.moment_factor * curves[f"{name}_nm"] / mass_kg).where(
                    curves["valid"].astype(bool)
                )
                axes[1, column].plot(curves["time_s"], moment, **look)
    for axis in np.ravel(axes):
        for repetition in trial.repetitions:
            axis.axvspan(repetition.start_s, repetition.stop_s, color="0.93", zorder=0)
    _finish(figure, axes, _named_axis("time", style), style)
    return svg(figure)


def cycles_svg(cycles: pd.DataFrame, style: FigureStyle = SCREEN, *, moments: bool = True) -> str:
    """Mean angle and moment of hip, knee and ankle over the cycle, with a band of one SD between its cycles."""
    with_moments = moments and bool((cycles["quantity"] == "moment").any())
    figure, axes = _axes(style.cycles_in, with_moments, style)
    for axis in axes.flat:
        _zero_line(axis)
    of = cycles.set_index(["quantity", "coordinate", "side"])
    for column, (coordinate, _, _, _) in enumerate(SAGITTAL_JOINTS):
        for axis, quantity in zip(axes[:, column], ("angle", "moment"), strict=False):
            factor = style.moment_factor if quantity == "moment" else 1.0
            for side, colour in SIDE_COLOURS.items():
                if (quantity, coordinate, side) in of.index:
                    # Where it is not known there is a gap.
                    one = of.loc[[(quantity, coordinate, side)]].set_index("percent").reindex(CYCLE_PERCENT)
                    mean, sd = factor * one["mean"], factor * one["sd"].fillna(0.0)
                    width = style.line_width + 0.2
                    axis.plot(CYCLE_PERCENT, mean, color=colour, linewidth=width, label=_side(side, style))
                    axis.fill_between(CYCLE_PERCENT, mean - sd, mean + sd, color=colour, alpha=0.15, linewidth=0)
    _finish(figure, axes, _named_axis("cycle", style), style)
    return svg(figure)


def _axes(heights_in: tuple[float, float], with_moments: bool, style: FigureStyle) -> tuple[Figure, np.ndarray]:
    rows = 2 if with_moments else 1
    figure = Figure(figsize=(style.width_in, heights_in[rows - 1]), layout="constrained")
    axes = figure.subplots(rows, 3, sharex=True, squeeze=False)
    _ = style.words
    angles = (_("Hip flexion"), _("Knee flexion"), _("Ankle dorsiflexion"))
    moments = (_("Hip extension moment"), _("Knee extension moment"), _("Ankle plantarflexion moment"))
    for row, titles, unit in zip(axes, (angles, moments), ("deg", style.moment_unit), strict=False):
        for axis, title in zip(row, titles, strict=True):
            # A title at a given height is not placed anew each time anything is measured.
            axis.set_title(f"{title} [{unit}]", y=1.0, fontsize=style.title_size, fontfamily=style.family)
    return figure, axes


def _zero_line(axis: Axes) -> None:
    axis.axhline(0, color="0.7", linewidth=0.6)


def _named_axis(along: Literal["time", "cycle"], style: FigureStyle) -> str:
    _ = style.words
    return _("time [s]") if along == "time" else _("% of the cycle")


def _side(side: str, style: FigureStyle) -> str:
    return style.words.result(SIDE_NAMES[side])


def _finish(figure: Figure, axes: np.ndarray, along: str, style: FigureStyle) -> None:
    axis: Axes
    for axis in np.ravel(axes):
        axis.margins(x=style.x_margin)
        axis.tick_params(labelsize=style.text_size, labelfontfamily=style.family or "sans-serif")
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[-1]:
        axis.set_xlabel(along, fontsize=style.text_size, fontfamily=style.family)
    named = {
        name: line for axis in np.ravel(axes) for line, name in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        named.values(),
        named.keys(),
        loc="outside upper right",
        ncols=2,
        frameon=False,
        prop={"size": style.text_size} | ({"family": style.family} if style.family else {}),
    )


def svg(figure: Figure) -> str:
    """A figure for a page: the same figure gives the same text."""
    buffer = io.StringIO()
    # `Figure.savefig` would draw everything twice: once for the layout, which is part of every drawing.
    with rc_context({"svg.hashsalt": "sarcoscope", "hatch.linewidth": 0.5}):
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    drawn = buffer.getvalue()
    return drawn[drawn.index("<svg") :]
