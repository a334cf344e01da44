"""Where a value stands in a reference population of finite size, with an interval.

The population is taken as normally distributed with unknown mean and standard deviation, of which the reference sample
tells as much as its size permits: the point estimate of the percentile is that of Crawford and Howell 1998 (Clin
Neuropsychol 12:482), the interval that of Crawford and Garthwaite 2002 and 2007 (Neuropsychologia 40:1196; Cogn
Neuropsychol 24:343), with the measurement error of the person's own value added to what is drawn. Without measurement
error it equals the non-central t interval of 2002.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.stats import chi2, norm, qmc, t

from assessment.profile.reference import Cell
from assessment.uncertainty.interval import DEFAULT_LEVEL

# Draws are a fixed low-discrepancy sequence: the same input always has the same interval, to about 0.002 in z.
LOG2_DRAWS = 14
SEED = 20240607


class Placement(BaseModel):
    """Where a value stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    z: float = Field(description="distance from the reference's mean, in its standard deviations")
    z_interval: tuple[float, float] = Field(description="95 %")
    percentile: float = Field(description="per cent of the reference population below the value")
    percentile_interval: tuple[float, float] = Field(description="95 %")
    measurement_error_included: bool = Field(
        description="false: the interval holds the reference's sampling error only"
    )


def place(value: float, standard_error: float | None, reference: Cell) -> Placement:
    """Place a value in a reference population.

    Parameters
    ----------
    value : float
    standard_error : float or None
        Of the value; None where it is not known: the interval then holds the reference's sampling error alone.
    reference : Cell
    """
    mean, sd, df = reference.centre, reference.spread, reference.degrees_of_freedom
    normals = _draws()[0]
    sd_drawn = sd * _spreads(df)
    mean_drawn = mean + sd_drawn * np.sqrt(reference.centre_variance) * normals[:, 0]
    true_value = value + (standard_error or 0.0) * normals[:, 1]
    tails = 0.5 * (1.0 - DEFAULT_LEVEL)
    low, high = (float(one) for one in np.quantile((true_value - mean_drawn) / sd_drawn, (tails, 1.0 - tails)))
    statistic = (value - mean) / (sd * np.sqrt(1.0 + reference.centre_variance))
    return Placement(
        z=(value - mean) / sd,
        z_interval=(low, high),
        percentile=100.0 * float(t.cdf(statistic, df)),
        percentile_interval=(100.0 * float(norm.cdf(low)), 100.0 * float(norm.cdf(high))),
        measurement_error_included=standard_error is not None,
    )


@lru_cache(maxsize=64)
def _spreads(df: float) -> NDArray[np.float64]:
    """Standard deviations that a sample's may stand for, as multiples of it."""
    return np.sqrt(df / chi2.ppf(_draws()[1], df))


@cache
def _draws() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two standard normals and one uniform, of the same fixed points of the unit cube."""
    points = qmc.Sobol(3, scramble=True, rng=np.random.default_rng(SEED)).random_base2(LOG2_DRAWS)
    return norm.ppf(points[:, :2]), points[:, 2]
