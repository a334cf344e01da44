"""Contact forces from force plates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.errors import ForceDataError
from pipeline.contact.ground.floor import Footprint, find_floor, find_footprint
from pipeline.contact.ground.soles import find_soles
from pipeline.contact.plates.recording import LOADED_N, PlateRecording, pressure_point_m, sample
from pipeline.contact.plates.steps import Step, find_steps
from pipeline.contact.seat import EXPECTED_LAW, find_seat_offs, measured_seat, unknown_on_seat
from pipeline.contact.wrench import total_wrench
from pipeline.motion.body_motion import BodyMotion
from pipeline.trajectories import Array, ContactForce, ContactForces

# Of the vertical force that the movement asks for, this much of body weight may be missing on the plates: model mass,
# soft tissue and filtering explain a tenth.
BALANCE_SHARE = 0.15


def from_plates(motion: BodyMotion, recording: PlateRecording, seated: bool) -> ContactForces:
    """Contact forces from a plate recording, assigned to the feet by where each plate's centre of pressure is.

    Not valid are: stretches with both feet on one plate, and frames in which the plates bear less or more than the
    movement asks for (a foot beside or half beside its plate). With ``seated``, what the plates do not bear while the
    pelvis rests is taken as the seat's: an estimate, and said so.

    Raises
    ------
    ForceDataError
        No time in common, plates elsewhere than the feet, both feet always on one plate, or plates that never bear
        what the movement asks for.
    """
    soles = find_soles(motion)
    floor = find_floor(soles)
    feet = {side: find_footprint(sole, floor, side) for side, sole in soles.items()}
    plates, covered = sample(recording, motion.time_s, motion.cutoff_hz)
    steps = find_steps(plates, feet, motion.weight_n)
    _check_place(steps)
    contacts = {side: _contact(side, steps, feet[side], motion) for side in feet}
    valid = motion.valid & covered
    for step in steps:
        if step.side is None:
            valid[step.frames] = False
    notes = [*motion.notes, *recording.notes, *dict.fromkeys(step.note for step in steps if step.note)]

    unexplained = total_wrench(motion)
    for contact in contacts.values():
        unexplained = unexplained.minus(contact)
    if seated:
        contacts["seat"] = measured_seat(motion, unexplained)
        unexplained = unexplained.minus(contacts["seat"])
        notes.append(
            "The feet are measured, the seat is not: its force is estimated as what the plates do not bear while the "
            "pelvis rests. Until seat-off the load under the thighs is unknown, and so are the moments of hips and "
            "pelvis."
        )
    unbalanced = np.abs(unexplained.force_n[:, 1]) > BALANCE_SHARE * motion.weight_n
    if np.any(unbalanced & valid):
        share = 100.0 * np.count_nonzero(unbalanced & valid) / np.count_nonzero(valid)
        notes.append(
            f"In {share:.0f} % of the frames the plates do not bear what the movement asks for (a foot beside its "
            "plate, or on none); these frames are not used."
        )
    valid &= ~unbalanced
    if not np.any(valid):
        raise _nothing_left(contacts, motion, covered)
    return ContactForces(
        time_s=motion.time_s,
        forces=contacts,
        origin="measured",
        floor_height_m=floor.height_m,
        residual_force_n=unexplained.force_n,
        residual_moment_nm=unexplained.moment_nm,
        valid=valid,
        notes=tuple(notes),
        steps_m=floor.steps_m,
        unknown=unknown_on_seat(motion, EXPECTED_LAW) if seated else {},
        seat_offs=find_seat_offs(motion, EXPECTED_LAW) if seated else (),
    )


def _check_place(steps: list[Step]) -> None:
    if any(step.side is not None for step in steps):
        return
    notes = " ".join(dict.fromkeys(step.note for step in steps if step.note))
    raise ForceDataError(
        f"No plate can be given to a foot. {notes or 'No plate bears a tenth of body weight.'}",
        hint="The plates must be in the markers' frame (metres, Y up), and each foot must stand on a plate of its own. "
        "To do without the plates, have forces estimated (form field 'Contact forces', or --forces estimated).",
    )


def _contact(side: str, steps: list[Step], foot: Footprint, motion: BodyMotion) -> ContactForce:
    """Sum of all plates under one foot; zero while the foot is on none."""
    own = [step for step in steps if step.side == side]
    force, moment = np.zeros((2, len(motion.time_s), 3))
    # The filter spreads a step by half a period of the cut-off; what is further out is ripple.
    spread = round(0.5 / motion.cutoff_hz / float(np.median(np.diff(motion.time_s))))
    for step in own:
        frames = slice(max(step.frames.start - spread, 0), step.frames.stop + spread)
        force[frames] += step.plate.force_n[frames]
        moment[frames] += step.plate.moment_nm[frames]
    height = float(np.mean([step.plate.height_m for step in own])) if own else foot.floor_m
    # Where the load is too small for a centre of pressure the resting place stands in; the moment about it keeps the
    # wrench whole.
    firm = force[:, 1] > LOADED_N
    point: Array = np.where(firm[:, None], pressure_point_m(force, moment, height), foot.resting_point_m)
    return ContactForce(foot.sole.body, force, point, moment - np.cross(point, force))


def _nothing_left(contacts: dict[str, ContactForce], motion: BodyMotion, covered: NDArray[np.bool_]) -> ForceDataError:
    borne = contacts["r"].force_n[:, 1] + contacts["l"].force_n[:, 1]
    share = 100.0 * float(np.mean(borne[covered])) / motion.weight_n
    return ForceDataError(
        f"The plates bear {share:.0f} % of body weight on average; no frame balances with the movement.",
        hint="Every foot needs a plate of its own, forces must be in newtons, and the body mass must be right. To "
        "do without the plates, have forces estimated (form field 'Contact forces', or --forces estimated).",
    )
