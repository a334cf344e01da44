"""Contact forces from the movement alone."""

from __future__ import annotations

import numpy as np

from pipeline.contact.distribution import distribute
from pipeline.contact.floor import find_floor, find_footprint
from pipeline.contact.seat import SEAT_OFF_RISE_M, estimate_seat
from pipeline.contact.soles import find_soles
from pipeline.contact.wrench import total_wrench
from pipeline.motion.body_motion import BodyMotion
from pipeline.trajectories import ContactForce, ContactForces


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
        ``residual_*`` holds what the movement asks for and these contacts cannot give.

    Raises
    ------
    ContactForceError
        The model has no pelvis or feet, or the feet never stand.
    """
    total = total_wrench(motion)
    soles = find_soles(motion)
    floor = find_floor(soles)
    feet = {side: find_footprint(sole, floor, side) for side, sole in soles.items()}
    notes = (*motion.notes, f"Floor estimated at {floor.height_m * 1000:.0f} mm from the feet.")
    contacts: dict[str, ContactForce] = {}
    # A filter of the angles leaves noise in their second derivative, and pressure points divide it by the load.
    smooth = total.low_passed(motion.time_s, motion.cutoff_hz)
    load = smooth
    if seated:
        contacts["seat"] = estimate_seat(motion, smooth, feet)
        load = smooth.minus(contacts["seat"])
        notes += (
            f"Seat load estimated from the rise of the pelvis; below {SEAT_OFF_RISE_M * 1000:.0f} mm of rise the "
            "load under the thighs is unknown, and so are the hip moments.",
        )
    contacts = distribute(motion, load, feet) | contacts
    residual = total
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
    )
