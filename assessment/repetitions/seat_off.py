"""When the seat is left: the median of four signs, each of which fails in other rises."""

from __future__ import annotations

import numpy as np

from assessment.motion import CLOCK_HZ, SIDES, Motion, crossing_s
from assessment.repetitions.seat import Seat

# The sitting bones are this far above where they were lowest before this rise. Plates: 37 mm (SD 8), the least in
# rises from a cushion that was hardly pressed [m].
OFF_RISE_OF_ITS_OWN_M = 0.037
# The pelvis rises at this share of the rise's greatest speed: the thighs carry it from here on.
SPEED_SHARE = 0.35
# Hips that extend later than this after half of the way up have not to do with leaving the seat [s].
HIPS_WITHIN_S = 0.2


def seat_off_s(motion: Motion, seat: Seat, seated_from: int, left: int, high: int, lowest_m: float) -> float:
    """Moment from which the seat bears nothing, in one rise [s].

    The seat's surface over the whole trial fails where the person slides or the floor drifts; the lowest place before
    this rise fails on a cushion that is not fully pressed; hips that begin to extend fail where the trunk was bent far
    forward already; the speed of rising fails in rises with a halt. Against plates (15 rises, one young person), the
    forces of a synthetic older woman (10) and marks by eye without plates (10), the largest errors are 60, 90, 160 and
    53 ms, and that of the median is 30 ms (root mean square 13 ms).

    Parameters
    ----------
    motion : Motion
    seat : Seat
    seated_from, left, high : int
        First frame on the seat, half of the way up, highest frame.
    lowest_m : float
        Height of the sitting bones at their lowest before this rise [m].
    """
    time, ischium = motion.time_s, motion.ischium_height_m
    speed = np.gradient(motion.middle_height_m, time)
    fastest = seated_from + int(np.argmax(speed[seated_from : high + 1]))
    hips = np.mean([motion.hip_rad[side] for side in SIDES], axis=0)[
        seated_from : left + round(HIPS_WITHIN_S * CLOCK_HZ)
    ]
    signs = (
        crossing_s(time, ischium, seat.off_m(lowest_m), seated_from, left, last=True),
        crossing_s(time, ischium, lowest_m + OFF_RISE_OF_ITS_OWN_M, seated_from, left, last=True),
        float(time[seated_from + int(np.argmax(hips))]),
        crossing_s(time, speed, SPEED_SHARE * float(speed[fastest]), seated_from, fastest, last=True),
    )
    return float(np.median(signs))
