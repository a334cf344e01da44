"""What of the curves the user wants to see; every choice stands in the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, get_args

import streamlit as st

from app import address
from app.charts.compared import choose_other
from app.charts.curves import Axis, BandOf, View
from app.charts.joints import FIRST, QUANTITIES, Joint, Quantity, joints_of
from app.charts.source import Source, source
from app.current import Result, shown
from app.cursor import left_at
from app.language import _
from assessment.summary import TrialRecord
from assessment.visit import MomentUnit

AXES: tuple[Axis, ...] = get_args(Axis)
UNITS: tuple[MomentUnit, ...] = get_args(MomentUnit)
BANDS: tuple[BandOf, ...] = get_args(BandOf)
T = TypeVar("T", bound=str)


@dataclass(frozen=True)
class Choice:
    """What is drawn: joints, one trial or two, and how."""

    joints: list[Joint]
    sources: list[Source]
    view: View


def choose(found: Result, trial: TrialRecord) -> Choice:
    """Let the user choose, beginning with what the address says."""
    for key, known in (("quantity", QUANTITIES), ("unit", UNITS), ("axis", AXES), ("band", BANDS)):
        address.keep_known(key, known)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        other = choose_other(found, trial)
    only = source(found, trial, shown().moment_unit)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        quantity = _one_of("quantity", _("Quantity"), QUANTITIES if only.has_moments else ("angle",), _quantity_name)
        unit = shown().moment_unit
        if quantity != "angle":
            unit = _one_of("unit", _("Unit of moments"), UNITS, str, first=unit)
        axis = _one_of("axis", _("Axis"), AXES if only.cycles else ("time",), _axis_name)
        bands = _bands(quantity, axis)
        band = _one_of("band", _("Band"), bands, _band_name, first=bands[-1])
    sources = [source(found, trial, unit)]
    if other is not None:
        sources = [source(found, trial, unit, other.own_label), source(other.result, other.trial, unit, other.label)]
    return Choice(_joints(only, quantity), sources, View(quantity, axis, band, left_at(trial.name)))


def _one_of(key: str, label: str, options: tuple[T, ...], name: Callable[[T], str], first: T | None = None) -> T:
    """One of a few, as buttons beside each other; no question where there is no choice."""
    if len(options) == 1:
        return options[0]
    wanted = next((one for one in options if one == address.get(key)), first or options[0])
    chosen: T | None = st.segmented_control(
        label, options, default=wanted, format_func=name, key=f"{key} of {'/'.join(options)}", required=True
    )
    address.put(**{key: chosen})
    return chosen or wanted


def _joints(of: Source, quantity: Quantity) -> list[Joint]:
    """Those that the user wants; hip, knee and ankle at first."""
    there = {joint.coordinate: joint for joint in joints_of(of.curves, quantity)}
    wanted = (address.get("joint") or ",".join(FIRST)).split(",")
    chosen = st.multiselect(
        _("Joints"),
        list(there),
        default=[name for name in wanted if name in there],
        format_func=lambda name: there[name].name,
        key=f"joints of {quantity}",
    )
    address.put(joint=",".join(chosen) or None)
    return [there[name] for name in chosen]


def _bands(quantity: Quantity, axis: Axis) -> tuple[BandOf, ...]:
    """Standard errors are known of moments and powers, a spread only where there are repetitions."""
    error: tuple[BandOf, ...] = () if quantity == "angle" else ("error",)
    spread: tuple[BandOf, ...] = ("spread",) if axis == "cycle" else ()
    return ("none", *error, *spread)


def _quantity_name(quantity: str) -> str:
    return {"angle": _("angle"), "moment": _("moment"), "power": _("power")}[quantity]


def _axis_name(axis: str) -> str:
    return {"time": _("time"), "cycle": _("% of the cycle")}[axis]


def _band_name(band: str) -> str:
    return {"none": _("none"), "spread": _("SD of the repetitions"), "error": _("95 % interval")}[band]
