"""The viewer as a Streamlit element."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from app.current import shown
from app.cursor import leave, left_at
from app.language import _
from app.viewer.payload import payload
from app.viewer.scene import read_scene
from app.viewer.words import words
from assessment.presentation import usable
from assessment.summary import Summary, TrialRecord

_HERE = Path(__file__).parent
# In this order: each part uses only what stands before it. The browser gets them as one module.
_SCRIPTS = ("payload", "camera", "colours", "body", "strip", "controls", "viewer")
_KEY = "viewer"


def show_viewer(folder: Path, summary: Summary, trial: TrialRecord) -> None:
    """Show a trial's movement.

    Parameters
    ----------
    folder : Path
        Results folder of the session.
    summary : Summary
    trial : TrialRecord
    """
    scene = read_scene(folder, summary, trial, shown().moment_unit)
    if scene is None:
        st.info(_("This result holds no figure. Run the assessment again to see one."), icon=":material/info:")
        return
    if not usable(trial.kinematics_quality):
        st.error(
            _("The angles of this trial are withheld: what is drawn shows what went wrong, not how the person moved.")
        )
    play(payload(scene, trial.repetitions, words(scene, trial), left_at(trial.name)), trial.name)


@st.fragment
def play(data: bytes, trial: str) -> None:
    """Put the viewer into the page.

    Only this runs again when the viewer reports a time: the page around it, and the bytes, stay as they are.
    """
    _component()(key=_KEY, data=data, on_time_s_change=lambda: leave(trial, st.session_state[_KEY]["time_s"]))


@cache
def _component() -> Any:
    scripts = [(_HERE / "script" / f"{name}.js").read_text("utf-8") for name in _SCRIPTS]
    return st.components.v2.component(
        "sarcoscope_viewer",
        html=(_HERE / "viewer.html").read_text("utf-8"),
        css=(_HERE / "viewer.css").read_text("utf-8"),
        js="\n".join(scripts),
    )
