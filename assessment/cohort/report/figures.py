"""Figures of a cohort as SVG: boxes by sex and age, differences between groups, how much of what is missing.

Nothing hangs on a colour alone: what differs in colour differs in hatching, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from assessment.cohort.report.cohort import FEWEST
from assessment.profile.cohort import MINIMUM_N
from assessment.report.figures import FigureStyle, svg

# Of Okabe and Ito's palette those that no side of the body has.
FILLS = ("#CC79A7", "#009E73", "#E69F00")
ALONE = "#9CC3DE"
HATCHES = ("", "////", "....")
SHARES = (("#33658A", ""), ("#9CC3DE", "////"), ("white", ""), ("#EEF1F4", "...."))
INK, SOFT = "#1c2733", "#566473"
WHISKERS = (10, 90)
"""Percentiles: the outer tenths would come close to single people."""


@dataclass(frozen=True)
class Boxes:
    """Values of one number by class (sex, group) and band (age, movement).

    Attributes
    ----------
    title : str
    bands : tuple of str
        Along the axis.
    cells : dict of str to list of Series
        Class -> values of each band.
    hidden : frozenset of (str, int)
        Class and place of the band of those that have no box, however many they are.
    """

    title: str
    bands: tuple[str, ...]
    cells: Mapping[str, Sequence[pd.Series]]
    hidden: frozenset[tuple[str, int]] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether there is not one box."""
        return not any(self.has_box(name, place) for name, bands in self.cells.items() for place in range(len(bands)))

    def has_box(self, name: str, band: int) -> bool:
        """Whether these are enough, and not hidden."""
        return len(self.cells[name][band]) >= FEWEST and (name, band) not in self.hidden


def boxes_svg(panels: Sequence[Boxes], style: FigureStyle, *, columns: int = 2, height_in: float = 1.75) -> str:
    """Box plots side by side: median, quartiles, whiskers to the 10th and 90th percentile; n below each.

    Fewer than `FEWEST` have no box, fewer than `MINIMUM_N` no whiskers.
    """
    figure = Figure(figsize=(style.width_in, height_in + 0.15), layout="constrained")
    for place, panel in enumerate(panels, start=1):
        _boxes(figure.add_subplot(1, columns, place), panel, style)
    classes = dict.fromkeys(name for panel in panels for name in panel.cells)
    if len(classes) > 1:
        handles = [
            Patch(facecolor=FILLS[k % 3], hatch=HATCHES[k % 3], edgecolor=INK, linewidth=0.5, label=name, alpha=0.8)
            for k, name in enumerate(classes)
        ]
        _legend(figure, handles, style)
    return svg(figure)


def _boxes(axis: Axes, panel: Boxes, style: FigureStyle) -> None:
    width = 0.8 / len(panel.cells)
    low, high = np.inf, -np.inf
    labels: list[tuple[float, int]] = []
    for k, (name, cells) in enumerate(panel.cells.items()):
        fill = FILLS[k % 3] if len(panel.cells) > 1 else ALONE
        for band, values in enumerate(cells):
            at = band + (k - (len(panel.cells) - 1) / 2) * width
            labels.append((at, len(values)))
            if not panel.has_box(name, band):
                continue
            q1, middle, q3 = np.percentile(values, (25, 50, 75))
            whiskers = np.percentile(values, WHISKERS) if len(values) >= MINIMUM_N else (q1, q3)
            low, high = min(low, whiskers[0]), max(high, whiskers[1])
            box = {"med": middle, "q1": q1, "q3": q3, "whislo": whiskers[0], "whishi": whiskers[1], "fliers": []}
            line = {"linewidth": 0.6, "color": INK}
            drawn = axis.bxp(
                [box], positions=[at], widths=width * 0.8, patch_artist=True, manage_ticks=False, showfliers=False,
                showcaps=False, medianprops=line | {"linewidth": 1.3}, whiskerprops=line,
            )  # fmt: skip
            drawn["boxes"][0].set(facecolor=fill, hatch=HATCHES[k % 3], edgecolor=INK, linewidth=0.5, alpha=0.8)
    if np.isfinite(low):
        room = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
        axis.set_ylim(low - room, high + room)
    else:
        axis.set_yticks([])
    axis.set_xlim(-0.55, len(panel.bands) - 0.45)
    axis.set_title(panel.title, fontsize=style.title_size, fontfamily=style.family, loc="left")
    axis.set_xticks(range(len(panel.bands)), panel.bands, fontsize=style.text_size, fontfamily=style.family)
    axis.tick_params(axis="x", length=0, pad=9)
    _plain(axis, style)
    crowded = len(labels) > 8
    for at, n in filter(lambda label: label[1], labels):
        axis.annotate(
            _count(n), (at, 0), (0, -2), xycoords=("data", "axes fraction"), textcoords="offset points", ha="center",
            va="top", fontsize=style.text_size - (1.2 if crowded else 0.5), color=SOFT, fontfamily=style.family,
        )  # fmt: skip
    axis.annotate(
        "n", (0, 0), (-3, -2), xycoords="axes fraction", textcoords="offset points", ha="right", va="top",
        fontsize=style.text_size - 0.5, color=SOFT, style="italic", fontfamily=style.family,
    )  # fmt: skip


