"""What is written in the viewer; its script holds no words of its own."""

from __future__ import annotations

from typing import Any

from app.language import _, _result
from app.viewer.payload import FORCE_COLOURS
from app.viewer.scene import Scene
from assessment.presentation import SIDE_COLOURS, usable
from assessment.summary import TrialRecord

_BOTH_SIDES = f"linear-gradient(90deg, {SIDE_COLOURS['r']} 50%, {SIDE_COLOURS['l']} 50%)"


def words(scene: Scene, trial: TrialRecord) -> dict[str, Any]:
    """All texts of the viewer for one trial."""
    return _controls() | {
        "description": _description(scene, trial),
        "curves": [_curve(curve.title, curve.unit) for curve in scene.curves],
        "sides": {"r": _("right"), "l": _("left")},
        "legend": _legend(scene, trial),
        "unavailable": _unavailable(scene, trial),
    }


def _controls() -> dict[str, Any]:
    return {
        "viewer": _("3-D viewer"),
        "views": _("View"),
        "anterior": _("Anterior"),
        "posterior": _("Posterior"),
        "right": _("Right"),
        "left": _("Left"),
        "superior": _("Superior"),
        "oblique": _("Oblique"),
        "shown": _("Shown"),
        "forces": _("Forces"),
        "markers": _("Markers"),
        "generic": _("Unscaled model"),
        "follow": _("Follow"),
        "tips": {
            "forces": _("Contact forces as arrows"),
            "markers": _("Measured markers"),
            "generic": _("The model before scaling, in the same pose"),
            "follow": _("The camera goes with the pelvis"),
        },
        "zoom": _("Zoom"),
        "nearer": _("Nearer"),
        "farther": _("Farther"),
        "play": _("Play"),
        "pause": _("Pause"),
        "back": _("One frame back"),
        "forward": _("One frame forward"),
        "time": _("Time"),
        "speed": _("Speed"),
        "curve": _("Curve"),
        "at": _("{time} s of {last} s"),
        "at_repetition": _("{time} s of {last} s, repetition {repetition}"),
        "keys": _(
            "Space: play or pause. Left and right arrow: one frame. 1 to 6: views. Shift and arrows: turn. "
            "+ and −: zoom. Drag: turn. Shift and drag: move."
        ),
    }


def _description(scene: Scene, trial: TrialRecord) -> str:
    """What a reader who cannot see the figure should know is in it."""
    seconds = scene.figure.time_s[-1] - scene.figure.time_s[0]
    parts = [_("Moving figure of the trial {trial}, {seconds} s.", trial=trial.name, seconds=f"{seconds:.1f}")]
    if trial.repetitions:
        parts.append(_("Repetitions: {count}.", count=len(trial.repetitions)))
    parts.append(_forces_text(scene, trial))
    return " ".join(parts)


def _forces_text(scene: Scene, trial: TrialRecord) -> str:
    if not scene.arrows_m or trial.forces is None:
        return _("Contact forces are not shown.")
    origin = {
        "measured": _("Contact forces: measured, 1 m for 1 kN."),
        "estimated": _("Contact forces: estimated, 1 m for 1 kN."),
        "simulated": _("Contact forces: simulated, 1 m for 1 kN."),
    }
    return origin[trial.forces.origin]


def _curve(title: str, unit: str) -> dict[str, str]:
    shown = "°" if unit == "deg" else unit
    return {
        "title": f"{_result(title)} [{shown}]",
        "description": _("{title}, right and left over time", title=_result(title)),
    }


def _legend(scene: Scene, trial: TrialRecord) -> list[dict[str, str]]:
    arrow = {"sign": "arrow", "needs": "forces"}
    entries = [
        {"text": _("right"), "colour": SIDE_COLOURS["r"]},
        {"text": _("left"), "colour": SIDE_COLOURS["l"]},
        {"text": _forces_text(scene, trial), "colour": _BOTH_SIDES} | arrow,
    ]
    if "seat" in scene.arrows_m:
        entries.append({"text": _("Force of the seat"), "colour": FORCE_COLOURS["seat"]} | arrow)
    if {"load_r", "load_l"} & set(scene.arrows_m):
        entries.append({"text": _("Load in the hands"), "colour": FORCE_COLOURS["load_r"]} | arrow)
    return [
        *entries,
        {"text": _("Markers: measured"), "sign": "marker", "needs": "markers"},
        {"text": _("Unscaled model, pelvis in the same place"), "sign": "dashed", "needs": "generic"},
    ]


def _unavailable(scene: Scene, trial: TrialRecord) -> dict[str, str]:
    """Switch -> why it can show nothing."""
    reasons = {}
    if not scene.arrows_m:
        withheld = not usable(trial.kinetics_quality)
        reasons["forces"] = (
            _("Moments of this trial are withheld, and with them its contact forces. The Summary page says why.")
            if withheld
            else _("This result holds no contact forces.")
        )
    if scene.markers_m.shape[1] == 0:
        reasons["markers"] = _("No marker was seen throughout this trial.")
    if scene.figure.points_generic_m is None:
        reasons["generic"] = _("This result is older than the comparison. Run the assessment again to see it.")
    return reasons
