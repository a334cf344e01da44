"""Walking."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.signal import butter, sosfiltfilt

from assessment.indicators.base import Indicator, TrialResults
from assessment.motion import CLOCK_HZ, describe_motion
from pipeline.preparation.masks import runs
from pipeline.quality import Quality
from pipeline.trajectories import Array

# Below the step frequency of slow walkers (about 1.2 Hz) and above the changes of speed of a whole walk.
PATH_CUTOFF_HZ = 0.8
# Walking at less than this share of the trial's usual speed is setting off or stopping.
STEADY_SHARE = 0.8
# Two metres are at least one full stride cycle with a margin; the shortest clinical walk is 3 m (SPPB).
SHORTEST_WALK_M = 2.0
# Below this, the pelvis does not leave its place: a treadmill, or walking on the spot.
ON_THE_SPOT_M = 0.5


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Gait speed over the steady middle part."""
    if results.activity.name != "walking":
        return
    horizontal_m = describe_motion(results.kinematics).horizontal_m
    span_m = float(np.linalg.norm(np.ptp(horizontal_m, axis=0)))
    start, stop, speed_m_s = steady_walk(horizontal_m)
    travel_m = speed_m_s * (stop - start) / CLOCK_HZ
    if span_m < ON_THE_SPOT_M:
        quality = Quality.withheld(
            f"The pelvis travels only {span_m:.2f} m: a treadmill, whose belt speed is not recorded, or the spot."
        )
    elif travel_m < SHORTEST_WALK_M:
        quality = Quality.withheld(
            f"Only {travel_m:.1f} m of steady walking were recorded; at least {SHORTEST_WALK_M:g} m are needed."
        )
    else:
        quality = Quality()
    yield results.indicator("gait_speed", speed_m_s, quality)


def steady_walk(horizontal_m: Array) -> tuple[int, int, float]:
    """Longest stretch of steady travel and the speed along its path.

    Parameters
    ----------
    horizontal_m : ndarray, shape (n, 2)
        Pelvis over ground at 100 Hz [m].

    Returns
    -------
    start, stop : int
        First and last frame of the stretch.
    speed_m_s : float
        Path length over time [m/s]; the path is low-passed, so that the sway of each step does not lengthen it.
    """
    sections = butter(2, PATH_CUTOFF_HZ, fs=CLOCK_HZ, output="sos")
    path_m = sosfiltfilt(sections, horizontal_m, axis=0, padlen=min(len(horizontal_m) - 1, int(2 * CLOCK_HZ)))
    speed = np.linalg.norm(np.gradient(path_m, 1.0 / CLOCK_HZ, axis=0), axis=1)
    usual = float(np.median(speed[speed >= 0.5 * np.max(speed)]))
    start, stop = max(runs(speed >= STEADY_SHARE * usual), key=lambda run: run[1] - run[0])
    steps_m = np.linalg.norm(np.diff(path_m[start:stop], axis=0), axis=1)
    return start, stop - 1, float(np.mean(steps_m)) * CLOCK_HZ if len(steps_m) else 0.0
