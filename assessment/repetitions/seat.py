"""The seat: where its surface is, and a floor that drifts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from assessment.motion import Motion
from assessment.repetitions.levels import COMPLETE_SHARE
from pipeline.trajectories import Array

# The cushion at its deepest: a low quantile of the heights of the sitting bones, some noise and no single frame.
REST_QUANTILE = 0.02
# Rise of the sitting bones over that at which the seat bears nothing any more: by what plates under the feet leave of
# the load, 46 mm (SD 6) in 15 rises of three trials, OpenCap lab validation, subject 4; at 42 mm (SD 4) it still bears
# 5 %. The height is the same whether a rise begins deep in the cushion or on its top. One chair, one person.
OFF_RISE_M = 0.046
# On the way down it begins to bear at 51 mm (SD 4), in the same trials.
CONTACT_RISE_M = 0.051
# Somebody who rested higher than the seat's surface (less this) did not come down to it; the seat then ends this
# far above where they rested [m].
PERCHED_M = 0.02
# Standing heights that rise or fall by more than this over a trial are a floor that drifts, not posture [m].
DRIFT_M = 0.05
# A line through fewer standing heights is no evidence of drift.
FEWEST_STANDS = 3


@dataclass(frozen=True)
class Seat:
    """The seat of a trial.

    Attributes
    ----------
    rest_m : float
        Height of the sitting bones at their deepest [m].
    """

    rest_m: float

    @classmethod
    def of(cls, motion: Motion) -> Seat:
        """The seat that the lowest heights of the sitting bones show."""
        return cls(float(np.quantile(motion.ischium_height_m, REST_QUANTILE)))

    def off_m(self, lowest_m: float) -> float:
        """Height of the sitting bones from which the seat bears nothing, in a rise from ``lowest_m`` [m]."""
        return max(self.rest_m + OFF_RISE_M, lowest_m + PERCHED_M)

    def contact_m(self, lowest_m: float) -> float:
        """Height of the sitting bones at which the seat begins to bear, on the way down to ``lowest_m`` [m]."""
        return max(self.rest_m + CONTACT_RISE_M, lowest_m + PERCHED_M)

    def above_m(self, lowest_m: float) -> float:
        """How far above the surface somebody stayed who came down so far [m]."""
        return lowest_m - self.rest_m - CONTACT_RISE_M

    def reached(self, lowest_m: float) -> bool:
        """Whether somebody who came down so far sat."""
        return self.above_m(lowest_m) < PERCHED_M


def without_drift(motion: Motion, points: list[tuple[int, bool]]) -> Motion:
    """The same motion on a floor that stays where it is, judged by the heights of standing."""
    height = motion.middle_height_m
    highs = [
        (high, height[high] - height[low]) for (low, low_is_high), (high, _) in pairwise(points) if not low_is_high
    ]
    greatest = max((swing for _, swing in highs), default=0.0)
    stands = [high for high, swing in highs if swing >= COMPLETE_SHARE * greatest]
    if len(stands) < FEWEST_STANDS:
        return motion
    slope = float(np.polyfit(motion.time_s[stands], height[stands], 1)[0])
    if abs(slope) * motion.duration_s < DRIFT_M:
        return motion
    drift_m: Array = slope * (motion.time_s - motion.time_s[0])
    return replace(
        motion,
        pelvis_height_m=motion.pelvis_height_m - drift_m,
        middle_height_m=height - drift_m,
        ischium_height_m=motion.ischium_height_m - drift_m,
    )
