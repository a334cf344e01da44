"""Standing still: sway of the centre of mass, and how long a stance is held."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import chi2

from assessment.indicators.base import Indicator, TrialResults
from assessment.motion import SIDES, low_passed, uniform_clock_s
from pipeline.motion.landmarks import Landmarks
from pipeline.quality import Quality
from pipeline.trajectories import Array

# The centre of mass of a standing person moves below 1 Hz (Winter 1995, Gait Posture 3:193).
CUTOFF_HZ = 2.0
# What the filter mirrors at the ends: sway is slow.
EDGE_S = 2.0
# Shorter recordings hold too few swings of the body, which last seconds.
SHORTEST_S, USUAL_S = 5.0, 20.0
# A foot that has gone this far from where it stood has left its place.
STEP_M = 0.05
SPPB_STANCE_S = 10.0
STILL_HELD = "The recording ends while the stance is still held: it may have been held for longer."
NO_LANDMARKS = "The model has no feet or no centre of mass that could be followed."


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Path, velocity and ellipse of sway, and the time that the stance was held."""
    if results.activity.name != "standing":
        return
    marks = results.landmarks
    if marks is None:
        for name in ("stance_held_time", "sway_path", "sway_velocity", "sway_area"):
            yield results.indicator(name, None, Quality.withheld(NO_LANDMARKS))
        return
    clock_s = uniform_clock_s(marks.time_s)
    stop = _first_step(marks, clock_s)
    # The last frame lasts as long as the others: 600 frames at 60 Hz are 10 s.
    held_s = float(clock_s[stop - 1] - clock_s[0]) + (
        float(np.median(np.diff(marks.time_s))) if stop == len(clock_s) else 0.0
    )
    yield results.indicator("stance_held_time", held_s, _held(held_s, stepped=stop < len(clock_s)))
    quality = _long_enough(held_s)
    if quality.reasons and held_s < SHORTEST_S:
        for name in ("sway_path", "sway_velocity", "sway_area"):
            yield results.indicator(name, None, quality)
        return
    sway_mm = 1000.0 * horizontal_sway_m(marks, clock_s)[:stop]
    path_mm = float(np.sum(np.linalg.norm(np.diff(sway_mm, axis=0), axis=1)))
    yield results.indicator("sway_path", path_mm, quality)
    yield results.indicator("sway_velocity", path_mm / held_s, quality)
    yield results.indicator("sway_area", ellipse_area(sway_mm), quality)


def horizontal_sway_m(marks: Landmarks, clock_s: Array) -> Array:
    """Centre of mass in the horizontal plane, low-passed, shape (n, 2) [m]."""
    plane = marks["centre_of_mass"][:, [0, 2]]
    on_clock = np.stack([np.interp(clock_s, marks.time_s, column) for column in plane.T], axis=1)
    return low_passed(on_clock, CUTOFF_HZ, EDGE_S)


def ellipse_area(points: Array) -> float:
    """Area of the ellipse that holds 95 % of a normal distribution with the points' covariance, in their unit squared.

    pi chi2(0.95; 2) sqrt(det cov): Schubert and Kirchner 2014, Gait Posture 39:518.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
    """
    spread = np.cov(points, rowvar=False)
    return float(np.pi * chi2.ppf(0.95, 2) * np.sqrt(max(np.linalg.det(spread), 0.0)))


def _first_step(marks: Landmarks, clock_s: Array) -> int:
    """First frame in which a foot has left the place it stood on at first; the number of frames if none has."""
    first = len(clock_s)
    for side in SIDES:
        middle = 0.5 * (marks[f"heel_{side}"] + marks[f"toe_{side}"])[:, [0, 2]]
        begin = np.median(middle[: max(1, len(middle) // 10)], axis=0)
        away = np.interp(clock_s, marks.time_s, np.linalg.norm(middle - begin, axis=1)) > STEP_M
        # One frame of tracking error is no step.
        stays_away = away[:-2] & away[1:-1] & away[2:]
        if stays_away.any():
            first = min(first, max(int(np.argmax(stays_away)), 1))
    return first


def _held(held_s: float, *, stepped: bool) -> Quality:
    # To the hundredth, as the test's stopwatch reads.
    if stepped or round(held_s, 2) >= SPPB_STANCE_S:
        return Quality()
    return Quality.caution(STILL_HELD)


def _long_enough(held_s: float) -> Quality:
    if held_s < SHORTEST_S:
        return Quality.withheld(
            f"Sway needs at least {SHORTEST_S:g} s of standing in one place; {held_s:.1f} s were recorded."
        )
    if held_s < USUAL_S:
        return Quality.caution(f"Sway is usually taken over {USUAL_S:g} s and more; {held_s:.0f} s were recorded.")
    return Quality()
