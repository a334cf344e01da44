"""Steps: planes above the floor on which a foot stands and bears the body."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.contact.ground.soles import SIDES, Sole
from pipeline.preparation.masks import runs
from pipeline.trajectories import Array

# A point of the sole slower than this stands; faster ones are not asked for the height of what they stand on.
STANDING_SPEED_M_PER_S = 0.15
# A foot this far above the floor is on no floor: the lowest steps of exercise are 10 cm, heels and errors stay below.
LEAST_STEP_M = 0.06
# A foot that stands does so for this long; a foot in mid-swing is slow for less.
LEAST_STANCE_S = 0.3
# So long must it bear the body alone. A leg held in the air is as high and as still, but the other one stands.
LEAST_ALONE_S = 0.1
# Stances closer than this are on one plane: half the least height of a step, and above what markers' errors make.
SAME_PLANE_M = 0.03


def find_planes(soles: dict[str, Sole], above_floor_m: dict[str, Array]) -> dict[str, Array]:
    """Height over the floor of the plane that each foot is on.

    A step is where a foot stands still for `LEAST_STANCE_S`, `LEAST_STEP_M` or more above the floor, and in that time
    bears the body alone because the other foot is on the move. Between two stances a foot belongs to the nearer one in
    time.

    Parameters
    ----------
    soles : dict of str to Sole
    above_floor_m : dict of str to ndarray, shape (n_frames,)
        Height of the lowest point of each sole over the floor.

    Returns
    -------
    dict of str to ndarray, shape (n_frames,)
        Zero on the floor [m].
    """
    time_s = soles[SIDES[0]].time_s
    step_s = float(np.median(np.diff(time_s)))
    still = {side: sole.speeds_m_per_s.min(axis=1) < STANDING_SPEED_M_PER_S for side, sole in soles.items()}
    raised = {
        side: [
            slice(start, stop)
            for start, stop in runs(still[side] & (above > LEAST_STEP_M))
            if (stop - start) * step_s >= LEAST_STANCE_S
        ]
        for side, above in above_floor_m.items()
    }
    certain = [
        float(np.median(above_floor_m[side][stretch]))
        for side, other in (SIDES, SIDES[::-1])
        for stretch in raised[side]
        if np.count_nonzero(~still[other][stretch]) * step_s >= LEAST_ALONE_S
    ]
    planes = _planes(certain)
    return {side: _plane_of_frames(above_floor_m[side], still[side], raised[side], planes) for side in SIDES}


def _planes(heights_m: list[float]) -> list[float]:
    """Heights of planes from those of stances: neighbours closer than `SAME_PLANE_M` are one."""
    heights = np.sort(heights_m)
    groups = np.split(heights, np.flatnonzero(np.diff(heights) > SAME_PLANE_M) + 1)
    return [float(np.mean(group)) for group in groups if group.size]


def _plane_of_frames(above_m: Array, still: NDArray[np.bool_], raised: list[slice], planes_m: list[float]) -> Array:
    """Plane of the stance that is nearest in time, floor or step, for every frame."""
    heights = np.where(still & (above_m < LEAST_STEP_M), 0.0, np.nan)
    for stretch in raised:
        own = float(np.median(above_m[stretch]))
        near = [plane for plane in planes_m if abs(plane - own) < SAME_PLANE_M]
        if near:
            heights[stretch] = near[0]
    known = np.flatnonzero(np.isfinite(heights))
    if known.size == 0:
        return np.zeros(len(above_m))
    frames = np.arange(len(above_m))
    after = known[np.minimum(np.searchsorted(known, frames), known.size - 1)]
    before = known[np.maximum(np.searchsorted(known, frames, side="right") - 1, 0)]
    return heights[np.where(np.abs(after - frames) < np.abs(frames - before), after, before)]
