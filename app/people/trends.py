"""How a participant's headline indicators went from visit to visit, with intervals, and whether they changed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.current import mine
from app.language import _, _result
from app.layout import show_error
from app.text import plain
from app.words import indicator_word, value_word
from assessment.presentation import HEADLINE, SIDE_COLOURS
from assessment.store import figures, runs
from assessment.uncertainty import Z95
from assessment.uncertainty.visits import Comparison, compare_visits
from models.errors import SarcoscopeError

CHARTS_A_ROW = 3
_KEY = ["indicator", "activity", "side"]


@dataclass(frozen=True)
class _Compared:
    """The last visit against another one."""

    title: str
    comparison: Comparison


def show_trends(participant_id: str) -> None:
    """Draw one small chart an indicator; nothing where no visit has results."""
    found = figures.values(mine(), participant_id=participant_id)
    found = found[found["indicator"].isin(HEADLINE)]
    if found.empty:
        return
    st.subheader(_("From visit to visit"))
    results = figures.results(mine(), participant_id)
    dated = results[["run_id", "date"]].merge(found, on="run_id").sort_values("date", kind="stable")
    try:
        compared = _comparisons(list(results["run_id"]))
    except SarcoscopeError as error:
        compared = []
        show_error(error)
    groups = list(dated.groupby(_KEY, sort=False))
    for start in range(0, len(groups), CHARTS_A_ROW):
        for column, (key, group) in zip(st.columns(CHARTS_A_ROW), groups[start : start + CHARTS_A_ROW], strict=False):
            with column.container(border=True):
                _one(key, group, compared)
    for warning in dict.fromkeys(text for one in compared for text in one.comparison.warnings):
        st.caption(plain(_result(warning)))


def _comparisons(run_ids: list[str]) -> list[_Compared]:
    """The last visit against the previous one and, where that is another, against the first."""
    if len(run_ids) < 2:
        return []
    wanted = {_("since the previous visit"): run_ids[-2]}
    if len(run_ids) > 2:
        wanted[_("since the first visit")] = run_ids[0]
    last = runs.summary(mine(), run_ids[-1])
    return [_Compared(title, compare_visits(runs.summary(mine(), run_id), last)) for title, run_id in wanted.items()]


def _one(key: tuple[str, str, str], group: pd.DataFrame, compared: list[_Compared]) -> None:
    name, activity, side = key
    last = group.iloc[-1]
    st.markdown(f"**{plain(indicator_word(last['label'], activity, side))}**")
    text = value_word(name, last["unit"], last["value"], last["standard_error"])
    st.markdown(f"{plain(text)}  \n:small[{plain(_('at the last visit, with its 95 % interval'))}]")
    known = group.dropna(subset="value")
    if len(known) > 1:
        st.plotly_chart(
            trend_figure(known, side),
            key=f"trend-{'-'.join(key)}",
            config={"displayModeBar": False},
            alt=_alternative(known, indicator_word(last["label"], activity, side)),
        )
    for one in compared:
        for change in one.comparison.changes:
            if (change.indicator, change.activity, change.side or "") == key:
                st.caption(f"{one.title}: {plain(_result(change.sentence))}")


def trend_figure(known: pd.DataFrame, side: str) -> go.Figure:
    """One indicator over the visits, with 95 % intervals; hollow where it is to be read with caution."""
    colour = SIDE_COLOURS.get(side, "#56617A")
    symbols = ["circle" if mark == "reported" else "circle-open" for mark in known["mark"]]
    figure = go.Figure()
    figure.add_scatter(
        x=pd.to_datetime(known["date"]),
        y=known["value"],
        error_y={"array": (Z95 * known["standard_error"]).fillna(0.0), "color": colour, "thickness": 1.2, "width": 4},
        mode="lines+markers",
        line={"color": colour, "width": 1.2},
        marker={"color": colour, "size": 8, "symbol": symbols, "line": {"width": 1.5, "color": colour}},
    )
    figure.update_layout(
        height=160,
        margin={"l": 10, "r": 10, "t": 6, "b": 10},
        showlegend=False,
        yaxis={"title": {"text": known["unit"].iloc[-1].replace("1/min", "/min")}, "automargin": True, "nticks": 4},
        xaxis={"tickformat": "%Y-%m", "automargin": True, "nticks": 4},
    )
    return figure


def _alternative(known: pd.DataFrame, title: str) -> str:
    values = "; ".join(
        f"{row.date.isoformat()}: {value_word(row.indicator, row.unit, row.value, row.standard_error)}"
        for row in known.itertuples()
    )
    return _("{title} from visit to visit, with 95 % intervals. {values}.", title=title, values=values)
