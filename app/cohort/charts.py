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
# The largest groups of a study, of Okabe and Ito's palette as far as it is seen on white and on black.
GROUP_COLOURS = ("#CC79A7", "#009E73", "#BF7A00", "#0090A8")
# Fewer points have no quartiles worth a box.
FEWEST_FOR_A_BOX = 5
# A browser draws and moves these at once; the eye tells no more of them apart.
MOST_POINTS = 2000
MOST_LINES = 300
_SEED = 20
# Share of the place of a category that its boxes take.
_WIDTH = 0.8


def distribution_figure(places: Mapping[str, pd.DataFrame], colours: Mapping[str, str], unit: str) -> go.Figure:
    """Every visit a point, at most `MOST_POINTS` of them, and a box of all where there are enough.

    Hollow points are to be read with caution, diamonds are synthetic.

    Parameters
    ----------
    places : mapping
        Title -> rows of `Cohort.of` with a value, and what they are coloured by in ``colour``.
    colours : mapping
        What rows are coloured by -> colour; several at one place stand side by side.
    unit : str
    """
    figure = go.Figure()
    side_by_side = any(len(set(rows["colour"])) > 1 for rows in places.values())
    chance = np.random.default_rng(_SEED)
    share = min(1.0, MOST_POINTS / max(sum(map(len, places.values())), 1))
    width = _WIDTH / len(colours) if side_by_side else _WIDTH
    for number, (name, colour) in enumerate(colours.items()):
        offset = (number + 0.5) * width - _WIDTH / 2 if side_by_side else 0.0
        for place, rows in enumerate(places.values()):
            of_colour = rows[rows["colour"] == name]
            if len(of_colour) >= FEWEST_FOR_A_BOX:
                figure.add_box(
                    **_box(of_colour["value"]), x=[place + offset], width=0.6 * width,
                    line={"color": colour, "width": 1}, fillcolor=_faint(colour), hoverinfo="skip", showlegend=False,
                )  # fmt: skip
            drawn = of_colour
            if share < 1.0:
                drawn = of_colour.iloc[np.sort(chance.permutation(len(of_colour))[: round(share * len(of_colour))])]
            figure.add_scatter(
                x=place + offset + 0.17 * width * chance.uniform(-1.0, 1.0, len(drawn)),
                y=drawn["value"],
                mode="markers",
                marker={"size": 7, "color": colour, "symbol": _symbols(drawn), "line": {"width": 1.2, "color": colour}},
                text=_texts(drawn),
                hovertemplate="%{text}<extra></extra>",
                name=name,
                showlegend=False,
            )
    if side_by_side:
        # Of its own, so that a name is told once and its sign is neither hollow nor a diamond.
        for name, colour in colours.items():
            figure.add_scatter(x=[None], y=[None], mode="markers", marker={"size": 9, "color": colour}, name=name)
    titles = [f"{title}<br>n = {len(rows)}" for title, rows in places.items()]
    figure.update_layout(
        **_layout(unit),
        xaxis={"tickvals": list(range(len(places))), "ticktext": titles, "range": [-0.6, len(places) - 0.4]},
    )
    return figure


def longitudinal_figure(
    rows: pd.DataFrame, colours: Mapping[str, str], unit: str, visits: list[str] | None
) -> go.Figure:
    """One thin line a participant; dotted where the data are synthetic.

    Parameters
    ----------
    rows : DataFrame
        Of `Cohort.of` with a value, and what they are coloured by in ``colour``.
    colours : mapping
        What rows are coloured by -> colour.
    unit : str
    visits : list of str or None
        Visits in their order, where they have no dates; None: by date.
    """
    figure = go.Figure()
    for name, colour in colours.items():
        for synthetic, dash in ((False, "solid"), (True, "dot")):
            of_kind = rows[(rows["synthetic"] == synthetic) & (rows["colour"] == name)]
            of_kind = of_kind.assign(
                text=_texts(of_kind),
                symbol=_symbols(of_kind),
                x=pd.to_datetime(of_kind["date"]) if visits is None else of_kind["visit"].map(visits.index),
            )
            x: list[object] = []
            y: list[float] = []
            texts: list[str] = []
            symbols: list[str] = []
            for _person, one in groups(of_kind, "person"):
                # A gap between the lines of two participants, all of which are one trace: hundreds would be slow.
                x += [*one["x"], None]
                y += [*one["value"], np.nan]
                texts += [*one["text"], ""]
                symbols += [*one["symbol"], "circle"]
            if x:
                kind = _("synthetic") if synthetic else _("recordings of people")
                figure.add_scatter(
                    x=x, y=y, mode="lines+markers", line={"color": colour, "width": 1, "dash": dash}, text=texts,
                    marker={"size": 6, "symbol": symbols, "color": colour}, hovertemplate="%{text}<extra></extra>",
                    name=f"{name}, {kind}" if len(colours) > 1 else kind, showlegend=True, opacity=0.75,
                )  # fmt: skip
    by_date = {"tickformat": "%Y-%m-%d", "nticks": 6}
    by_visit = {"tickvals": list(range(len(visits or ()))), "ticktext": visits}
    figure.update_layout(**_layout(unit), xaxis={**(by_date if visits is None else by_visit), "automargin": True})
    return figure


def errors_figure(places: Mapping[str, pd.Series], title: str) -> go.Figure:
    """A box for each movement, however many trials it stands for.

    Parameters
    ----------
    places : mapping
        Movement -> values.
    title : str
        Of the values, with their unit.
    """
    figure = go.Figure()
    for name, values in places.items():
        figure.add_box(
            **_box(values), x=[f"{name}<br>n = {len(values)}"], line={"color": COLOUR, "width": 1},
            fillcolor=_faint(COLOUR), showlegend=False,
        )  # fmt: skip
    figure.update_layout(**_layout(title), yaxis_rangemode="tozero")
    return figure


def _layout(unit: str) -> dict[str, object]:
    return {
        "height": 400,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "yaxis": {"title": {"text": unit}, "automargin": True},
        "legend": {"orientation": "h", "y": 1.1},
    }


def _box(values: pd.Series) -> dict[str, list[float]]:
    """Quartiles, and the last values within one and a half times their distance, as Tukey draws them."""
    lower, middle, upper = values.quantile([0.25, 0.5, 0.75])
    reach = 1.5 * (upper - lower)
    within = values[values.between(lower - reach, upper + reach)]
    return {
        "q1": [lower], "median": [middle], "q3": [upper], "lowerfence": [within.min()], "upperfence": [within.max()],
    }  # fmt: skip


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.15)"


def _symbols(rows: pd.DataFrame) -> list[str]:
    return [
        ("diamond" if row.synthetic else "circle") + ("" if row.mark == "reported" else "-open")
        for row in records(rows)
    ]


def _texts(rows: pd.DataFrame) -> list[str]:
    return [
        f"{row.code}, {row.visit}: {value_word(row.indicator, row.unit, row.value, row.standard_error)}"
        for row in records(rows)
    ]
