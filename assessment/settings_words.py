"""Settings of a run in words, for people: on the screen and in the report the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assessment.language import Texts


def settings_in_words(settings: Mapping[str, Any], words: Texts) -> list[tuple[str, str]]:
    """Name and value of every setting that was made; what was left to the program is not among them.

    Parameters
    ----------
    settings : mapping
        `assessment.summary.Provenance.settings`. A setting of another version keeps the name it is kept under.
    words : Texts
    """
    names = _names(words)
    return [
        (names.get(name, name), _value(name, value, words))
        for name, value in settings.items()
        if value not in (None, "", {})
    ]


def _names(words: Texts) -> dict[str, str]:
    _ = words
    return {
        "forces": _("Contact forces"),
        "scaler": _("How the model is scaled"),
        "policy": _("Policy"),
        "model": _("Generic model in place of the usual one"),
        "marker_placement": _("Model markers moved onto the static pose"),
        "ik_engine": _("Inverse kinematics"),
        "cutoff_hz": _("Low-pass cut-off"),
        "lock_feet": _("Standing feet kept from slipping"),
        "load_kg": _("Load in pick-up trials"),
        "seat_height_m": _("Seat height"),
        "activities": _("Movements named by the user"),
    }


def _value(name: str, value: Any, words: Texts) -> str:
    _ = words
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{trial}: {_.result(str(movement))}" for trial, movement in value.items())
    units = {"cutoff_hz": "Hz", "load_kg": "kg", "seat_height_m": "m"}
    if name in units:
        return f"{value:g} {units[name]}"
    choices = {
        "forces": {
            "auto": _("plates where there are any, else estimated"),
            "measured": _("force plates only"),
            "estimated": _("always estimated"),
        },
        "scaler": {
            "optimiser": _("optimiser"),
            "measurement": _("distances between markers"),
            "rl": _("learned policy (reinforcement learning)"),
        },
        "ik_engine": {"batched": _("all frames at once"), "opensim": _("OpenSim's solver, frame by frame")},
    }
    return choices.get(name, {}).get(str(value), str(value))
