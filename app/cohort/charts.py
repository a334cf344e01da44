"""Charts of a cohort: one indicator by group, and over time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.language import _
from app.tables import groups, records
from app.words import value_word

# Seen on white and on black; no side has it.
COLOUR = "#7484AD"
# Fewer points have no quartiles worth a box.
FEWEST_FOR_A_BOX = 5
_SEED = 20


def distribution_figure(groups: Mapping[str, pd.DataFrame], unit: str) -> go.Figure:
    """Every visit a point, a box where there are enough.

    Hollow points are to be read with caution, diamonds are synthetic.

    Parameters
    ----------
    groups : mapping
        Title -> rows of `Cohort.of` with a value.
    unit : str
    """
    figure = go.Figure()
    scatter = np.random.default_rng(_SEED)
    for place, rows in enumerate(groups.values()):
        if len(rows) >= FEWEST_FOR_A_BOX:
            figure.add_box(
                x=[place] * len(rows), y=rows["value"], boxpoints=False, width=0.5, line={"color": COLOUR, "width": 1},
                fillcolor="rgba(116, 132, 173, 0.15)", hoverinfo="skip", showlegend=False,
            )  # fmt: skip
        figure.add_scatter(
            x=place + scatter.uniform(-0.14, 0.14, len(rows)),
            y=rows["value"],
            mode="markers",
            marker={"size": 7, "color": COLOUR, "symbol": _symbols(rows), "line": {"width": 1.2, "color": COLOUR}},
            text=_texts(rows),
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
        )
    titles = [f"{title}<br>n = {len(rows)}" for title, rows in groups.items()]
    figure.update_layout(
        height=400,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"tickvals": list(range(len(groups))), "ticktext": titles, "range": [-0.6, len(groups) - 0.4]},
        yaxis={"title": {"text": unit}, "automargin": True},
    )
    return figure


def longitudinal_figure(rows: pd.DataFrame, unit: str) -> go.Figure:
    """One thin line a participant over the visits' dates; dotted where the data are synthetic."""
    figure = go.Figure()
    for synthetic, dash in ((False, "solid"), (True, "dot")):
        of_kind = rows[rows["synthetic"] == synthetic]
        x: list[object] = []
        y: list[float] = []
        texts: list[str] = []
        symbols: list[str] = []
        for _code, one in groups(of_kind, "study_code"):
            # A gap between the lines of two participants, all of which are one trace: hundreds would be slow.
            x += [*pd.to_datetime(one["date"]), None]
            y += [*one["value"], np.nan]
            texts += [*_texts(one), ""]
            symbols += [*_symbols(one), "circle"]
        if x:
            figure.add_scatter(
                x=x, y=y, mode="lines+markers", line={"color": COLOUR, "width": 1, "dash": dash}, text=texts,
                marker={"size": 6, "symbol": symbols, "color": COLOUR}, hovertemplate="%{text}<extra></extra>",
                name=_("synthetic") if synthetic else _("recordings of people"), opacity=0.75,
            )  # fmt: skip
    figure.update_layout(
        height=400,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"tickformat": "%Y-%m-%d", "nticks": 6, "automargin": True},
        yaxis={"title": {"text": unit}, "automargin": True},
        legend={"orientation": "h", "y": 1.1},
    )
    return figure


def _symbols(rows: pd.DataFrame) -> list[str]:
    return [
        ("diamond" if row.synthetic else "circle") + ("" if row.mark == "reported" else "-open")
        for row in records(rows)
    ]


def _texts(rows: pd.DataFrame) -> list[str]:
    return [
        f"{row.study_code}, {row.date.isoformat()}: "
        f"{value_word(row.indicator, row.unit, row.value, row.standard_error)}"
        for row in records(rows)
    ]
