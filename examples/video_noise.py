"""What two phones and a neural network do to markers: the error model of the example, stated and seeded.

Levels come from real OpenCap recordings (5 sessions, 60 Hz; the residual over a 6 Hz low-pass):

- Jitter is common to the whole body, 2-3 mm, white in standing tasks and correlated from frame to frame in walking.
- What remains for single markers is 0.5-1 mm, shared within a cluster (a knee, a foot, the trunk); feet three times
  as much in walking.
- Slow error depends on posture: thighs appear 8 % and shanks 6 % shorter at 90 degrees of knee flexion, and each
  cluster wanders by 4-20 mm within 0.3 s.

The slow part is taken at the level of a good recording, a quarter of those figures (`SLOW_SHARE`): at full size no
skeleton recovers joint angles within 2 degrees. Outliers, swaps and dropouts are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from assessment.synthetic.smooth import RATE_HZ

Array = NDArray[np.float64]

SLOW_SHARE = 0.25
THIGH_SHRINKS, SHANK_SHRINKS = 0.08 * SLOW_SHARE, 0.06 * SLOW_SHARE
SLOW_TIME_S = 0.3
# Wander of each cluster, all axes together, before `SLOW_SHARE` [m].
WANDER_M = {"pelvis": 0.012, "torso": 0.016, "femur": 0.013, "tibia": 0.009, "foot": 0.0045, "arm": 0.014}
CLUSTER_OF_BODY = {"talus": "foot", "calcn": "foot", "toes": "foot"} | dict.fromkeys(
    ("humerus", "ulna", "radius", "hand"), "arm"
)


@dataclass(frozen=True)
class Jitter:
    """Fast error of one kind of trial: SD per axis (forward, up, sideways) [m] and frame-to-frame correlation."""

    common_m: tuple[float, float, float]
    common_correlation: float
    cluster_m: float
    own_m: float
    own_correlation: float
    foot_factor: float


STANDING_TASK = Jitter((0.0020, 0.0015, 0.0010), 0.0, 0.00025, 0.00018, 0.4, 1.0)
WALKING = Jitter((0.0009, 0.0011, 0.0006), 0.55, 0.00045, 0.00030, 0.6, 3.0)
NEUTRAL = Jitter((0.0007, 0.0006, 0.0005), 0.56, 0.00008, 0.00005, 0.5, 1.0)


def disturbed(
    positions_m: Array,
    names: tuple[str, ...],
    bodies: tuple[str, ...],
    knee_flexion_rad: dict[str, Array],
    jitter: Jitter,
    seed: int,
) -> Array:
    """Add the errors of video to true marker positions, shape (n_frames, n_markers, 3) [m], X forward."""
    generator = np.random.default_rng(seed)
    n_frames, n_markers, _ = positions_m.shape
    noisy = positions_m + _shrunk(positions_m, names, bodies, knee_flexion_rad)
    common = _correlated(generator, (n_frames, 3), jitter.common_correlation) * jitter.common_m
    noisy += common[:, None, :]
    clusters = [_cluster(body) for body in bodies]
    for cluster in dict.fromkeys(clusters):
        kind, _, _ = cluster.partition("_")
        members = [index for index in range(n_markers) if clusters[index] == cluster]
        factor = jitter.foot_factor if kind == "foot" else 1.0
        slow = _correlated(generator, (n_frames, 3), np.exp(-1.0 / (SLOW_TIME_S * RATE_HZ)))
        # The wander is smooth: what the eye of the network misjudges does not jump from frame to frame.
        slow = _smoothed(slow) * (SLOW_SHARE * WANDER_M[kind] / np.sqrt(3.0))
        fast = _correlated(generator, (n_frames, 3), jitter.own_correlation) * (factor * jitter.cluster_m)
        own = _correlated(generator, (n_frames, len(members), 3), jitter.own_correlation) * (factor * jitter.own_m)
        noisy[:, members] += slow[:, None, :] + fast[:, None, :] + own
    return noisy


def _cluster(body: str) -> str:
    segment, _, side = body.partition("_")
    kind = CLUSTER_OF_BODY.get(segment, segment)
    return f"{kind}_{side}" if side else kind


def _shrunk(
    positions_m: Array, names: tuple[str, ...], bodies: tuple[str, ...], flexion_rad: dict[str, Array]
) -> Array:
    """Thigh and shank appear shorter the more the knee bends: the knee is seen closer to hip and ankle."""
    moved = np.zeros_like(positions_m)
    for side, letter in (("r", "R"), ("l", "L")):
        hip, knee, ankle = (positions_m[:, names.index(f"{letter}{joint}")] for joint in ("Hip", "Knee", "Ankle"))
        bend = (flexion_rad[side] / (0.5 * np.pi))[:, None]
        to_hip, to_ankle = hip - knee, ankle - knee
        for index, body in enumerate(bodies):
            if body not in (f"femur_{side}", f"tibia_{side}") or names[index] == f"{letter}Hip":
                continue
            here = positions_m[:, index]
            # How far down the thigh or up the shank the marker is: 1 at the knee.
            at_thigh = np.clip(1.0 - _along(here - knee, to_hip), 0.0, 1.0)
            at_shank = np.clip(1.0 - _along(here - knee, to_ankle), 0.0, 1.0)
            moved[:, index] = bend * (
                THIGH_SHRINKS * at_thigh * at_shank * to_hip + SHANK_SHRINKS * at_shank * at_thigh * to_ankle
            )
    return moved


def _along(vector: Array, axis: Array) -> Array:
    return (np.einsum("ni,ni->n", vector, axis) / np.einsum("ni,ni->n", axis, axis))[:, None]


def _correlated(generator: np.random.Generator, shape: tuple[int, ...], correlation: float) -> Array:
    """Unit-variance noise whose neighbouring frames correlate (first-order autoregression), in its steady state."""
    lead = 100
    white = generator.standard_normal((shape[0] + lead, *shape[1:]))
    noise = lfilter([np.sqrt(1.0 - correlation**2)], [1.0, -correlation], white, axis=0)
    return np.asarray(noise[lead:])


def _smoothed(noise: Array) -> Array:
    """Low-pass by a moving mean of 0.1 s, at the same variance."""
    width = round(0.1 * RATE_HZ)
    kernel = np.ones(width) / width
    smooth = np.apply_along_axis(np.convolve, 0, np.pad(noise, ((width, width), (0, 0)), "edge"), kernel, "same")
    smooth = smooth[width:-width]
    return smooth * (np.std(noise) / max(np.std(smooth), 1e-12))
