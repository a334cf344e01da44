"""Which foot stands on which plate, read from where each plate's centre of pressure lies under the soles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.contact.ground.floor import Footprint
from pipeline.contact.plates.recording import Plate
from pipeline.trajectories import Array

# A centre of pressure this far outside a sole still belongs to it: shoes are larger than feet, and the model's foot is
# a few centimetres off. Further out it is reported, and beyond the second distance the plate is somewhere else.
NEAR_M, FAR_M = 0.05, 0.20
# Between the feet means: at least this share of the way from the middle of one foot to the middle of the other.
BETWEEN_SHARE = 0.2
# Centres of pressure are compared where the plate bears at least this share of body weight.
FIRM_SHARE = 0.10
# A loaded stretch survives gaps of so many frames.
GAP_FRAMES = 3
FOOT_NAMES = {"r": "right", "l": "left"}


@dataclass(frozen=True)
class Step:
    """One loaded stretch of one plate.

    Attributes
    ----------
    plate : Plate
        At the frames of the trial.
    frames : slice
    side : {'r', 'l'} or None
        The foot on the plate; None for both feet, or for something that is no foot.
    note : str or None
        What the reader must know.
    """

    plate: Plate
    frames: slice
    side: str | None
    note: str | None


def find_steps(plates: tuple[Plate, ...], feet: dict[str, Footprint], weight_n: float) -> list[Step]:
    """Loaded stretches of all plates and the foot each belongs to.

    Parameters
    ----------
    plates : tuple of Plate
        At the frames of the trial.
    feet : dict of str to Footprint
        Keys ``r`` and ``l``.
    weight_n : float
        Body weight [N].
    """
    firm = [plate.force_n[:, 1] > FIRM_SHARE * weight_n for plate in plates]
    both_down = np.all([foot.activation > 0.5 for foot in feet.values()], axis=0)
    steps = []
    for index, plate in enumerate(plates):
        others = np.any([bears for other, bears in enumerate(firm) if other != index], axis=0)
        loaded = np.flatnonzero(plate.loaded)
        stretches = np.split(loaded, np.flatnonzero(np.diff(loaded) > GAP_FRAMES) + 1) if loaded.size else []
        for stretch in stretches:
            frames = stretch[firm[index][stretch]]
            if not frames.size:
                continue
            # Both feet down and no other plate to bear one of them: this plate may bear both.
            may_bear_both = float(np.mean((both_down & ~others)[frames])) > 0.5
            side, note = _whose(plate, frames, feet, may_bear_both)
            steps.append(Step(plate, slice(int(stretch[0]), int(stretch[-1]) + 1), side, note))
    return steps


def _whose(
    plate: Plate, frames: NDArray[np.intp], feet: dict[str, Footprint], may_bear_both: bool
) -> tuple[str | None, str | None]:
    point = plate.pressure_point_m
    distance = {
        side: float(np.median(_horizontal(point - foot.nearest_on_sole_m(point))[frames]))
        for side, foot in feet.items()
    }
    side = min(distance, key=lambda key: distance[key])
    if (may_bear_both or distance[side] > NEAR_M) and _is_between(point[frames], frames, feet):
        return None, f"Plate {plate.name}: both feet stand on it in part of the trial; these frames are not used."
    away_cm = distance[side] * 100.0
    if distance[side] <= NEAR_M:
        return side, None
    if distance[side] <= FAR_M:
        return side, (
            f"Plate {plate.name}: its centre of pressure lies {away_cm:.0f} cm outside the {FOOT_NAMES[side]} foot, "
            "the nearest; moments carry this error."
        )
    return None, (
        f"Plate {plate.name}: its centre of pressure lies {away_cm:.0f} cm away from both feet in part of the trial; "
        "these frames are not used."
    )


def _is_between(point_m: Array, frames: NDArray[np.intp], feet: dict[str, Footprint]) -> bool:
    """Whether points lie near the line between the feet and not at its ends."""
    right, left = feet["r"].sole_middle_m[frames], feet["l"].sole_middle_m[frames]
    line = (right - left) * np.array([1.0, 0.0, 1.0])
    offset = (point_m - left) * np.array([1.0, 0.0, 1.0])
    way = np.sum(offset * line, axis=1) / np.maximum(np.sum(line**2, axis=1), 1e-6)
    beside = float(np.median(_horizontal(offset - way[:, None] * line)))
    return BETWEEN_SHARE < float(np.median(way)) < 1.0 - BETWEEN_SHARE and beside <= FAR_M


def _horizontal(vector: Array) -> Array:
    return np.hypot(vector[..., 0], vector[..., 2])
