"""Curves: angle, moment and power per joint, left and right, over time or over the repetition."""

from __future__ import annotations

import streamlit as st

from app.charts import JOINTS, QUANTITIES, curve_figure
from app.current import choose_trial, result
from app.layout import result_header
from app.text import plain
from assessment.presentation import usable
from assessment.results_folder import trial_table


def main() -> None:
    """Draw the page."""
    st.title("Curves")
    found = result()
    summary = found.summary
    result_header(found.run, summary)
    left, middle, right = st.columns([2, 2, 2])
    with left:
        trial = choose_trial(found)
    curves = trial_table(found.folder, trial, "curves")
    assert curves is not None  # noqa: S101 - only trials with curves can be chosen
    angles, moments = trial.kinematics_quality, trial.kinetics_quality
    if not usable(angles):
        st.error("The angles of this trial are withheld: " + plain(" ".join(angles.reasons if angles else [])))
        st.stop()
    quantities = list(QUANTITIES)
    if "valid" not in curves or not usable(moments):
        quantities = ["angle"]
        st.warning("Moments and powers are withheld: " + plain(" ".join(moments.reasons if moments else [])))
    quantity = middle.segmented_control("Quantity", quantities, default="angle", key="quantity") or "angle"
    can_normalise = any(repetition.complete for repetition in trial.repetitions)
    axis = right.segmented_control(
        "Time axis", ["time", "repetition"] if can_normalise else ["time"], default="time", key="axis"
    )
    for name in JOINTS:
        figure = curve_figure(
            curves, trial, name, quantity, mass_kg=summary.subject.mass_kg, by_repetition=axis == "repetition"
        )
        st.plotly_chart(figure, key=f"{trial.name}-{name}-{quantity}-{axis}", alt=f"{name}: {quantity}, left and right")
    st.caption("Blue: right. Orange: left. Thin: repetitions, bold: their mean. Breaks: frames that may not be used.")


main()
