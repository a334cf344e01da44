"""Boxes and arrows: how many were left after each step, and beside it who was left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextToPath

from assessment.cohort.report.figures import INK, SOFT
from assessment.report.figures import FigureStyle, svg

PALE = "#f2f6fa"
# All in inches.
GAP, PADDING, LINE = 0.2, 0.07, 0.125
MAIN_SHARE = 0.44
MOST_IN_A_ROW = 4


@dataclass(frozen=True)
class Box:
    """What stands in a box: its first line is stressed."""

    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A box of the main line, and beside the arrow that leaves it the one of those who are left out there."""

    box: Box
    left_out: Box | None = None


def flow_svg(steps: Sequence[Step], ends: Sequence[Box], style: FigureStyle) -> str:
    """The main line downwards, those left out to its right, at the bottom what it ends in.

    Parameters
    ----------
    steps : sequence of Step
    ends : sequence of Box
        Side by side, several rows of them where there are many.
    style : FigureStyle
    """
    main = MAIN_SHARE * style.width_in
    aside = style.width_in - main - 0.35
    in_a_row = min(max(len(ends), 1), MOST_IN_A_ROW)
    across = (style.width_in - 0.12 * (in_a_row - 1)) / in_a_row
    drawing = _Drawing(style)
    top = 0.0
    for place, step in enumerate(steps):
        bottom = drawing.box(step.box, 0.0, top, main, filled=True)
        following = bottom + GAP
        if step.left_out is not None:
            beside = bottom + GAP / 2
            below = drawing.box(step.left_out, main + 0.35, beside, aside, filled=False)
            drawing.arrow((main / 2, (beside + below) / 2), (main + 0.35, (beside + below) / 2))
            following = below + GAP / 2
        if place < len(steps) - 1 or ends:
            drawing.arrow((main / 2, bottom), (main / 2, following))
        top = following
    for start in range(0, len(ends), in_a_row):
        row = ends[start : start + in_a_row]
        height = max(drawing.height(box, across) for box in row)
        for k, box in enumerate(row):
            drawing.box(box, k * (across + 0.12), top, across, filled=True, height=height)
        top += height + 0.1
    return drawing.svg(top)


class _Drawing:
    """Boxes placed from the top; the figure is made when its height is known."""

    def __init__(self, style: FigureStyle) -> None:
        self._style = style
        self._boxes: list[tuple[float, float, float, float, list[tuple[str, bool]], bool]] = []
        self._arrows: list[tuple[tuple[float, float], tuple[float, float]]] = []
        self._size = style.text_size + 0.8

    def height(self, box: Box, width: float) -> float:
        """Of a box with its lines broken to fit."""
        return LINE * len(self._lines(box, width)) + 2 * PADDING

    def box(
        self, box: Box, left: float, top: float, width: float, *, filled: bool, height: float | None = None
    ) -> float:
        """Place a box and say where it ends."""
        height = self.height(box, width) if height is None else height
        self._boxes.append((left, top, width, height, self._lines(box, width), filled))
        return top + height

    def arrow(self, start: tuple[float, float], stop: tuple[float, float]) -> None:
        """From one place to another."""
        self._arrows.append((start, stop))

    def svg(self, height: float) -> str:
        """Draw all of it."""
        figure = Figure(figsize=(self._style.width_in, height + 0.02))
        axis: Axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axis.set_axis_off()
        axis.set_xlim(-0.01, self._style.width_in + 0.01)
        axis.set_ylim(height + 0.01, -0.01)
        for start, stop in self._arrows:
            look = {"arrowstyle": "-|>,head_width=0.15,head_length=0.3", "color": SOFT, "lw": 0.8, "shrinkA": 0}
            axis.annotate("", stop, start, arrowprops=look | {"shrinkB": 0})
        for left, top, width, tall, lines, filled in self._boxes:
            face = PALE if filled else "white"
            axis.add_patch(Rectangle((left, top), width, tall, facecolor=face, edgecolor=SOFT, linewidth=0.7))
            for k, (line, stressed) in enumerate(lines):
                axis.text(
                    left + PADDING, top + PADDING + (k + 0.5) * LINE, line, va="center", fontsize=self._size,
                    fontfamily=self._style.family, color=INK if stressed else SOFT,
                )  # fmt: skip
        return svg(figure)

    def _lines(self, box: Box, width: float) -> list[tuple[str, bool]]:
        texts = [(box.title, True), *((line, False) for line in box.lines)]
        return [(line, stressed) for text, stressed in texts for line in self._broken(text, width - 2 * PADDING)]

    def _broken(self, text: str, width: float) -> list[str]:
        """Lines no wider than this, broken between words."""
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._width(longer) > width:
                lines.append(f"  {word}")
            else:
                lines[-1:] = [longer]
        return lines

    def _width(self, text: str) -> float:
        font = FontProperties(family=self._style.family, size=self._size)
        width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
        return width / 72.0
