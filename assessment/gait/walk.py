"""A walk as a whole: its route, and where the feet are known its strides, with what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assessment.gait.events import FootEvents, find_events, standing_foot_speeds
from assessment.gait.passes import Pass, Route, find_route
from assessment.gait.strides import Step, Stride, strides_of
from assessment.gait.track import Track, track
from assessment.motion import SIDES
from assessment.once import once_per_object
from pipeline.motion.landmarks import Landmarks
from pipeline.quality import Quality
from pipeline.trajectories import Kinematics

# A stride that differs from the median by more is a stumble, a halt or an error of tracking: five times the variability
# that tells fallers apart (5.7 %, Bytyci 2021, PMC8235531).
IRREGULAR_SHARE = 0.28
# A foot that stands moves backwards at the belt's speed; below this it is the spot (opencap-processing: 0.3 m/s).
SLOWEST_BELT_M_S = 0.3
# Stances of one belt must agree about its speed (spread as 1.48 times the median deviation), else it is not known.
BELT_SPREAD = 0.1
FEWEST_STANCES = 4
ON_BELT = "The belt's speed is not recorded: it was taken from the feet while they stand, {speed:.2f} m/s."


@dataclass(frozen=True)
class Walk:
    """What a walking trial shows.

    Attributes
    ----------
    route : Route
        Straight passes and turns.
    events : tuple of FootEvents
        Heel strikes and toe-offs of every pass; empty where the feet are not known.
    strides : tuple of Stride
        Regular ones, in time.
    speed_m_s : float or None
        Way of the pelvis over time from the first heel strike of every pass to its last, whole strides where there is
        one; None where no step is seen.
    n_steps : int
        Steps that the speed is taken over.
    belt : Quality or None
        None over ground; else whether the belt's speed could be found.
    n_left_out : int
        Strides that do not count.
    left_out : tuple of str
        Why, in sentences.
    """

    route: Route
    events: tuple[FootEvents, ...]
    strides: tuple[Stride, ...]
    speed_m_s: float | None
    n_steps: int
    belt: Quality | None
    n_left_out: int
    left_out: tuple[str, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Steps of the regular strides, each once, in time."""
        steps = {(step.side, step.stop_s): step for stride in self.strides for step in stride.steps}
        return tuple(sorted(steps.values(), key=lambda step: step.stop_s))


@once_per_object
def describe_walk(kinematics: Kinematics, landmarks: Landmarks | None) -> Walk:
    """Find passes, turns, events, strides and speed of a walking trial.

    Parameters
    ----------
    kinematics : Kinematics
    landmarks : Landmarks or None
        Of the same movement; without them there are no strides.

    Raises
    ------
    ModelError, InverseKinematicsError
        See `assessment.motion.describe_motion`.
    """
    route = find_route(kinematics)
    if landmarks is None:
        return Walk(route, (), (), None, 0, None, 0, ())
    seen = track(landmarks)
    belt = None
    if not route.over_ground:
        found_belt = _on_belt(seen, route)
        if isinstance(found_belt, Quality):
            return Walk(route, (), (), None, 0, found_belt, 0, ())
        seen, belt = found_belt
    strides: list[Stride] = []
    every: list[FootEvents] = []
    broken, way_m, seconds, n_steps = 0, 0.0, 0.0, 0
    for one in route.passes:
        speed_m_s = _speed_m_s(seen, one)
        events = find_events(seen, one.forward, one.start_s, one.stop_s, speed_m_s)
        every.append(events)
        found, out_of_order = strides_of(seen, one.forward, events)
        strides += found
        broken += out_of_order
        moved_m, lasted_s, steps = _progress(seen, events)
        way_m, seconds, n_steps = way_m + moved_m, seconds + lasted_s, n_steps + steps
    regular, irregular = _regular(strides)
    return Walk(
        route,
        tuple(every),
        regular,
        way_m / seconds if n_steps else None,
        n_steps,
        belt,
        broken + irregular,
        _left_out(broken, irregular, route),
    )


def _on_belt(seen: Track, route: Route) -> tuple[Track, Quality] | Quality:
    """The walk seen from its belt, and how well the belt's speed is known; only the latter where there is none."""
    speeds = np.concatenate(
        [-standing_foot_speeds(seen, one.forward, one.start_s, one.stop_s) for one in route.passes] or [np.zeros(0)]
    )
    if len(speeds) < FEWEST_STANCES or (speed := float(np.median(speeds))) < SLOWEST_BELT_M_S:
        return Quality.withheld(
            f"The pelvis travels only {route.span_m:.2f} m and the feet do not move backwards as on a belt: "
            "steps on the spot."
        )
    spread = 1.48 * float(np.median(np.abs(speeds - speed)))
    forward = np.mean([one.forward for one in route.passes], axis=0)
    carried = seen.on_belt(speed * forward / np.linalg.norm(forward))
    if spread > BELT_SPREAD * speed:
        return carried, Quality.withheld(
            f"A treadmill, whose belt speed is not recorded; the standing feet disagree about it ({speed:.2f} m/s, "
            f"spread {spread:.2f} m/s)."
        )
    return carried, Quality.caution(ON_BELT.format(speed=speed))


def _speed_m_s(seen: Track, one: Pass) -> float:
    """Mean forward speed of the pelvis in a pass, on the belt where there is one [m/s]."""
    way_m = (seen.at("pelvis", one.stop_s) - seen.at("pelvis", one.start_s))[[0, 2]]
    return max(float(way_m @ one.forward) / (one.stop_s - one.start_s), 0.0)


def _progress(seen: Track, events: FootEvents) -> tuple[float, float, int]:
    """Way and time of the pelvis over whole strides from the first heel strike, else over one step, and the steps."""
    strikes_s = np.sort(np.concatenate([events.heel_strikes_s[side] for side in SIDES]))
    steps = len(strikes_s) - 1
    if steps < 1:
        return 0.0, 0.0, 0
    # Left and right steps need not be alike: an even number of them is whole strides.
    steps -= steps % 2 if steps > 1 else 0
    places_m = np.array([seen.at("pelvis", float(time_s))[[0, 2]] for time_s in strikes_s[: steps + 1 : min(steps, 2)]])
    way_m = float(np.linalg.norm(np.diff(places_m, axis=0), axis=1).sum())
    return way_m, float(strikes_s[steps] - strikes_s[0]), steps


def _regular(strides: list[Stride]) -> tuple[tuple[Stride, ...], int]:
    """Strides whose time and length are like those of the others, and how many are not."""
    if len(strides) < 3:
        return tuple(strides), 0
    alike = np.ones(len(strides), dtype=bool)
    for values in ([one.time_s for one in strides], [one.length_m for one in strides]):
        usual = float(np.median(values))
        alike &= np.abs(np.array(values) - usual) <= IRREGULAR_SHARE * abs(usual)
    return tuple(one for one, good in zip(strides, alike, strict=True) if good), int((~alike).sum())


def _left_out(broken: int, irregular: int, route: Route) -> tuple[str, ...]:
    sentences = []
    if broken:
        sentences.append(
            f"{_count(broken)} left out: the feet did not touch and leave the ground in the order of walking."
        )
    if irregular:
        sentences.append(
            f"{_count(irregular)} left out: time or length differ from the usual by more than {IRREGULAR_SHARE:.0%}."
        )
    if route.not_forward_s:
        sentences.append(f"{route.not_forward_s:.1f} s left out: the pelvis did not face where it went.")
    return tuple(sentences)


def _count(number: int) -> str:
    return f"{number} stride{'s were' if number > 1 else ' was'}"
