"""Strides and steps of a straight pass, with their times and lengths; what is no proper stride is told apart."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assessment.gait.events import FootEvents
from assessment.gait.track import Track
from assessment.motion import SIDES, Side
from pipeline.trajectories import Array

OTHER: dict[Side, Side] = {"r": "l", "l": "r"}
# A foot stands still between these shares of its stance (opencap-processing reads step width there).
MIDSTANCE = (0.4, 0.6)
# The toe is lowest in swing about where it is fastest (Winter 1992, Phys Ther 72:45-53): where its forward speed is at
# least this share of the greatest.
FAST_SWING = 0.8


@dataclass(frozen=True)
class Step:
    """From the heel strike of one foot to that of the other.

    Attributes
    ----------
    side : {'r', 'l'}
        The foot that lands.
    start_s, stop_s : float
        Heel strikes [s].
    length_m : float
        From heel to heel along the way, each where it strikes [m].
    """

    side: Side
    start_s: float
    stop_s: float
    length_m: float

    @property
    def time_s(self) -> float:
        """Duration [s]."""
        return self.stop_s - self.start_s


@dataclass(frozen=True)
class Stride:
    """From one heel strike of a foot to its next, with the events of the other foot between.

    Attributes
    ----------
    side : {'r', 'l'}
    start_s, other_toe_off_s, other_heel_strike_s, toe_off_s, stop_s : float
        In this order [s].
    length_m : float
        From heel to heel along the way of the pelvis [m].
    width_m : float
        Sideways between the ankles, each in the middle of its stance; negative where the feet cross [m]. NaN where the
        other foot's stance is cut off.
    clearance_m : float
        Lowest height of the toe in fast swing over where the same toe stood [m].
    steps : (Step, Step)
        The other foot's, then this foot's.
    """

    side: Side
    start_s: float
    other_toe_off_s: float
    other_heel_strike_s: float
    toe_off_s: float
    stop_s: float
    length_m: float
    width_m: float
    clearance_m: float
    steps: tuple[Step, Step]

    @property
    def time_s(self) -> float:
        """Duration [s]."""
        return self.stop_s - self.start_s

    @property
    def stance_percent(self) -> float:
        """Of the stride, the foot is on the ground [%]."""
        return 100.0 * (self.toe_off_s - self.start_s) / self.time_s

    @property
    def single_support_percent(self) -> float:
        """Of the stride, this foot alone is on the ground [%]."""
        return 100.0 * (self.other_heel_strike_s - self.other_toe_off_s) / self.time_s

    @property
    def double_support_percent(self) -> float:
        """Of the stride, both feet are on the ground: after this foot's heel strike and before its toe-off [%]."""
        return self.stance_percent - self.single_support_percent


def strides_of(track: Track, forward: Array, events: FootEvents) -> tuple[list[Stride], int]:
    """All strides of one pass whose events come in the order of walking, in time, and how many did not.

    Parameters
    ----------
    track : Track
        Seen from the belt where there is one.
    forward : ndarray, shape (2,)
        Direction of the pass.
    events : FootEvents
    """
    found: list[Stride] = []
    broken = 0
    for side in SIDES:
        strikes = events.heel_strikes_s[side]
        for start_s, stop_s in pairwise(strikes):
            order = _order(events, side, float(start_s), float(stop_s))
            if order is None:
                broken += 1
            else:
                found.append(_stride(track, forward, side, (float(start_s), *order, float(stop_s))))
    return sorted(found, key=lambda stride: stride.start_s), broken


def _order(events: FootEvents, side: Side, start_s: float, stop_s: float) -> tuple[float, float, float] | None:
    """The three events between two heel strikes, or None unless each happens once and in the order of walking."""

    def inside(times_s: Array) -> Array:
        return times_s[(times_s > start_s) & (times_s < stop_s)]

    other = OTHER[side]
    between = [inside(events.toe_offs_s[other]), inside(events.heel_strikes_s[other]), inside(events.toe_offs_s[side])]
    if any(len(times_s) != 1 for times_s in between):
        return None
    off_s, strike_s, own_s = (float(times_s[0]) for times_s in between)
    return (off_s, strike_s, own_s) if off_s < strike_s < own_s else None


def _stride(track: Track, forward: Array, side: Side, times_s: tuple[float, float, float, float, float]) -> Stride:
    start_s, _, other_s, toe_off_s, stop_s = times_s
    other = OTHER[side]
    ahead = _direction(track, forward, start_s, stop_s)
    heels = [
        float(track.at(f"heel_{foot}", time_s)[[0, 2]] @ ahead)
        for foot, time_s in ((side, start_s), (other, other_s), (side, stop_s))
    ]
    stance_s = toe_off_s - start_s
    to_right = np.array([-ahead[1], ahead[0]])
    own, opposite = (
        _standing(track, f"ankle_{foot}", begin_s, stance_s) for foot, begin_s in ((side, start_s), (other, other_s))
    )
    apart_m = float((own - opposite)[[0, 2]] @ to_right)
    return Stride(
        side,
        *times_s,
        length_m=heels[2] - heels[0],
        width_m=apart_m if side == "r" else -apart_m,
        clearance_m=_clearance_m(track, side, ahead, times_s),
        steps=(
            Step(other, start_s, other_s, heels[1] - heels[0]),
            Step(side, other_s, stop_s, heels[2] - heels[1]),
        ),
    )


def _direction(track: Track, forward: Array, start_s: float, stop_s: float) -> Array:
    """Where the pelvis goes during a stride, shape (2,); that of the pass where it hardly moves."""
    way_m = (track.at("pelvis", stop_s) - track.at("pelvis", start_s))[[0, 2]]
    length_m = float(np.linalg.norm(way_m))
    return way_m / length_m if way_m @ forward > 0.5 * length_m else forward


def _standing(track: Track, name: str, strike_s: float, stance_s: float) -> Array:
    """Mean place of a point in the middle of a stance, shape (3,) [m]; NaN where the recording does not show it."""
    start_s, stop_s = (strike_s + share * stance_s for share in MIDSTANCE)
    if stop_s > track.time_s[-1]:
        return np.full(3, np.nan)
    return np.asarray(track.points_m[name][track.between(start_s, stop_s)].mean(axis=0))


def _clearance_m(track: Track, side: Side, ahead: Array, times_s: tuple[float, float, float, float, float]) -> float:
    start_s, _, _, toe_off_s, stop_s = times_s
    toe = f"toe_{side}"
    floor_m = _standing(track, toe, start_s, toe_off_s - start_s)[1]
    swing = track.between(toe_off_s, stop_s)
    speed = track.forward_m_s(toe, ahead)[swing]
    if not len(speed):
        return float("nan")
    return float(np.min(track.points_m[toe][swing, 1][speed >= FAST_SWING * np.max(speed)]) - floor_m)
