"""Curves: angle, moment and power of joints, left and right, over time or over the cycle, one trial or two."""

from __future__ import annotations

import streamlit as st

from app.charts.choices import Choice, choose
from app.charts.curves import chart
from app.charts.downloads import offer
from app.charts.on_screen import plotly_figure
from app.current import Result, choose_trial, result
from app.language import _, _result
from app.layout import result_header, show_error
from app.text import plain
from assessment.presentation import usable
from assessment.summary import QualityRecord, TrialRecord
from models.errors import SarcoscopeError


def main() -> None:
    """Draw the page."""
    st.title(_("Curves"))
    found = result()
    result_header(found.run, found.summary)
    trial = choose_trial(found)
    if not usable(trial.kinematics_quality):
        st.warning(
            _("The angles of this trial are withheld: {why}", why=_reasons(trial.kinematics_quality)),
            icon=":material/block:",
        )
        st.stop()
    if not usable(trial.kinetics_quality):
        st.info(
            _("Moments and powers are withheld: {why}", why=_reasons(trial.kinetics_quality)), icon=":material/block:"
        )
    try:
        choice = choose(found, trial)
        _charts(found, trial, choice)
    except SarcoscopeError as error:
        show_error(error)


def _charts(found: Result, trial: TrialRecord, choice: Choice) -> None:
    if not choice.joints:
        st.info(_("Choose a joint to see its curves."), icon=":material/info:")
        return
    specs = [chart(joint, choice.sources, choice.view) for joint in choice.joints]
    for joint, spec in zip(choice.joints, specs, strict=True):
        st.plotly_chart(plotly_figure(spec), key=f"chart of {joint.coordinate}", alt=spec.alt)
    st.caption(" ".join(_legend(choice, trial)))
    heading = _("Synthetic data: describes no person. ") if found.summary.synthetic else ""
    offer(found, specs, f"{trial.name}_{choice.view.quantity}", f"{heading}{found.run.study_code} · {trial.name}")


def _legend(choice: Choice, trial: TrialRecord) -> list[str]:
    """How to read the charts."""
    sides = {side for joint in choice.joints for side in joint.sides}
    said = [_("Blue: right. Orange: left.")] if sides - {""} else []
    said += [_("Green: what has no sides.")] if "" in sides else []
    said.append(_("Gaps: frames that may not be used."))
    if len(choice.sources) > 1:
        first, second = (plain(one.label) for one in choice.sources)
        said.append(_("Solid: {first}. Dashed: {second}.", first=first, second=second))
    if choice.view.axis == "cycle":
        said.append(_("Thin: single repetitions or strides, bold: their mean; dotted: mean time of an event."))
    elif trial.repetitions:
        said.append(_("Grey: repetitions, numbered; dotted: seat-off."))
    if choice.view.cursor_s is not None:
        said.append(_("Grey line: the moment shown on the 3-D page."))
    if choice.view.quantity != "angle" and trial.forces is not None:
        said.append(
            {
                "measured": _("Contact forces are measured."),
                "estimated": _("Contact forces are estimated, not measured."),
                "simulated": _("Contact forces are simulated."),
            }[trial.forces.origin]
        )
    said.append(_("There is no reference band: no curves of a named population, measured as these were, are known."))
    return said


def _reasons(quality: QualityRecord | None) -> str:
    return plain(" ".join(_result(reason) for reason in quality.reasons)) if quality else ""


main()
