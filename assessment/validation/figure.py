"""One trial's forces, centres of pressure and moments, measured and estimated, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from assessment.motion import SIDES
from assessment.presentation import SIDE_COLOURS, SIDE_NAMES
from assessment.uncertainty import Z95
from assessment.validation.agreement import (
    CONTACT_N_PER_KG,
    Dynamics,
    compared_frames,
    ground_to_person,
)
from pipeline.trajectories import Array

LineStyle = Literal["-", "--"]

DOTS_PER_INCH = 130
# What is drawn how.
_STYLES: dict[str, LineStyle] = {"measured": "-", "estimated": "--"}
# Title, axis (forward, up, right) of the person.
_FORCES = (("Forward force", 0), ("Vertical force", 1), ("Force to the right", 2))
_PRESSURE_POINTS = (("Pressure point, forward", 0), ("Pressure point, to the right", 2))
# Title, coordinate and the sign that turns OpenSim's moment into that of the title.
_MOMENTS = (
    ("Hip abduction moment", "hip_adduction", -1.0),
    ("Hip extension moment", "hip_flexion", -1.0),
    ("Knee extension moment", "knee_angle", -1.0),
    ("Ankle plantarflexion moment", "ankle_angle", -1.0),
)


def write_figure(
    path: Path, title: str, measured: Dynamics, estimated: Dynamics, heading: Array, mass_kg: float
) -> None:
    """Write a .png: nine panels over time, measured solid and estimated dashed, one colour a side.

    Frames that are not compared are left empty, hips also while a seat bears load. Around the estimated moments lies
    their 95 % interval where the estimate states one.

    Parameters
    ----------
    measured, estimated : Dynamics
        As `jointly_valid` returns them.
    heading : ndarray, shape (2,)
        Where the person faces.
    """
    figure = Figure(figsize=(12.0, 8.0), layout="constrained")
    panels = iter(np.ravel(figure.subplots(3, 3, sharex=True)))
    turn, valid = ground_to_person(heading), measured.forces.valid
    # Centres of pressure are shown from where the measured ones are on average.
    origin_m = _origin_m(measured, turn, mass_kg)
    for panel_title, axis in _FORCES:
        _panel(panel := next(panels), f"{panel_title} [N/kg]")
        for side, style, one in _each(measured, estimated):
            force = one.forces.forces[side].force_n @ turn[axis] / mass_kg
            _draw(panel, one, np.where(valid, force, np.nan), side, style)
    for panel_title, axis in _PRESSURE_POINTS:
        _panel(panel := next(panels), f"{panel_title} [mm]")
        for side, style, one in _each(measured, estimated):
            contact = one.forces.forces[side]
            bears = valid & (np.linalg.norm(contact.force_n, axis=1) > CONTACT_N_PER_KG * mass_kg)
            point_mm = np.where(bears, 1000.0 * (contact.point_m @ turn[axis] - origin_m[axis]), np.nan)
            _draw(panel, one, point_mm, side, style)
    for panel_title, joint, sign in _MOMENTS:
        _panel(panel := next(panels), f"{panel_title} [Nm/kg]")
        frames = compared_frames(measured, joint)
        for side, style, one in _each(measured, estimated):
            name = f"{joint}_{side}"
            moment = np.where(frames, sign * one.moments.moment_nm(name) / mass_kg, np.nan)
            _draw(panel, one, moment, side, style)
            if one is estimated and (error := one.moments.standard_error_nm(name)) is not None:
                half = Z95 * error / mass_kg
                panel.fill_between(
                    one.moments.time_s, moment - half, moment + half, color=SIDE_COLOURS[side], alpha=0.15, linewidth=0
                )
    for panel in figure.axes[-3:]:
        panel.set_xlabel("time [s]", fontsize=8)
    figure.suptitle(title, fontsize=10)
    keys = [Line2D([], [], color=SIDE_COLOURS[side], label=SIDE_NAMES[side]) for side in SIDES]
    keys += [Line2D([], [], color="0.3", linestyle=line, label=label) for label, line in _STYLES.items()]
    figure.legend(handles=keys, loc="outside upper right", ncols=4, fontsize=8, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=DOTS_PER_INCH, metadata={"Software": None})


def _each(measured: Dynamics, estimated: Dynamics) -> list[tuple[str, LineStyle, Dynamics]]:
    return [
        (side, style, one) for style, one in zip(_STYLES.values(), (measured, estimated), strict=True) for side in SIDES
    ]


def _panel(panel: Axes, title: str) -> None:
    panel.set_title(title, fontsize=9)
    panel.axhline(0.0, color="0.7", linewidth=0.6)
    panel.tick_params(labelsize=8)
    panel.spines[["top", "right"]].set_visible(False)


def _draw(panel: Axes, one: Dynamics, values: Array, side: str, style: LineStyle) -> None:
    panel.plot(one.forces.time_s, values, color=SIDE_COLOURS[side], linestyle=style, linewidth=1.1)


def _origin_m(measured: Dynamics, turn: Array, mass_kg: float) -> Array:
    """Mean measured centre of pressure of both feet in the person's axes, shape (3,) [m]."""
    points = [
        contact.point_m[measured.forces.valid & (contact.force_n[:, 1] > CONTACT_N_PER_KG * mass_kg)]
        for contact in (measured.forces.forces[side] for side in SIDES)
    ]
    together = np.concatenate(points)
    return turn @ together.mean(axis=0) if len(together) else np.zeros(3)
