"""When the pelvis leaves the seat: estimated, and by the plates under the feet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assessment.validation import Dynamics
from pipeline.contact.seat import NO_LOAD

# Plates' seat-off is looked for so far from the estimated one [s].
WITHIN_S = 0.6


@dataclass(frozen=True)
class SeatOffError:
    """One rise: estimate less plates, and the standard deviation that was stated [s]."""

    error_s: float
    stated_sd_s: float


def seat_off_errors(measured: Dynamics, estimated: Dynamics) -> list[SeatOffError]:
    """Every estimated seat-off against the nearest moment at which the feet come to bear the load."""
    time_s = measured.forces.time_s
    feet = np.sum([measured.forces.forces[side].force_n[:, 1] for side in ("r", "l")], axis=0)
    share = feet / np.maximum(measured.forces.total_vertical_n + measured.forces.residual_force_n[:, 1], 1.0)
    borne = share >= 1.0 - NO_LOAD
    taken_over_s = time_s[1:][~borne[:-1] & borne[1:]]
    errors = []
    for seat_off in estimated.forces.seat_offs:
        apart = seat_off.time_s - taken_over_s
        if apart.size and np.min(np.abs(apart)) < WITHIN_S:
            errors.append(SeatOffError(float(apart[np.argmin(np.abs(apart))]), seat_off.sd_s))
    return errors


def summary(errors: list[SeatOffError]) -> dict[str, float]:
    """Number, mean and root mean square of the errors, and the mean of the stated standard deviations."""
    error_s = np.array([one.error_s for one in errors])
    return {
        "n": len(errors),
        "bias_s": float(np.mean(error_s)),
        "rms_s": float(np.sqrt(np.mean(error_s**2))),
        "stated_sd_s": float(np.mean([one.stated_sd_s for one in errors])),
    }
