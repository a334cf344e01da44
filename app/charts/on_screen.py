"""A chart on the screen, by plotly."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from app.charts.spec import NEUTRAL, Array, Band, PlotSpec, Span

HEIGHT_PX = 300
_TEXT = {"yref": "paper", "showarrow": False, "xanchor": "left", "font": {"size": 11}}
_AT_TOP = {**_TEXT, "y": 1, "yanchor": "top"}
_AT_BOTTOM = {**_TEXT, "y": 0, "yanchor": "bottom", "textangle": -90}


def plotly_figure(spec: PlotSpec) -> go.Figure:
    """Draw a chart; colours that must be seen on light and dark pages alike are middle greys."""
    figure = go.Figure()
    for band in spec.bands:
        x, y = _outline(band)
        figure.add_scatter(
            x=x, y=y, fill="toself", fillcolor=_faint(band.colour), line={"width": 0}, mode="lines", name=band.name,
            hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    for line in spec.lines:
        figure.add_scatter(
            x=line.x, y=_short(line.y), name=line.name, mode="lines+markers" if line.markers else "lines",
            line={"color": line.colour, "width": line.width, "dash": line.dash}, opacity=line.opacity,
            showlegend=line.legend, hoverinfo=None if line.legend else "skip",
        )  # fmt: skip
    figure.update_layout(
        title={"text": spec.title, "font": {"size": 15}, "x": 0.0},
        xaxis={"title": {"text": spec.x_title}, "zeroline": False},
        yaxis={"title": {"text": spec.y_title}, "zeroline": True, "automargin": False},
        height=HEIGHT_PX,
        margin={"l": 55, "r": 10, "t": 60, "b": 45},
        hovermode="x unified",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0.0},
        # All at once: one by one, plotly checks the whole figure each time.
        shapes=[*map(_stretch, spec.spans), *(_upright(mark.x, mark.colour, 1, "dot") for mark in spec.marks)]
        + ([] if spec.cursor is None else [_upright(spec.cursor, NEUTRAL, 2, "solid")]),
        annotations=[
            *({**_AT_TOP, "x": span.start, "text": span.text} for span in spec.spans if span.text),
            *({**_AT_BOTTOM, "x": mark.x, "text": mark.text} for mark in spec.marks if mark.text),
        ],
    )
    return figure


def _stretch(span: Span) -> dict[str, object]:
    ends = {"x0": span.start, "x1": span.stop, "y0": 0, "y1": 1}
    return {"type": "rect", "yref": "paper", **ends, "fillcolor": "grey", "opacity": 0.12, "line": {"width": 0}}


def _upright(x: float, colour: str, width: int, dash: str) -> dict[str, object]:
    line = {"color": colour, "width": width, "dash": dash}
    return {"type": "line", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def _outline(band: Band) -> tuple[Array, Array]:
    """Each piece as a closed line, gaps between them: a band with one outline would bridge what is not known."""
    gap = np.array([np.nan])
    xs, ys = [], []
    for x, low, high in band.pieces():
        xs += [x, x[::-1], gap]
        ys += [low, high[::-1], gap]
    return (np.concatenate(xs), _short(np.concatenate(ys))) if xs else (gap, gap)


def _short(values: Array) -> Array:
    """What a screen shows of a number, and half of what has to be sent."""
    return values.astype(np.float32)


def _faint(colour: str) -> str:
    """``#0072B2`` as a colour that what lies behind shines through."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"
