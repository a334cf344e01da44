"""Contact forces from force plates: which foot stands on which plate is read from the data, never from the file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import ForceDataError
from pipeline.body_motion import BodyMotion
from pipeline.contact.floor import Footprint, find_floor, whole_footprint
from pipeline.contact.seat import SEATED_SHARE, ischium_m, seat_share
from pipeline.contact.soles import find_soles
from pipeline.contact.wrench import Wrench, total_wrench
from pipeline.force_plates import LOADED_N, Plate, PlateRecording, pressure_point_m, sample
from pipeline.trajectories import Array, ContactForce, ContactForces

# A centre of pressure this far outside a sole still belongs to it: shoes are larger than feet, and the model's foot is a
# few centimetres off. Further out it is reported, and beyond the second distance the plate is somewhere else.
NEAR_M, FAR_M = 0.05, 0.20
# Between the feet means: this share of the way from one to the other, at least.
BETWEEN_SHARE = 0.2
# Of the vertical force that the movement asks for, this much of body weight may be missing on the plates: model mass,
# accelerations of soft tissue and filtering explain a tenth.
BALANCE_SHARE = 0.15
# Centres of pressure are compared where the plate bears at least this share of body weight.
FIRM_SHARE = 0.10
# The load of the thighs moves the seat's pressure point forward during rising; it is never behind the ischium by more
# than the buttocks are deep.
SEAT_REACH_M = (-0.10, 0.25)


@dataclass(frozen=True)
class _Step:
    """One loaded stretch of one plate and the foot it belongs to; None for nobody's or both feet's."""

    plate: Plate
    frames: slice
    side: str | None
    note: str | None


def from_plates(motion: BodyMotion, recording: PlateRecording, seated: bool) -> ContactForces:
    """Contact forces from a plate recording, assigned to the feet by where each plate's centre of pressure is.

    A loaded stretch of a plate belongs to the foot whose sole is over its centre of pressure. Stretches between both
    feet (two feet on one plate) and frames in which the plates bear less or more than the movement asks for (a foot
    beside or half beside a plate) are marked not valid. With ``seated``, what the plates do not bear while the pelvis
    rests is taken as the seat's: an estimate, and said so.

    Raises
    ------
    ForceDataError
        No time in common, plates elsewhere than the feet, both feet always on one plate, or plates that bear nowhere
        near the body's weight.
    """
    soles = find_soles(motion)
    floor = find_floor(soles)
    feet = {side: whole_footprint(sole, floor) for side, sole in soles.items()}
    plates, covered = sample(recording, motion.time_s, motion.cutoff_hz)
    steps = [step for plate in plates for step in _steps(plate, feet, motion)]
    _check_place(steps)
    contacts = {side: _contact(side, steps, feet[side], motion) for side in feet}
    valid = motion.valid & covered
    for step in steps:
        if step.side is None:
            valid[step.frames] = False
    notes = motion.notes + recording.notes + tuple(dict.fromkeys(step.note for step in steps if step.note))

    total = total_wrench(motion)
    unexplained = total
    for contact in contacts.values():
        unexplained = unexplained.minus(contact)
    if seated:
        contacts["seat"] = _seat(motion, unexplained)
        unexplained = unexplained.minus(contacts["seat"])
        notes += (
            "The feet are measured, the seat is not: its force is estimated as what the plates do not bear while the "
            "pelvis rests.",
        )
    unbalanced = np.abs(unexplained.force_n[:, 1]) > BALANCE_SHARE * motion.weight_n
    notes += _balance_notes(unbalanced & valid, valid)
    valid &= ~unbalanced
    if not np.any(valid):
        raise ForceDataError(_nothing_left(contacts, motion, covered), hint=_BALANCE_HINT)
    return ContactForces(
        time_s=motion.time_s,
        forces=contacts,
        origin="measured",
        floor_height_m=floor.height_m,
        residual_force_n=unexplained.force_n,
        residual_moment_nm=unexplained.moment_nm,
        valid=valid,
        notes=notes,
    )


_BALANCE_HINT = (
    "Every foot needs a plate of its own, and the body mass must be right. Give --forces estimated to do without the plates, "
    "or say that the trial is a sit-to-stand if somebody sat."
)


def _steps(plate: Plate, feet: dict[str, Footprint], motion: BodyMotion) -> list[_Step]:
    loaded = np.flatnonzero(plate.loaded)
    stretches = np.split(loaded, np.flatnonzero(np.diff(loaded) > 3) + 1) if loaded.size else []
    steps = []
    for stretch in stretches:
        firm = stretch[plate.force_n[stretch, 1] > FIRM_SHARE * motion.weight_n]
        if firm.size:
            frames = slice(int(stretch[0]), int(stretch[-1]) + 1)
            steps.append(_Step(plate, frames, *_whose(plate, firm, feet)))
    return steps


def _whose(plate: Plate, firm: NDArray[np.intp], feet: dict[str, Footprint]) -> tuple[str | None, str | None]:
    """Side of the foot on the plate during these frames, and what to say about it."""
    point = plate.pressure_point_m
    distance = {
        side: float(np.median(np.linalg.norm((point - foot.nearest_m(point))[firm][:, [0, 2]], axis=1)))
        for side, foot in feet.items()
    }
    side = min(distance, key=lambda key: distance[key])
    if distance[side] <= NEAR_M:
        return side, None
    right, left = feet["r"].resting_point_m[firm], feet["l"].resting_point_m[firm]
    between = (right - left)[:, [0, 2]]
    length = np.maximum(np.sum(between**2, axis=1), 1e-6)
    way = float(np.median(np.sum((point[firm] - left)[:, [0, 2]] * between, axis=1) / length))
    beside = (point[firm] - left)[:, [0, 2]] - (np.sum((point[firm] - left)[:, [0, 2]] * between, axis=1) / length)[
        :, None
    ] * between
    on_line = float(np.median(np.linalg.norm(beside, axis=1))) <= FAR_M
    if BETWEEN_SHARE < way < 1.0 - BETWEEN_SHARE and on_line:
        return None, f"Plate {plate.name}: both feet stand on it in part of the trial; these frames are not used."
    if distance[side] <= FAR_M:
        foot = {"r": "right", "l": "left"}[side]
        return side, (
            f"Plate {plate.name}: its centre of pressure lies {distance[side] * 100:.0f} cm outside the {foot} foot, the "
            "nearest; moments carry this error."
        )
    return None, (
        f"Plate {plate.name}: its centre of pressure lies {distance[side] * 100:.0f} cm away from both feet in part of the "
        "trial; these frames are not used."
    )


def _check_place(steps: list[_Step]) -> None:
    if any(step.side is not None for step in steps):
        return
    notes = " ".join(dict.fromkeys(step.note for step in steps if step.note))
    raise ForceDataError(
        f"No plate can be given to a foot. {notes or 'No plate bears a tenth of body weight.'}",
        hint="The plates must be in the markers' frame (metres, Y up) and each foot must stand on a plate of its own. "
        "Give --forces estimated to do without the plates.",
    )


def _contact(side: str, steps: list[_Step], foot: Footprint, motion: BodyMotion) -> ContactForce:
    """Sum of all plates under one foot; zero while the foot is on none."""
    own = [step for step in steps if step.side == side]
    force, moment = np.zeros((2, len(motion.time_s), 3))
    # The filter spreads a step by half a period of the cut-off; what is further out is ripple.
    spread = round(0.5 / motion.cutoff_hz / float(np.median(np.diff(motion.time_s))))
    heights = [step.plate.height_m for step in own]
    for step in own:
        frames = slice(max(step.frames.start - spread, 0), step.frames.stop + spread)
        force[frames] += step.plate.force_n[frames]
        moment[frames] += step.plate.moment_nm[frames]
    height = float(np.mean(heights)) if heights else foot.floor_m
    return ContactForce(foot.sole.body, force, *_point_and_moment(force, moment, height, foot))


def _point_and_moment(force_n: Array, moment_nm: Array, height_m: float, foot: Footprint) -> tuple[Array, Array]:
    """Centre of pressure where there is one, else the middle of the foot; the moment about it keeps the wrench whole."""
    firm = force_n[:, 1] > LOADED_N
    point = foot.resting_point_m
    point[firm] = pressure_point_m(force_n, moment_nm, height_m)[firm]
    return point, moment_nm - np.cross(point, force_n)


def _seat(motion: BodyMotion, missing: Wrench) -> ContactForce:
    """What the plates do not bear while the pelvis rests, as a force on the pelvis."""
    resting = np.clip(seat_share(motion) / (0.1 * SEATED_SHARE), 0.0, 1.0)
    resting *= missing.force_n[:, 1] > 0.0
    force = resting[:, None] * missing.force_n
    ischium = ischium_m(motion)
    pressure = missing.pressure_point_m(ischium[:, 1], motion.weight_n)
    forward = motion.bodies["pelvis"].body_to_ground[:, :, 0] * np.array([1.0, 0.0, 1.0])
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    sideways = np.column_stack([-forward[:, 2], forward[:, 1], forward[:, 0]])
    ahead = np.clip(np.sum((pressure - ischium) * forward, axis=1), *SEAT_REACH_M)
    aside = np.clip(np.sum((pressure - ischium) * sideways, axis=1), -0.15, 0.15)
    point = ischium + ahead[:, None] * forward + aside[:, None] * sideways
    return ContactForce("pelvis", force, point, np.zeros_like(force))


def _balance_notes(unbalanced: NDArray[np.bool_], valid: NDArray[np.bool_]) -> tuple[str, ...]:
    if not np.any(unbalanced):
        return ()
    share = 100.0 * np.count_nonzero(unbalanced) / max(np.count_nonzero(valid), 1)
    return (
        f"In {share:.0f} % of the frames the plates do not bear what the movement asks for (a foot beside its plate, or not "
        "on one); these frames are not used.",
    )


def _nothing_left(contacts: dict[str, ContactForce], motion: BodyMotion, covered: NDArray[np.bool_]) -> str:
    borne = sum(contacts[side].force_n[:, 1] for side in ("r", "l"))
    share = 100.0 * float(np.mean(borne[covered])) / motion.weight_n
    return f"The plates bear {share:.0f} % of body weight on average; no frame balances with the movement."
