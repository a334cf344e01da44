"""Charts in a file, by matplotlib: PNG and SVG, drawn here without a browser or another host."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

from app.charts.spec import PlotSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH_IN, HEIGHT_IN = 8.0, 3.0
DOTS_PER_INCH = 200


def image(specs: list[PlotSpec], kind: Literal["png", "svg"], heading: str) -> bytes:
    """Draw charts below each other.

    Parameters
    ----------
    heading : str
        Stands above them: whose curves these are, and whether they are synthetic.
    """
    # Only here: the page is there before anybody asks for a file.
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from assessment.report.fonts import figure_family

    with mpl.rc_context({"font.family": figure_family(), "svg.fonttype": "path", "axes.unicode_minus": False}):
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN * len(specs) + 0.4), layout="constrained")
        figure.suptitle(heading, fontsize=10)
        for axis, spec in zip(figure.subplots(len(specs), 1, squeeze=False)[:, 0], specs, strict=True):
            _draw(axis, spec)
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, dpi=DOTS_PER_INCH)
    return buffer.getvalue()


def _draw(axis: Axes, spec: PlotSpec) -> None:
    axis.axhline(0, color="0.8", linewidth=0.6)
    for span in spec.spans:
        axis.axvspan(span.start, span.stop, color="0.93", zorder=0)
    for band in spec.bands:
        for x, low, high in band.pieces():
            axis.fill_between(x, low, high, color=band.colour, alpha=0.16, linewidth=0)
    for line in spec.lines:
        axis.plot(
            line.x, line.y, color=line.colour, linewidth=0.8 * line.width, alpha=line.opacity,
            linestyle="-" if line.dash == "solid" else "--", label=line.name if line.legend else None,
            marker="o" if line.markers else None, markersize=3,
        )  # fmt: skip
    for mark in spec.marks:
        axis.axvline(mark.x, color=mark.colour, linewidth=0.8, linestyle=":")
        axis.text(mark.x, 0.02, mark.text, rotation=90, fontsize=7, transform=axis.get_xaxis_transform())
    if spec.cursor is not None:
        axis.axvline(spec.cursor, color="0.4", linewidth=1.2)
    # Also where nothing is known, so that charts below each other have one axis.
    if spec.lines:
        axis.set_xlim(min(line.x[0] for line in spec.lines), max(line.x[-1] for line in spec.lines))
    axis.set_title(spec.title, fontsize=10, loc="left")
    axis.set_xlabel(spec.x_title, fontsize=8)
    axis.set_ylabel(spec.y_title, fontsize=8)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    if any(line.legend for line in spec.lines):
        axis.legend(fontsize=8, frameon=False, loc="upper right", ncols=4, bbox_to_anchor=(1.0, 1.15))
