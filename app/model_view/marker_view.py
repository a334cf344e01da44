"""Marker errors: on a picture of the body, and in a table to sort."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from app import address
from app.charts.spec import NEUTRAL
from app.current import Result
from app.language import _
from app.layout import show_error
from app.model_view.body import Body, body_of
from app.text import plain
from assessment.summary import ModelRecord, TrialRecord
from models.errors import SarcoscopeError

PLACED, UNPLACED = "static", "static-unplaced"
# Room that a name takes in the picture: across, up [m].
TEXT_M = np.array([0.5, 0.06])
NAMED = 3
"""So many of the worst markers are named in the picture; all of them are when pointed at."""


def draw_markers(found: Result, model: ModelRecord, trials: list[TrialRecord]) -> None:
    """Let the user choose of which recording, and draw it."""
    st.subheader(_("Marker errors"))
    errors = _errors(model, trials)
    if not errors:
        st.caption(_("No marker errors are kept in these results."))
        return
    held_out = {trial.name: trial.marker_error.held_out for trial in trials if trial.marker_error}

    def name(key: str) -> str:
        if key == PLACED:
            return _("static pose, markers placed")
        if key == UNPLACED:
            return _("static pose, before placement")
        return f"{key} ({_('held out')})" if held_out[key] else f"{key} ({_('also used for scaling')})"

    options = list(errors)
    wanted = address.name_of(address.get("errors"), options)
    chosen = st.selectbox(
        _("Recording"), options, index=options.index(wanted) if wanted in options else 0, format_func=name, key="errors"
    )
    address.put(errors=address.number_of(chosen, options))
    try:
        body = body_of(found.folder, trials)
    except SarcoscopeError as error:
        show_error(error)
        body = None
    picture, numbers = st.columns([1, 1])
    with picture:
        _picture(body, errors[chosen])
    with numbers:
        _table(errors, name)


def _errors(model: ModelRecord, trials: list[TrialRecord]) -> dict[str, dict[str, float]]:
    """What of -> marker -> error [cm]."""
    of_static = {PLACED: model.static_marker_error_cm, UNPLACED: model.unplaced_marker_error_cm}
    of_trials = {trial.name: trial.marker_error.per_marker_cm for trial in trials if trial.marker_error}
    return {name: errors for name, errors in {**of_static, **of_trials}.items() if errors}


def _picture(body: Body | None, errors_cm: dict[str, float]) -> None:
    if body is None:
        st.caption(_("There is no picture: these results keep no markers."))
        return
    st.plotly_chart(_figure(body, errors_cm), key="body", alt=_alt(errors_cm))
    st.caption(_("Seen from the front, right side on the left. Greater and brighter: greater error."))


def _figure(body: Body, errors_cm: dict[str, float]) -> go.Figure:
    figure = go.Figure()
    gap = np.full((1, 2), np.nan)
    outline = np.concatenate([np.concatenate([bone, gap]) for bone in body.bones_m])
    figure.add_scatter(
        x=outline[:, 0], y=outline[:, 1], mode="lines", line={"color": NEUTRAL, "width": 5}, opacity=0.45,
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    there = sorted((name for name in errors_cm if name in body.markers_m), key=lambda name: errors_cm[name])
    values = np.array([errors_cm[name] for name in there])
    named = _named(there, body)
    figure.add_scatter(
        x=[body.markers_m[name][0] for name in there], y=[body.markers_m[name][1] for name in there],
        mode="markers+text", text=[name if name in named else "" for name in there], textposition="top center",
        hovertext=[f"{name}: {errors_cm[name]:.1f} cm" for name in there], hoverinfo="text", showlegend=False,
        marker={
            "color": values, "colorscale": "Cividis", "cmin": 0.0, "showscale": True,
            "colorbar": {"title": {"text": "cm"}, "thickness": 12},
            "size": 8.0 + 12.0 * values / max(values.max(initial=0.0), 1e-9),
            "line": {"color": NEUTRAL, "width": 1},
        },
    )  # fmt: skip
    hidden = {"visible": False, "fixedrange": True}
    figure.update_layout(
        height=620, margin={"l": 0, "r": 0, "t": 10, "b": 10}, xaxis=hidden, yaxis={**hidden, "scaleanchor": "x"}
    )
    return figure


def _named(by_error: list[str], body: Body) -> set[str]:
    """The worst markers whose names do not lie upon each other."""
    named: list[str] = []
    for name in reversed(by_error):
        near = (abs(body.markers_m[name] - body.markers_m[one]) < TEXT_M for one in named)
        if len(named) < NAMED and not any(both.all() for both in near):
            named.append(name)
    return set(named)


def _table(errors: dict[str, dict[str, float]], name: Callable[[str], str]) -> None:
    markers = list(dict.fromkeys(marker for one in errors.values() for marker in one))
    columns: dict[str, list[object]] = {_("Marker"): list(markers)}
    columns |= {name(key): [one.get(marker) for marker in markers] for key, one in errors.items()}
    st.dataframe(
        columns,
        hide_index=True,
        height=620,
        column_config={name(key): st.column_config.NumberColumn(format="%.1f") for key in errors},
    )
    st.caption(_("Distance between measured and modelled marker [cm]; of trials the root mean square over frames."))


def _alt(errors_cm: dict[str, float]) -> str:
    worst = sorted(errors_cm, key=lambda marker: -errors_cm[marker])[:NAMED]
    said = ", ".join(f"{plain(marker)} {errors_cm[marker]:.1f} cm" for marker in worst)
    return _("Marker errors on a body seen from the front; the greatest: {worst}", worst=said)


def draw_trials(trials: list[TrialRecord]) -> None:
    """How far the model's markers are from the measured ones during each trial."""
    known = [(trial, trial.marker_error) for trial in trials if trial.marker_error]
    if not known:
        return
    st.table(
        {
            _("Trial"): [plain(trial.name) for trial, _error in known],
            _("RMS over markers [cm]"): [f"{error.rms_cm:.1f}" for _trial, error in known],
            _("Worst marker [cm]"): [f"{error.max_cm:.1f}" for _trial, error in known],
            _("Unseen by the scaling"): [_("yes") if error.held_out else _("no") for _trial, error in known],
        },
        border="horizontal",
    )
