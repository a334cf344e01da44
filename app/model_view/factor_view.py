"""Scale factors drawn with their intervals, against the generic model and against distances between markers."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from app.charts.spec import MIDDLE, NEUTRAL
from app.language import _, _result
from app.model_view.factors import FactorRow, axis_word, factor_rows, segment_word
from assessment.summary import ModelRecord

MEASURED = "measured"
ROW_PX = 22


def draw_factors(model: ModelRecord) -> None:
    """The chart, and its numbers below."""
    st.subheader(_("Scale factors"))
    rows = factor_rows(model)
    if not rows:
        st.caption(_("No scale factors are kept in these results."))
        return
    st.caption(_how_to_read(rows))
    st.plotly_chart(_figure(rows), key="factors", alt=_alt(rows))
    with st.expander(_("Numbers")):
        _table(rows)


def _figure(rows: list[FactorRow]) -> go.Figure:
    names = [f"{segment_word(row.segment)} {row.axis.upper()}" for row in rows]
    figure = go.Figure()
    for measured, title in ((True, _("from the recording")), (False, _("partly or wholly from anthropometry"))):
        some = [
            (name, row) for name, row in zip(names, rows, strict=True) if (row.verdict in (MEASURED, "")) is measured
        ]
        if some:
            figure.add_scatter(
                x=[row.factor for _name, row in some], y=[name for name, _row in some], mode="markers", name=title,
                marker={"color": MIDDLE, "size": 9, "symbol": "circle" if measured else "circle-open"},
                error_x={"array": [_half(row) for _name, row in some], "color": MIDDLE, "thickness": 1.5},
                hovertext=[_result(row.text) for _name, row in some],
            )  # fmt: skip
    baseline = [(name, row.by_distances) for name, row in zip(names, rows, strict=True) if row.by_distances is not None]
    if baseline:
        figure.add_scatter(
            x=[factor for _name, factor in baseline], y=[name for name, _factor in baseline], mode="markers",
            name=_("distances between markers"), marker={"color": NEUTRAL, "size": 9, "symbol": "diamond-open"},
        )  # fmt: skip
    figure.add_vline(x=1.0, line={"color": NEUTRAL, "width": 1}, annotation_text=_("generic model"))
    figure.update_layout(
        height=ROW_PX * len(rows) + 130,
        xaxis={"title": {"text": _("scaled length / generic length")}},
        yaxis={"categoryorder": "array", "categoryarray": names[::-1], "automargin": True},
        margin={"l": 10, "r": 10, "t": 70, "b": 45},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.04, "x": 0.0},
    )
    return figure


def _half(row: FactorRow) -> float:
    return 0.0 if row.ends is None else row.ends[1] - row.factor


def _table(rows: list[FactorRow]) -> None:
    st.dataframe(
        {
            _("Segment"): [segment_word(row.segment) for row in rows],
            _("Axis"): [axis_word(row.axis) for row in rows],
            _("Factor"): [round(row.factor, 3) for row in rows],
            _("95 % interval from"): [None if row.ends is None else round(row.ends[0], 3) for row in rows],
            _("to"): [None if row.ends is None else round(row.ends[1], 3) for row in rows],
            _("Distances between markers"): [
                None if row.by_distances is None else round(row.by_distances, 3) for row in rows
            ],
            _("Where it comes from"): [_result(row.verdict) for row in rows],
        },
        hide_index=True,
    )


def _how_to_read(rows: list[FactorRow]) -> str:
    said = [_("1 is the generic model; bars are 95 % intervals.")]
    if all(row.ends is None for row in rows):
        said = [_("1 is the generic model. This way of scaling cannot tell how sure each factor is.")]
    if any(row.by_distances is not None for row in rows):
        said.append(
            _("Diamonds: what distances between markers give, as OpenSim's ScaleTool takes them; without an interval.")
        )
    else:
        said.append(
            _("Nothing to compare with: these are the distances between markers themselves, or they were not kept.")
        )
    return " ".join(said)


def _alt(rows: list[FactorRow]) -> str:
    low, high = min(rows, key=lambda row: row.factor), max(rows, key=lambda row: row.factor)
    return _(
        "Scale factors of {n} segment axes: smallest {low} ({low_name}), greatest {high} ({high_name})",
        n=len(rows),
        low=f"{low.factor:.2f}",
        low_name=f"{segment_word(low.segment)} {low.axis.upper()}",
        high=f"{high.factor:.2f}",
        high_name=f"{segment_word(high.segment)} {high.axis.upper()}",
    )
