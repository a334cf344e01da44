"""Scale factors: how much longer, taller and wider each body is than the generic one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import ScalingError

# Beyond these a factor is a marker error or a unit slip, not an adult: ANSUR II bone lengths stay within 0.8-1.25
# of their mean at +-4 SD. Kept a little wider, for breadths and depths.
PLAUSIBLE_FACTORS = (0.65, 1.5)
# Relative; single precision keeps a limit to less.
_AT_LIMIT = 1e-5


@dataclass(frozen=True)
class FactorEstimate:
    """How sure one scale factor is.

    Attributes
    ----------
    parameter : str
        ``segment_axis``, e.g. ``femur_y``; left and right share one.
    factor : float
        Dimensionless.
    standard_error_log : float
        Standard error of the factor's natural logarithm.
    verdict : str
        Where the factor comes from, e.g. ``measured``.
    text : str
        The same in a sentence.
    """

    parameter: str
    factor: float
    standard_error_log: float
    verdict: str
    text: str

    @property
    def standard_error(self) -> float:
        """Standard error of the factor itself, to first order."""
        return self.factor * self.standard_error_log


@dataclass(frozen=True)
class SearchStep:
    """Where a search stood after one step; the first is where it began.

    Attributes
    ----------
    objective : float
        What it lowers.
    marker_rms_m : float
        Root mean square of marker errors [m].
    """

    objective: float
    marker_rms_m: float


@dataclass(frozen=True)
class ScaleFactors:
    """3-D scale factors per body, in the body's own frame (OpenSim: X forward, Y up, Z to the right).

    Attributes
    ----------
    bodies : tuple of str
        OpenSim body names; bodies not named keep factor 1.
    factors : ndarray, shape (n_bodies, 3)
        Dimensionless; scaled length / generic length.
    scaler : str
        Which method made them (``measurement``, ``rl``, ``generic``).
    notes : tuple of str
        What the reader must know: fallbacks taken, axes not observed.
    policy : str
        Name and version of the policy that made them; empty where none did.
    estimates : tuple of FactorEstimate
        How sure each is; empty where the method cannot tell.
    search : tuple of SearchStep
        How it came there; empty where the method does not search.
    """

    bodies: tuple[str, ...]
    factors: NDArray[np.float64]
    scaler: str
    notes: tuple[str, ...] = ()
    policy: str = ""
    estimates: tuple[FactorEstimate, ...] = ()
    search: tuple[SearchStep, ...] = ()

    def __post_init__(self) -> None:
        if self.factors.shape != (len(self.bodies), 3):
            raise ScalingError(
                f"Scale factors have shape {self.factors.shape}, expected {(len(self.bodies), 3)}.",
                hint="Give one factor per axis (X, Y, Z) for every named body.",
            )
        if not np.all(np.isfinite(self.factors)) or np.any(self.factors <= 0):
            raise ScalingError(
                "Scale factors must be positive numbers.",
                hint="Check the static trial: a marker may be missing in all of its frames.",
            )

    def of(self, body: str) -> NDArray[np.float64]:
        """Factors (X, Y, Z) of one body; ones where it is not named."""
        return self.factors[self.bodies.index(body)] if body in self.bodies else np.ones(3)

    @property
    def implausible(self) -> dict[str, NDArray[np.float64]]:
        """Bodies whose factors lie at the limits of what adults have, where a search stops, or beyond."""
        low, high = PLAUSIBLE_FACTORS[0] * (1.0 + _AT_LIMIT), PLAUSIBLE_FACTORS[1] * (1.0 - _AT_LIMIT)
        return {
            body: factor
            for body, factor in zip(self.bodies, self.factors, strict=True)
            if np.any(factor < low) or np.any(factor > high)
        }
