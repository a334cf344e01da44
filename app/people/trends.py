"""How the numbers that a clinic looks at first went from visit to visit, with intervals, and whether they changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.cohort.charts import COLOUR
from app.current import mine
from app.findings.changes import change_text
from app.language import _, _result
from app.layout import show_error
from app.tables import groups, records
from app.text import plain
from app.words import indicator_word, value_word
from assessment.headline import is_first_looked_at, rank
from assessment.presentation import SIDE_COLOURS, SIDE_NAMES
from assessment.store import figures, runs
from assessment.summary import Summary
from assessment.uncertainty import Z95
from assessment.uncertainty.visits import Comparison, compare_dated
from models.errors import SarcoscopeError
from pipeline.quality import Mark

MOST_CHARTS = 6
CHARTS_A_ROW = 3


@dataclass(frozen=True)
class _Compared:
    """The last visit against another one."""

    title: str
    comparison: Comparison


def show_trends(participant_id: str) -> None:
    """Draw one small chart an indicator and movement; nothing where no visit has results."""
    results = figures.results(mine(), participant_id)
    values = figures.values(mine(), participant_id=participant_id)
    # The right side comes before the left one, as everywhere.
    dated = pd.DataFrame({"run_id": results["run_id"], "date": results["date"], "visit": _names(results["date"])})
    dated = dated.reset_index(names="place").merge(values, on="run_id")
    dated = dated.sort_values(["place", "side"], ascending=[True, False], kind="stable")
    found = {
        (name, activity): group
        for (name, activity), group in groups(dated, ["indicator", "activity"])
        if is_first_looked_at(name, activity) and group["value"].notna().any()
    }
    if not found:
        return
    st.subheader(_("From visit to visit"))
    try:
        compared = _comparisons(list(results["run_id"]))
    except SarcoscopeError as error:
        compared = []
        show_error(error)
    chosen = sorted(found, key=lambda key: rank(*key))[:MOST_CHARTS]
    for start in range(0, len(chosen), CHARTS_A_ROW):
        for column, key in zip(st.columns(CHARTS_A_ROW), chosen[start : start + CHARTS_A_ROW], strict=False):
            with column.container(border=True):
                _one(*key, found[key], compared)
    if compared:
        st.caption(
            _(
                "A difference is called a change only beyond the smallest detectable change (MDC, 95 %); detectable is "
                "not the same as meaningful. Hollow points are to be read with caution."
            )
        )
    for warning in dict.fromkeys(text for one in compared for text in one.comparison.warnings):
        st.caption(plain(_result(warning)))


def _names(days: pd.Series[Any]) -> list[str]:
    """Names of visits by their days, the second of a day told from the first."""
    texts = [day.isoformat() for day in days]
    return [
        day if texts.count(day) == 1 else f"{day} ({texts[: place + 1].count(day)})" for place, day in enumerate(texts)
    ]


def _comparisons(run_ids: list[str]) -> list[_Compared]:
    """The last visit against the previous one and, where that is another, against the first."""
    if len(run_ids) < 2:
        return []
    wanted = {_("Since the previous visit"): run_ids[-2]}
    if len(run_ids) > 2:
        wanted[_("Since the first visit")] = run_ids[0]
    last = _dated(run_ids[-1])
    return [_Compared(title, compare_dated(*_dated(run_id), *last)) for title, run_id in wanted.items()]


def _dated(run_id: str) -> tuple[Summary, date | None]:
    return runs.summary(mine(), run_id), runs.get(mine(), run_id).visit_date


def _one(name: str, activity: str, group: pd.DataFrame, compared: list[_Compared]) -> None:
    title = indicator_word(name, group["label"].iloc[0], activity)
    last = group[group["run_id"] == group["run_id"].iloc[-1]]
    st.markdown(f"**{plain(title)}**")
    st.markdown(f"{plain(_values(last))}  \n:small[{plain(_('visit of {date}', date=last['visit'].iloc[0]))}]")
    known = group.dropna(subset="value")
    if len(set(known["run_id"])) > 1:
        st.plotly_chart(
            trend_figure(known),
            key=f"trend-{name}-{activity}",
            config={"displayModeBar": False},
            alt=_alternative(known, title),
        )
    for one in compared:
        changes = [
            change_text(change)
            for change in one.comparison.changes
            if (change.indicator, change.activity) == (name, activity)
        ]
        if changes:
            st.caption(f"{one.title}: {plain('; '.join(changes))}")


def trend_figure(known: pd.DataFrame) -> go.Figure:
    """One indicator over the visits, a line a side, with 95 % intervals; hollow where it is to be read with caution."""
    figure = go.Figure()
    for side, rows in groups(known, "side"):
        colour = SIDE_COLOURS.get(side, COLOUR)
        half = (Z95 * rows["standard_error"]).fillna(0.0)
        figure.add_scatter(
            x=rows["visit"],
            y=rows["value"],
            error_y={"array": half, "color": colour, "thickness": 1.2, "width": 4, "visible": bool((half > 0.0).any())},
            mode="lines+markers",
            line={"color": colour, "width": 1.2},
            marker={
                "color": colour,
                "size": 8,
                "symbol": ["circle" if mark == Mark.REPORTED else "circle-open" for mark in rows["mark"]],
                "line": {"width": 1.5, "color": colour},
            },
            name=_result(SIDE_NAMES[side]) if side else "",
            showlegend=bool(side),
        )
    unit = known["unit"].iloc[-1]
    figure.update_layout(
        height=170,
        margin={"l": 10, "r": 10, "t": 6, "b": 10},
        yaxis={"title": {"text": "" if unit in ("1", "ratio") else unit}, "automargin": True, "nticks": 4},
        # A place for each visit: those of one day would lie on each other on an axis of time.
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(dict.fromkeys(known["visit"])),
            "automargin": True,
            "nticks": 4,
        },
        legend={"orientation": "h", "y": 1.3},
    )
    return figure


def _values(rows: pd.DataFrame) -> str:
    """Values of both sides, or of the one body."""
    return ", ".join(
        f"{_result(SIDE_NAMES[row.side]) if row.side else ''} "
        f"{value_word(row.indicator, row.unit, row.value, row.standard_error)}".strip()
        for row in records(rows)
    )


def _alternative(known: pd.DataFrame, title: str) -> str:
    visits = "; ".join(f"{visit}: {_values(rows)}" for visit, rows in groups(known, "visit"))
    return _("{title} from visit to visit, with 95 % intervals. {visits}.", title=title, visits=visits)
