"""Figures that the page and the PDF share."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from assessment.language import texts
from assessment.presentation import SIDE_COLOURS
from assessment.report.figures import FigureStyle, cycles_svg
from assessment.report.fonts import figure_family


def cycles(percents: np.ndarray) -> pd.DataFrame:
    """Mean knee curves of one side, angle and moment."""
    one = pd.DataFrame({"percent": percents, "mean": np.sin(percents / 20.0), "sd": 0.1, "n": 5})
    parts = [one.assign(side="r", coordinate="knee_angle", quantity=quantity) for quantity in ("angle", "moment")]
    return pd.concat(parts, ignore_index=True)


def lines(svg: str, side: str) -> list[str]:
    """Paths of curves of a side; the one of the legend is left out."""
    drawn = re.findall(r'<path d="([^"]+)"[^>]*stroke: ?#([0-9a-f]{6})', svg)
    return [path for path, colour in drawn if f"#{colour}" == SIDE_COLOURS[side].lower() and path.count("\n") > 10]


def test_a_mean_curve_has_a_gap_where_it_is_not_known() -> None:
    # Rows as they are written when the first stride is known from half of it on only.
    percents = np.concatenate([np.arange(50.0, 101.0), np.arange(0.0, 30.0)])
    for path in lines(cycles_svg(cycles(percents)), "r"):
        assert path.count("M") == 2
    assert all(path.count("M") == 1 for path in lines(cycles_svg(cycles(np.arange(101.0))), "r"))
    assert len(lines(cycles_svg(cycles(percents)), "r")) == 2


def test_korean_words_are_drawn_with_a_font_that_has_them(recwarn: object) -> None:
    style = FigureStyle(words=texts("ko"), family=figure_family())
    svg = cycles_svg(cycles(np.arange(101.0)), style)
    assert "NanumGothic" in svg
    assert not [one for one in recwarn if "missing from font" in str(one.message)]  # type: ignore[attr-defined]


def test_moments_are_drawn_in_the_chosen_unit() -> None:
    in_kg, in_nm = (
        cycles_svg(cycles(np.arange(101.0)), FigureStyle(moment_unit=unit, moment_factor=factor))  # type: ignore[arg-type]
        for unit, factor in (("Nm/kg", 1.0), ("Nm", 60.0))
    )
    # The knee's curve goes down to -0.96 Nm/kg.
    assert "[Nm] -->" in in_nm
    assert "<!-- −50 -->" in in_nm
    assert "[Nm/kg] -->" in in_kg
    assert "<!-- −50 -->" not in in_kg
