"""When rises truly happen: from true angles and forces, by the definitions of the indicators (docs/indicators)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assessment.synthetic.body import Body
from assessment.synthetic.smooth import RATE_HZ
from assessment.synthetic.truth import Truth

Array = NDArray[np.float64]

# The trunk starts where its forward speed exceeds this share of the fastest before half of the way up.
ONSET_SHARE = 0.1
# Within this share of the way from the standing (seated) height somebody stands (sits).
LEVEL_SHARE = 0.05
# The seat bears less than this share of body weight: it is left.
UNLOADED_SHARE = 0.01
GRAVITY_M_S2 = 9.80665


def rise_events(body: Body, truth: Truth) -> dict[str, tuple[float, ...]]:
    """Times of every rise [s]: ``trunk_starts``, ``seat_off``, ``stands``; and of every descent: ``sits_down``.

    Parameters
    ----------
    body : Body
    truth : Truth
        Of somebody who faces X.
    """
    tilt, lumbar = (truth.q[:, body.index(name)] for name in ("pelvis_tilt", "lumbar_extension"))
    leaning = np.gradient(-(tilt + lumbar)) * RATE_HZ
    height = truth.q[:, body.index("pelvis_ty")]
    begins, seated = ([round(t * RATE_HZ) for t in truth.events_s[name]] for name in ("rise_begins", "sitting_begins"))
    bears = truth.forces["seat"].force_n[:, 1] > UNLOADED_SHARE * body.mass_kg * GRAVITY_M_S2
    found: dict[str, list[float]] = {"trunk_starts": [], "seat_off": [], "stands": [], "sits_down": []}
    for (begin, following), leave in zip(pairwise([*begins, len(height)]), seated, strict=True):
        low, high = height[begin], float(height[begin:leave].max())
        near = LEVEL_SHARE * (high - low)
        half = begin + int(np.argmax(height[begin:leave] > 0.5 * (low + high)))
        fastest = begin + int(np.argmax(leaning[begin:half]))
        slow = np.flatnonzero(leaning[begin:fastest] < ONSET_SHARE * leaning[fastest])
        start = begin + (int(slow[-1]) + 1 if len(slow) else 0)
        found["trunk_starts"].append(start / RATE_HZ)
        found["seat_off"].append((start + 1 + int(np.flatnonzero(bears[start : half + 1])[-1])) / RATE_HZ)
        found["stands"].append(_crossing_s(height, high - near, half))
        found["sits_down"].append(_crossing_s(-height[:following], -(low + near), leave))
    return {name: tuple(times) for name, times in found.items()}


def _crossing_s(values: Array, level: float, start: int) -> float:
    """When values first reach a level at or after a frame, between frames [s]."""
    place = start + int(np.argmax(values[start:] >= level))
    before, after = values[place - 1], values[place]
    return float((place - 1 + (level - before) / (after - before)) / RATE_HZ)
