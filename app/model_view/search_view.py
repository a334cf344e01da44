"""How the search for the scale factors went, step by step."""

from __future__ import annotations

import numpy as np
import streamlit as st

from app.charts.on_screen import plotly_figure
from app.charts.spec import MIDDLE, Line, PlotSpec
from app.language import _
from assessment.summary import ModelRecord

MOST_TICKS = 12


def draw_search(model: ModelRecord) -> None:
    """Marker error against step, or why there is no path."""
    st.subheader(_("Path of the search"))
    if not model.search_path:
        if model.scaler == "measurement":
            st.caption(_("Factors from distances between markers are computed at once: there is no search."))
        else:
            st.caption(_("These results keep no path; run the assessment again to see it."))
        return
    steps = np.arange(len(model.search_path), dtype=float)
    errors_cm = np.array([step.marker_rms_cm for step in model.search_path])
    spec = PlotSpec(
        title=_("Marker error during the search [cm]"),
        x_title=_("step"),
        y_title="cm",
        lines=(Line(steps, errors_cm, _("RMS over markers and frames"), MIDDLE, markers=True),),
        alt=_(
            "Marker error falls from {first} to {last} cm in {n} steps",
            first=f"{errors_cm[0]:.2f}",
            last=f"{errors_cm[-1]:.2f}",
            n=len(steps) - 1,
        ),
    )
    figure = plotly_figure(spec)
    figure.update_xaxes(tickformat="d", nticks=min(len(steps) + 1, MOST_TICKS))
    st.plotly_chart(figure, key="search", alt=spec.alt)
    first, last = model.search_path[0].objective, model.search_path[-1].objective
    st.caption(
        _(
            "Step 0 is what height, mass, sex and age lead to expect. What the search lowers, marker errors and "
            "distance from people of that build together, went from {first} to {last}.",
            first=f"{first:.3g}",
            last=f"{last:.3g}",
        )
    )
