"""Where each repetition of a movement begins and ends, and its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assessment.motion import Motion, crossing_s, describe_motion, turning_points
from pipeline.trajectories import Array, Kinematics

if TYPE_CHECKING:
    from assessment.activities import Activity

# A rise or descent smaller than this is a shift of weight, not an attempt: a chair of 40 cm asks for 30-45 cm.
SMALLEST_SWING_M = 0.10
# An attempt must also reach this share of the trial's greatest excursion, else it is sway while seated or standing.
SMALLEST_SHARE = 0.3
# A repetition that reaches less than this share of the trial's greatest excursion is an attempt, not complete.
COMPLETE_SHARE = 0.8
# Within this share of the excursion from the standing (seated) level somebody counts as standing (seated): 2 cm of 40.
LEVEL_SHARE = 0.05
# The seat carries nothing once the sitting bones are this far above where they rested (LV-4 with force plates,
# three trials: 0 beyond 45 mm, 16-22 % of body weight at 30-45 mm). One chair, one person: an estimate.
SEAT_CLEARANCE_M = 0.045
# A movement still going this fast at the trial's end was cut off [m/s].
STILL_MOVING_M_S = 0.15
# Forward trunk motion slower than this is sway, not the start of a rise [rad/s].
TRUNK_ONSET_RAD_S = 0.17
TRUNK_ONSET_SHARE = 0.1


@dataclass(frozen=True)
class Repetition:
    """One repetition, on the trial's clock.

    Attributes
    ----------
    index : int
        From 1, in time; incomplete ones are counted too.
    start_s, stop_s : float
        First and last event [s].
    events : dict of str to float
        Sit-to-stand: ``rise_start`` (trunk starts forward), ``seat_off``, ``stand`` (full stand), and where seen
        ``descent_start`` and ``sit`` (contact with the seat). Squat: ``start``, ``lowest``, ``stop`` [s].
    complete : bool
        False where the recording cuts it off or the movement does not reach its end.
    note : str
        Why it is not complete; empty otherwise.
    """

    index: int
    start_s: float
    stop_s: float
    events: dict[str, float] = field(default_factory=dict)
    complete: bool = True
    note: str = ""

    @property
    def duration_s(self) -> float:
        """Time from its first to its last event [s]."""
        return self.stop_s - self.start_s


def find_repetitions(activity: Activity, kinematics: Kinematics) -> tuple[Repetition, ...]:
    """Repetitions of a sit-to-stand or squat trial, from the height of the pelvis and the lean of the trunk.

    Robust to pauses, drift and noise: only changes of direction larger than 10 cm and 30 % of the trial's greatest
    count. A first repetition that was already under way and a last one that was cut off are kept as incomplete.

    Parameters
    ----------
    activity : Activity
        Other activities than sit-to-stand and squat have no repetitions here.
    kinematics : Kinematics

    Returns
    -------
    tuple of Repetition
        In time; empty where there is none.
    """
    if activity.name not in ("sit-to-stand", "squat"):
        return ()
    motion = describe_motion(kinematics)
    height = motion.pelvis_height_m
    points = turning_points(height, max(SMALLEST_SWING_M, SMALLEST_SHARE * float(np.ptp(height))))
    find = _rises if activity.name == "sit-to-stand" else _squats
    return find(motion, points)


def _rises(motion: Motion, points: list[tuple[int, bool]]) -> tuple[Repetition, ...]:
    height, time = motion.pelvis_height_m, motion.time_s
    pairs = [(points[k][0], points[k + 1][0], k) for k in range(len(points) - 1) if not points[k][1]]
    greatest = max((height[high] - height[low] for low, high, _ in pairs), default=0.0)
    repetitions: list[Repetition] = []
    for index, (low, high, k) in enumerate(pairs, start=1):
        before = points[k - 1][0] if k else 0
        after = points[k + 2][0] if k + 2 < len(points) else None
        swing = float(height[high] - height[low])
        middle = (height[high] + height[low]) / 2.0
        left = _first_above(height, middle, low, high)
        stop = after if after is not None else len(height) - 1
        seat = _level(height, before, left, height[low], swing, low=True)
        stand = _level(height, left, stop, height[high], swing, low=False)
        ischium = motion.ischium_height_m
        seat_ischium = float(np.median(ischium[before : left + 1][_near(height[before : left + 1], seat, swing)]))
        seated_from = before + int(np.argmax(height[before : left + 1] <= seat + 2 * LEVEL_SHARE * swing))
        seat_off = crossing_s(time, ischium, seat_ischium + SEAT_CLEARANCE_M, seated_from, left, last=True)
        events = {
            "rise_start": _trunk_onset(motion, seated_from, left, seat_off, seat + LEVEL_SHARE * swing),
            "seat_off": seat_off,
            "stand": crossing_s(time, height, stand - LEVEL_SHARE * swing, left, high),
        }
        if after is not None:
            descended = _first_below(height, middle, high, after)
            events["descent_start"] = crossing_s(time, height, stand - LEVEL_SHARE * swing, high, descended, last=True)
            end = points[k + 3][0] if k + 3 < len(points) else len(height) - 1
            next_seat = _level(height, descended, end, height[after], swing, low=True)
            resting = _near(height[descended:end], next_seat, swing)
            contact = float(np.median(ischium[descended:end][resting])) + SEAT_CLEARANCE_M
            if height[after] - height[low] < (1 - COMPLETE_SHARE) * greatest:
                events["sit"] = crossing_s(time, ischium, contact, descended, after)
        note = _why_incomplete(motion, low, high, swing, greatest, first=low == 0, last=after is None, rise=True)
        repetitions.append(
            Repetition(index, events["rise_start"], max(events.values()), events, complete=not note, note=note)
        )
    return tuple(repetitions)


def _squats(motion: Motion, points: list[tuple[int, bool]]) -> tuple[Repetition, ...]:
    height, time = motion.pelvis_height_m, motion.time_s
    lows = [k for k, (_, is_high) in enumerate(points) if not is_high]
    swings = [
        max([height[points[n][0]] - height[points[k][0]] for n in (k - 1, k + 1) if 0 <= n < len(points)]) for k in lows
    ]
    greatest = max(swings, default=0.0)
    repetitions: list[Repetition] = []
    for index, (k, swing) in enumerate(zip(lows, swings, strict=True), start=1):
        low = points[k][0]
        before = points[k - 1][0] if k else None
        after = points[k + 1][0] if k + 1 < len(points) else None
        events = {"lowest": float(time[low])}
        middle = height[low] + swing / 2.0
        reached = swing
        if before is not None:
            reached = min(reached, height[before] - height[low])
            left = _first_below(height, middle, before, low)
            origin = points[k - 2][0] if k >= 2 else 0
            stand = _level(height, origin, left, height[before], swing, low=False)
            events["start"] = crossing_s(time, height, stand - LEVEL_SHARE * swing, before, left, last=True)
        if after is not None:
            reached = min(reached, height[after] - height[low])
            back = _first_above(height, middle, low, after)
            end = points[k + 2][0] if k + 2 < len(points) else len(height) - 1
            stand = _level(height, back, end, height[after], swing, low=False)
            events["stop"] = crossing_s(time, height, stand - LEVEL_SHARE * swing, back, after)
        high = after if after is not None else low
        note = _why_incomplete(
            motion, low, high, reached, greatest, first=before is None, last=k + 2 >= len(points), rise=False
        )
        repetitions.append(
            Repetition(index, min(events.values()), max(events.values()), events, complete=not note, note=note)
        )
    return tuple(repetitions)


def _why_incomplete(
    motion: Motion, low: int, high: int, swing: float, greatest: float, *, first: bool, last: bool, rise: bool
) -> str:
    """Say why a repetition does not count, or nothing."""
    height = motion.pelvis_height_m
    speed = np.gradient(height, motion.time_s)
    if first and speed[0] > STILL_MOVING_M_S:
        return "The recording starts during the rise."
    if first and not rise:
        return "The recording starts in the squat."
    if high == low:
        return "The recording ends in the squat."
    if last and high == len(height) - 1 and speed[-1] > STILL_MOVING_M_S:
        return "The recording ends before the full stand."
    if swing < COMPLETE_SHARE * greatest:
        return f"The movement reaches {swing / greatest:.0%} of the greatest repetition of this trial."
    return ""


def _trunk_onset(motion: Motion, seated_from: int, left: int, seat_off_s: float, onset_height_m: float) -> float:
    """When the trunk starts forward for this rise; when the pelvis starts up where the trunk does not lead [s]."""
    time = motion.time_s
    speed = np.gradient(motion.trunk_lean_rad, time)
    until = max(seated_from + 1, int(np.searchsorted(time, seat_off_s)))
    fastest = seated_from + int(np.argmax(speed[seated_from : until + 1]))
    pelvis_onset = crossing_s(time, motion.pelvis_height_m, onset_height_m, seated_from, left, last=True)
    if speed[fastest] < TRUNK_ONSET_RAD_S:
        return min(pelvis_onset, seat_off_s)
    slow = np.flatnonzero(speed[seated_from:fastest] < TRUNK_ONSET_SHARE * speed[fastest])
    onset = seated_from + (int(slow[-1]) + 1 if len(slow) else 0)
    return min(float(time[onset]), seat_off_s)


def _level(height: Array, start: int, stop: int, extreme: float, swing: float, *, low: bool) -> float:
    """Where somebody rests near an extreme: the median of what lies within 10 % of it [m]."""
    part = height[start : stop + 1]
    near = part <= extreme + 2 * LEVEL_SHARE * swing if low else part >= extreme - 2 * LEVEL_SHARE * swing
    return float(np.median(part[near])) if near.any() else float(extreme)


def _near(height: Array, level: float, swing: float) -> NDArray[np.bool_]:
    near = np.abs(height - level) <= 2 * LEVEL_SHARE * swing
    return near if near.any() else np.ones_like(near)


def _first_above(height: Array, level: float, start: int, stop: int) -> int:
    return start + int(np.argmax(height[start : stop + 1] >= level))


def _first_below(height: Array, level: float, start: int, stop: int) -> int:
    return start + int(np.argmax(height[start : stop + 1] <= level))
