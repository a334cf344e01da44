"""A chart on the screen, by plotly."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from app.charts.spec import NEUTRAL, Array, Band, PlotSpec

HEIGHT_PX = 300


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
    for span in spec.spans:
        figure.add_vrect(
            x0=span.start, x1=span.stop, fillcolor="grey", opacity=0.12, line_width=0,
            annotation={"text": span.text, "font_size": 11}, annotation_position="top left",
        )  # fmt: skip
    for mark in spec.marks:
        figure.add_vline(
            x=mark.x, line={"color": mark.colour, "width": 1, "dash": "dot"},
            annotation={"text": mark.text, "font_size": 11, "textangle": -90}, annotation_position="bottom right",
        )  # fmt: skip
    if spec.cursor is not None:
        figure.add_vline(x=spec.cursor, line={"color": NEUTRAL, "width": 2})
    figure.update_layout(
        title={"text": spec.title, "font": {"size": 15}, "x": 0.0},
        xaxis={"title": {"text": spec.x_title}, "zeroline": False},
        yaxis={"title": {"text": spec.y_title}, "zeroline": True},
        height=HEIGHT_PX,
        margin={"l": 55, "r": 10, "t": 60, "b": 45},
        hovermode="x unified",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0.0},
    )
    return figure


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