def forest_svg(rows: Sequence[tuple[str, float, float, float]], axis_label: str, style: FigureStyle) -> str:
    """Estimates with their intervals, one a row, around zero.

    Parameters
    ----------
    rows : sequence of (label, estimate, low, high)
    axis_label : str
    style : FigureStyle
    """
    figure = Figure(figsize=(style.width_in, 0.5 + 0.19 * len(rows)), layout="constrained")
    axis = figure.add_subplot()
    axis.axvline(0, color="0.6", linewidth=0.7, zorder=0)
    for row, (_, estimate, low, high) in enumerate(rows):
        axis.plot([low, high], [row, row], color=INK, linewidth=1.0, solid_capstyle="butt")
        axis.plot([estimate], [row], marker="s", markersize=3.5, color=INK)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.set_yticks(range(len(rows)), [label for label, *_ in rows], fontsize=style.text_size, fontfamily=style.family)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel(axis_label, fontsize=style.text_size, fontfamily=style.family)
    _plain(axis, style)
    axis.spines["left"].set_visible(False)
    return svg(figure)


def shares_svg(
    title: str,
    labels: Sequence[str],
    panels: Mapping[str, Sequence[Sequence[float]]],
    kinds: Sequence[str],
    style: FigureStyle,
) -> str:
    """Bars of 100 %, one a row, stacked by kind; one panel a group.

    Parameters
    ----------
    title : str
        Above the labels.
    labels : sequence of str
        Of the rows.
    panels : mapping
        Title -> for each row its shares [%] in the order of ``kinds``.
    kinds : sequence of str
        From best to nothing: drawn full, hatched, hollow and dotted.
    style : FigureStyle
    """
    figure = Figure(figsize=(style.width_in, 0.55 + 0.145 * len(labels)), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    places = np.arange(len(labels))
    for axis, (name, of_panel) in zip(axes, panels.items(), strict=True):
        shares = np.array(of_panel, dtype=float).reshape(len(labels), len(kinds))
        left = np.cumsum(shares, axis=1) - shares
        for k, (fill, hatch) in enumerate(SHARES[: len(kinds)]):
            bars: BarContainer = axis.barh(places, shares[:, k], left=left[:, k], height=0.72, linewidth=0.4)
            for bar in bars:
                bar.set(edgecolor=SOFT, facecolor=fill, hatch=hatch)
        axis.set_xlim(0, 100.8)
        axis.set_title(name, fontsize=style.title_size - 0.5, fontfamily=style.family)
        axis.set_xticks([0, 50, 100])
        _plain(axis, style)
        axis.spines["left"].set_visible(False)
        axis.tick_params(axis="y", length=0)
    axes[0].set_yticks(places, labels, fontsize=style.text_size - 0.3, fontfamily=style.family)
    axes[0].annotate(
        title, (0, 1), (-4, 5), xycoords="axes fraction", textcoords="offset points", ha="right", va="bottom",
        fontsize=style.title_size, color=INK, fontfamily=style.family,
    )  # fmt: skip
    axes[0].set_ylim(len(labels) - 0.4, -0.6)
    handles = [
        Patch(edgecolor=SOFT, linewidth=0.4, label=kind, facecolor=fill, hatch=hatch)
        for kind, (fill, hatch) in zip(kinds, SHARES, strict=False)
    ]
    _legend(figure, handles, style)
    return svg(figure)


def _legend(figure: Figure, handles: Sequence[Patch], style: FigureStyle) -> None:
    font = {"size": style.text_size} | ({"family": style.family} if style.family else {})
    figure.legend(
        handles=handles, loc="outside upper right", ncols=len(handles), frameon=False, prop=font, handlelength=1.6,
        borderpad=0.0, borderaxespad=0.1,
    )  # fmt: skip


def _plain(axis: Axes, style: FigureStyle) -> None:
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set(linewidth=0.5, color=SOFT)
    axis.tick_params(labelsize=style.text_size, width=0.5, labelfontfamily=style.family or "sans-serif")


def _count(n: int) -> str:
    return f"{n / 1000:.0f}k" if n >= 10_000 else f"{n}"
