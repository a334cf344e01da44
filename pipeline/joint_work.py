"""What one joint does over a stretch of a movement: power, work, angular impulse, and how fast its moment rises.

Standard errors come from those of the moments. They leave out the errors of the speeds, and what moment and speed owe
to the same error of a marker. Frames in which the moment cannot be known never count as zero: integrals ask for a
stretch without a hole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import trapezoid

from pipeline.trajectories import Array, JointMoments

Frames = NDArray[np.bool_]

# A low-pass of cut-off f turns a step into a rise from 10 to 90 % within 0.35 / f: the rule of bandwidth and rise time.
# It holds for one pole exactly (ln 9 / (2 pi f)); the filter of `pipeline.motion.filtering` takes 0.36 / f.
RISE_TIME_CYCLES = 0.35
RISE_FROM, RISE_TO = 0.1, 0.9
# Rise times add up in squares, and a moment meets the filter twice, in the angles and in the forces: the filter's own
# rise is root 2 of the rule's. At twice the rule's, as much of a rise is the filter's as the movement's.
FILTERS_OWN = 2.0


@dataclass(frozen=True)
class JointValue:
    """One number of a joint over a stretch.

    Attributes
    ----------
    value : float
    standard_error : float or None
        In the unit of the value; None where the moments carry none.
    first, last : int
        Frames that it was taken from.
    """

    value: float
    standard_error: float | None
    first: int
    last: int


@dataclass(frozen=True)
class MomentRise:
    """The steepest rise of a moment.

    Attributes
    ----------
    rate_nm_per_s : JointValue
        Slope [Nm/s].
    window_s : float
        Time it was taken over [s]: the shortest that the low-pass lets be seen, in whole frames.
    filter_limited : bool
        The whole rise is hardly longer than the filter makes any rise: the true slope is at least this one.
    """

    rate_nm_per_s: JointValue
    window_s: float
    filter_limited: bool


def greatest_power_w(moments: JointMoments, coordinate: str, known: Frames) -> JointValue | None:
    """Greatest power that the joint generates [W]; negative where it only absorbs.

    Parameters
    ----------
    moments : JointMoments
    coordinate : str
    known : ndarray of bool, shape (n_frames,)
        Frames of the stretch in which the moment can be known.

    Returns
    -------
    JointValue or None
        None without such a frame.
    """
    if not known.any():
        return None
    frame = int(np.argmax(np.where(known, moments.power_w(coordinate), -np.inf)))
    errors_w = moments.power_standard_error_w(coordinate)
    return JointValue(
        float(moments.power_w(coordinate)[frame]), None if errors_w is None else float(errors_w[frame]), frame, frame
    )


def work_j(moments: JointMoments, coordinate: str, known: Frames, sign: float = 1.0) -> JointValue | None:
    """Work that the joint generates (sign 1) or absorbs (sign -1), the integral of its power of that sign [J].

    Never below zero; parameters and standard error as of `angular_impulse_nms`.
    """
    return _integral(moments, sign * moments.power_w(coordinate), moments.power_standard_error_w(coordinate), known)


def angular_impulse_nms(moments: JointMoments, coordinate: str, known: Frames, sign: float) -> JointValue | None:
    """Integral of the moment over time, of those frames in which it has the given sign [Nms].

    Its standard error takes the errors of all frames that count, or would with one standard error more, as fully
    correlated and of one direction. No correlation makes it greater: it is an upper bound.

    Parameters
    ----------
    moments : JointMoments
    coordinate : str
    known : ndarray of bool, shape (n_frames,)
        Frames of the stretch in which the moment can be known.
    sign : float
        1 or -1; the moment times this counts where it is positive.

    Returns
    -------
    JointValue or None
        None where the frames are fewer than two or not in one piece: a hole would count as zero.
    """
    return _integral(moments, sign * moments.moment_nm(coordinate), moments.standard_error_nm(coordinate), known)


def steepest_rise(moments: JointMoments, coordinate: str, known: Frames, sign: float) -> MomentRise | None:
    """Steepest rise of the moment, over the shortest time that the low-pass lets be seen.

    The standard error takes the errors at both ends as independent: over so short a time they go together rather than
    against each other, and then it is an upper bound.

    Parameters
    ----------
    moments : JointMoments
    coordinate : str
    known : ndarray of bool, shape (n_frames,)
        Frames of the stretch in which the moment can be known.
    sign : float
        1 or -1; the moment times this is what rises.

    Returns
    -------
    MomentRise or None
        None where no known piece is as long as the window.
    """
    time_s, moment_nm = moments.time_s, sign * moments.moment_nm(coordinate)
    shortest_s = RISE_TIME_CYCLES / moments.cutoff_hz
    # Times are sums of many steps: a window that ends on a frame must not miss it by rounding.
    last = np.searchsorted(time_s, time_s + shortest_s - 1e-9)
    first = np.flatnonzero(last < len(time_s))
    last = last[first]
    unknown_before = np.concatenate([[0], np.cumsum(~known)])
    whole = unknown_before[last + 1] == unknown_before[first]
    first, last = first[whole], last[whole]
    if first.size == 0:
        return None
    slopes = (moment_nm[last] - moment_nm[first]) / (time_s[last] - time_s[first])
    steepest = int(np.argmax(slopes))
    start, stop = int(first[steepest]), int(last[steepest])
    window_s = float(time_s[stop] - time_s[start])
    errors_nm = moments.standard_error_nm(coordinate)
    return MomentRise(
        JointValue(
            float(slopes[steepest]),
            None if errors_nm is None else float(np.hypot(errors_nm[start], errors_nm[stop])) / window_s,
            start,
            stop,
        ),
        window_s,
        bool(slopes[steepest] > 0.0 and _rise_time_s(time_s, moment_nm, known, start, stop) < FILTERS_OWN * shortest_s),
    )


def _integral(moments: JointMoments, rate: Array, errors: Array | None, known: Frames) -> JointValue | None:
    """Integrate what is positive over time."""
    frames = np.flatnonzero(known)
    if frames.size < 2 or frames[-1] - frames[0] + 1 != frames.size:
        return None
    time_s = moments.time_s[frames]
    value = float(trapezoid(np.clip(rate, 0.0, None)[frames], time_s))
    error = None if errors is None else float(trapezoid(np.where(rate + errors > 0.0, errors, 0.0)[frames], time_s))
    return JointValue(value, error, int(frames[0]), int(frames[-1]))


def _rise_time_s(time_s: Array, moment_nm: Array, known: Frames, start: int, stop: int) -> float:
    """Time from 10 to 90 % of the rise that the frames from start to stop are part of [s]."""
    rising = np.append(known[:-1] & known[1:] & (np.diff(moment_nm) > 0.0), False)
    # The steepest window may begin in the rise's foot or end on its top: its own rise starts from the steepest step.
    step = start + int(np.argmax(np.diff(moment_nm[start : stop + 1])))
    falls = np.flatnonzero(~rising)
    low = int(falls[falls < step].max(initial=-1)) + 1
    high = int(falls[falls > step].min())
    height = (moment_nm[low : high + 1] - moment_nm[low]) / (moment_nm[high] - moment_nm[low])
    return float(np.diff(np.interp([RISE_FROM, RISE_TO], height, time_s[low : high + 1]))[0])
