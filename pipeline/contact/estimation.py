"""Contact forces from the movement alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.errors import ContactForceError
from pipeline.contact.feet import expected_load, foot_patch, resting_point_m
from pipeline.contact.ground.floor import Footprint, find_floor, find_footprint
from pipeline.contact.ground.soles import find_soles
from pipeline.contact.problem.axes import HeadingAxes
from pipeline.contact.problem.patches import Layout, Patch
from pipeline.contact.problem.solver import Rows, solve
from pipeline.contact.problem.terms import (
    RESTING_SD_M,
    alike,
    effort,
    force_lines,
    resting_place,
    slow_changes,
    small_forces,
    whole_body,
)
from pipeline.contact.problem.uncertainty import unknowns_covariance, wrench_on_body_covariance
from pipeline.contact.seat import (
    SEAT_PLACE_SD_M,
    SeatLaw,
    find_seat_offs,
    fit_seat_law,
    seat_load,
    seat_patch,
    seat_place,
    seat_rise_m,
    unknown_on_seat,
)
from pipeline.contact.wrench import total_wrench, wrench_covariance
from pipeline.motion.body_motion import BodyMotion
from pipeline.trajectories import Array, ContactForce, ContactForces

NEEDED_BODIES = ("pelvis", "femur_r", "femur_l")


def estimate(motion: BodyMotion, seated: bool) -> ContactForces:
    """Contact forces under the feet, and under the seat, that explain a movement.

    Parameters
    ----------
    motion : BodyMotion
    seated : bool
        Whether the trial begins, ends or rests on a seat.

    Returns
    -------
    ContactForces
        ``residual_*`` holds what the movement, as slow as its cut-off, asks for and these contacts do not give.

    Raises
    ------
    ContactForceError
        The model has no pelvis or feet, the feet never stand, or the problem has no solution.
    """
    _check_bodies(motion)
    # A filter of the angles leaves noise in their second derivative, and pressure points divide it by the load.
    smooth = total_wrench(motion).low_passed(motion.time_s, motion.cutoff_hz)
    soles = find_soles(motion)
    floor = find_floor(soles)
    feet = {side: find_footprint(sole, floor, side) for side, sole in soles.items()}
    axes = HeadingAxes.of(motion, soles)
    wrench = np.hstack([axes.turn(smooth.force_n), axes.turn(smooth.moment_nm)]) / motion.mass_kg
    notes = (*motion.notes, *floor.notes)
    law = fit_seat_law(motion, axes, smooth, feet) if seated else None
    if law is not None:
        notes += (_seat_note(law),)
        law = law if law.bears else None

    patches = [foot_patch(side, foot, axes) for side, foot in feet.items()]
    if law is not None:
        patches.append(seat_patch(motion, axes, law))
    layout = Layout(tuple(patches))
    rows = [whole_body(layout, wrench, wrench_covariance(motion, axes)), small_forces(layout)]
    rows += _feet_rows(layout, motion, axes, feet, wrench, law)
    if law is not None:
        rows += _seat_rows(layout, motion, axes, wrench, law)
    unknowns = solve(layout, rows, slow_changes(layout, float(np.median(np.diff(motion.time_s)))))

    allowing_for_others = whole_body(layout, wrench, wrench_covariance(motion, axes, between_people=True))
    covariance = unknowns_covariance(layout, [allowing_for_others, *rows[1:]])
    contacts = {
        patch.name: replace(
            _force(patch, unknowns[:, layout.slice_of(patch)], motion, axes),
            covariance=wrench_on_body_covariance(layout, patch, covariance, motion, axes),
        )
        for patch in patches
    }
    residual = smooth
    for contact in contacts.values():
        residual = residual.minus(contact)
    return ContactForces(
        time_s=motion.time_s,
        forces=contacts,
        origin="estimated",
        floor_height_m=floor.height_m,
        residual_force_n=residual.force_n,
        residual_moment_nm=residual.moment_nm,
        valid=motion.valid & np.all(np.isfinite(residual.moment_nm), axis=1),
        notes=notes,
        unknown={} if law is None else unknown_on_seat(motion, law),
        steps_m=floor.steps_m,
        seat_offs=() if law is None else find_seat_offs(motion, law),
    )


def _check_bodies(motion: BodyMotion) -> None:
    absent = [name for name in NEEDED_BODIES if name not in motion.bodies]
    if absent:
        raise ContactForceError(
            f"The model has no body named {', '.join(absent)}.",
            hint=f"Contact forces are estimated with OpenSim's names: {', '.join(NEEDED_BODIES)}, and feet.",
        )


def _feet_rows(
    layout: Layout,
    motion: BodyMotion,
    axes: HeadingAxes,
    feet: dict[str, Footprint],
    wrench: Array,
    law: SeatLaw | None,
) -> list[Rows]:
    on_seat = 0.0 if law is None else law.share(seat_rise_m(motion))
    under_feet = wrench[:, 1] * (1.0 - on_seat)
    loads = {side: expected_load(feet, side, under_feet) for side in feet}
    places = {side: axes.place(resting_point_m(motion, side, foot)) for side, foot in feet.items()}
    rows = [force_lines(layout, motion, axes, feet), alike(layout, axes, feet, places, loads)]
    for patch in layout.patches[: len(feet)]:
        rows.append(resting_place(layout, patch, places[patch.name], loads[patch.name], RESTING_SD_M))
        rows.append(effort(layout, patch, motion, axes, patch.name))
    return rows


def _seat_rows(layout: Layout, motion: BodyMotion, axes: HeadingAxes, wrench: Array, law: SeatLaw) -> list[Rows]:
    patch = layout.patches[-1]
    rise = seat_rise_m(motion)
    load = np.maximum(law.share(rise) * wrench[:, 1], 1.0)
    return [
        seat_load(layout, patch, law, rise, wrench[:, :3]),
        resting_place(layout, patch, seat_place(motion, axes), load, SEAT_PLACE_SD_M),
    ]


def _force(patch: Patch, unknowns: Array, motion: BodyMotion, axes: HeadingAxes) -> ContactForce:
    """A patch's unknowns as a force at its centre of pressure, in ground axes and newtons."""
    per_kg = np.einsum("tij,tj->ti", patch.wrench, unknowns)
    normal = unknowns[:, : patch.n_nodes]
    load = normal.sum(axis=1)
    # Where nothing bears, the middle of the patch stands in for a centre of pressure.
    weights = np.where(load[:, None] > 1e-4, normal / np.maximum(load, 1e-9)[:, None], 1.0 / patch.n_nodes)
    point = np.einsum("tn,tnk->tk", weights, patch.nodes_m)
    free = per_kg[:, 3:] - np.cross(point, per_kg[:, :3])
    return ContactForce(
        patch.body,
        motion.mass_kg * axes.turn_back(per_kg[:, :3]),
        axes.turn_back(point) + axes.origin_m,
        motion.mass_kg * axes.turn_back(free * np.array([0.0, 1.0, 0.0])),
    )


def _seat_note(law: SeatLaw) -> str:
    if not law.bears:
        return "Nobody sits: the moment of the movement leaves no load for a seat."
    return (
        f"Seat: it bears {law.full_share:.0%} of the load while the pelvis rests, half of it "
        f"{law.half_rise_m * 1000:.0f} mm higher (standard deviation {law.half_rise_sd_m * 1000:.0f} mm), nothing "
        f"from {law.free_rise_m * 1000:.0f} mm; before that the load under the thighs is unknown, and so are the "
        "moments of hips and pelvis."
    )
