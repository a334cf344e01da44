"""3-D: the scaled skeleton moving, with the contact forces as arrows."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.skeleton_view import ARROW_M_PER_N, skeleton_figure
from app.state import choose_trial, current, folder_of, header
from assessment.presentation import usable
from assessment.summary import Summary, TrialRecord
from pipeline.files.storage import read_storage
from pipeline.stick_figure import StickFigure


def main() -> None:
    """Draw the page."""
    st.title("3-D")
    summary = current()
    header(summary)
    trial = choose_trial(summary, "skeleton_trial")
    figure = StickFigure.read(folder_of(summary) / trial.files["viewer"])
    arrows = _arrows(summary, trial, figure.time_s)
    st.plotly_chart(
        skeleton_figure(figure, arrows),
        key=f"skeleton-{trial.name}",
        alt=f"Moving stick figure of the trial {trial.name} with contact forces",
    )
    if not usable(trial.kinematics_quality):
        st.error(
            "The angles of this trial are withheld: what is drawn shows what went wrong, not how the person moved."
        )
    if arrows and trial.forces is not None:
        st.caption(f"Arrows: {trial.forces.origin} contact forces, 1 m for 1 kN.")
    else:
        st.caption("Contact forces are withheld for this trial; the Summary page says why.")


def _arrows(summary: Summary, trial: TrialRecord, time_s: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Start and end of every force's arrow at the figure's times; none where moments are withheld."""
    if trial.forces is None or not usable(trial.kinetics_quality):
        return {}
    stored = read_storage(folder_of(summary) / trial.files["contact_forces"])

    def column(name: str) -> NDArray[np.float64]:
        return np.interp(time_s, stored.time_s, stored.values[:, stored.columns.index(name)])

    arrows = {}
    for contact in trial.forces.contacts:
        start = np.stack([column(f"ground_force_{contact}_p{axis}") for axis in "xyz"], axis=1)
        force_n = np.stack([column(f"ground_force_{contact}_v{axis}") for axis in "xyz"], axis=1)
        arrows[contact] = np.stack([start, start + force_n * ARROW_M_PER_N], axis=1)
    return arrows


main()
