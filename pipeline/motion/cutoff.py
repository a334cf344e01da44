"""One low-pass cut-off per trial, by residual analysis of what is filtered.

What a filter takes out of a signal shrinks as its cut-off rises: fast at first, while it still takes movement, then in
a straight line, while it takes noise only. The line, drawn back to a cut-off of zero, says how much noise there is in
all; the chosen cut-off takes out just as much (Winter 2009, Biomechanics and Motor Control of Human Movement, 4th ed.,
section 3.4.4.3).

The result depends on where the line is fitted, because errors of joint angles are not white (docs/contact-forces.md):
bands and bounds below are part of the method and differ between kinds of recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.errors import InverseDynamicsError
from pipeline.motion.filtering import HIGHEST_CUTOFF, low_pass
from pipeline.trajectories import TRANSLATIONS, Array, Kinematics

RecordingKind = Literal["reflective markers", "walking on video", "slow movement on video"]


@dataclass(frozen=True)
class CutoffRule:
    """Where noise is looked for, and between which cut-offs the result must lie [Hz]."""

    noise_hz: tuple[float, float]
    bounds_hz: tuple[float, float]


# Errors of markers from video wander slower than a fast step moves the body: in slow movements they dominate from 4 Hz
# on, and there the line is fitted. Bounds: between 3 and 6 Hz errors of the centre of pressure against force plates
# grow by half and more on video-like markers, and with reflective ones they hardly change between 6 and 8 Hz
# (benchmarks.locked_feet).
RULES: dict[RecordingKind, CutoffRule] = {
    "reflective markers": CutoffRule((8.0, 16.0), (4.0, 8.0)),
    "walking on video": CutoffRule((8.0, 16.0), (4.0, 6.0)),
    "slow movement on video": CutoffRule((4.0, 8.0), (2.5, 4.0)),
}
LEAST_HZ, STEP_HZ = 1.0, 0.5
# Fewer cut-offs than this make no line.
LEAST_POINTS = 4
# Arms and toes weigh little and are seen worst: they do not decide for the body.
UNHEARD = ("arm_", "elbow_", "pro_sup_", "wrist_", "mtp_", "knee_angle_r_beta", "knee_angle_l_beta")
# A coordinate that moves by less than this is not observed, or is held [rad or m].
LEAST_MOVEMENT = 1e-4


@dataclass(frozen=True)
class Cutoff:
    """A cut-off [Hz] and a sentence on how it was found."""

    hz: float
    text: str


def find_cutoff(kinematics: Kinematics, kind: RecordingKind) -> Cutoff:
    """Cut-off of a trial: the median of those of pelvis, legs and back, within the bounds of the kind of recording.

    Parameters
    ----------
    kinematics : Kinematics
        As solved, not filtered.
    kind : {'reflective markers', 'walking on video', 'slow movement on video'}

    Raises
    ------
    InverseDynamicsError
        The frame rate leaves no noise to be seen, or no coordinate of pelvis, legs or back moves.
    """
    rule = RULES[kind]
    low, high = rule.bounds_hz
    each = residual_cutoffs_hz(_heard(kinematics), kinematics.time_s, rule.noise_hz)
    found = float(np.median(each))
    hz = float(np.round(np.clip(found, low, high), 1))
    limited = "" if low <= found <= high else f", limited from {found:.1f} Hz"
    return Cutoff(hz, f"Low-pass at {hz:.1f} Hz, from residual analysis ({kind}: {low:g} to {high:g} Hz{limited}).")


def residual_cutoffs_hz(values: Array, time_s: Array, noise_hz: tuple[float, float]) -> Array:
    """Cut-off of each signal alone [Hz].

    Parameters
    ----------
    values : ndarray, shape (n_frames, n_signals)
    time_s : ndarray, shape (n_frames,)
    noise_hz : tuple of 2 floats
        Cut-offs between which the residual is taken for noise; what the filter cannot reach at this frame rate is left
        out.

    Returns
    -------
    ndarray, shape (n_signals,)
        Highest of the cut-offs tried where no residual is as small as the noise.

    Raises
    ------
    InverseDynamicsError
        The frame rate is too low for the band.
    """
    highest = min(noise_hz[1], 0.99 * HIGHEST_CUTOFF * 0.5 / float(np.median(np.diff(time_s))))
    cutoffs = np.arange(LEAST_HZ, highest + 1e-9, STEP_HZ)
    noisy = cutoffs >= noise_hz[0]
    if np.count_nonzero(noisy) < LEAST_POINTS:
        raise InverseDynamicsError(
            f"At this frame rate no noise can be seen between {noise_hz[0]:g} and {noise_hz[1]:g} Hz.",
            hint="Give the low-pass cut-off yourself (form field 'Low-pass cut-off', or --cutoff-hz): 6 Hz for "
            "walking, 3 Hz for slow movements.",
        )
    residuals = np.array([_rms(values - low_pass(values, time_s, cutoff)) for cutoff in cutoffs])
    _, noise = np.polyfit(cutoffs[noisy], residuals[noisy], 1)
    return np.array([_crossing(cutoffs, own, level) for own, level in zip(residuals.T, noise, strict=True)])


def _crossing(cutoffs_hz: Array, residuals: Array, level: float) -> float:
    """Where a falling residual meets a level, straight between the cut-offs tried."""
    below = np.flatnonzero(residuals <= level)
    if below.size == 0:
        return float(cutoffs_hz[-1])
    first = int(below[0])
    if first == 0:
        return float(cutoffs_hz[0])
    between = slice(first - 1, first + 1)
    return float(np.interp(-level, -residuals[between], cutoffs_hz[between]))


def _heard(kinematics: Kinematics) -> Array:
    """Coordinates that decide, without jumps of a turn, shape (n_frames, n)."""
    columns = [
        kinematics.coordinate(name) if name in TRANSLATIONS else np.unwrap(kinematics.coordinate(name))
        for name in kinematics.coordinates
        if not name.startswith(UNHEARD)
    ]
    moving = [column for column in columns if np.std(column) > LEAST_MOVEMENT]
    if not moving:
        raise InverseDynamicsError(
            "Neither pelvis nor legs nor back move in this trial, so that no cut-off can be chosen.",
            hint="Check the joint angles of the trial, or give the low-pass cut-off yourself, for instance 6 Hz (form "
            "field 'Low-pass cut-off', or --cutoff-hz).",
        )
    return np.column_stack(moving)


def _rms(values: Array) -> Array:
    return np.sqrt(np.mean(np.square(values), axis=0))
