"""What height, mass, sex and age say about scale factors before any marker is seen: a Gaussian of log factors.

Mean and spread come from ANSUR II (US Army 2012): lengths, breadths, depths and girths given stature and mass, with
the correlations between them. A factor is the person's measure over that of the generic skeleton; which axis follows
which measure is a table (``data/prior_axes.csv``). ANSUR holds adults up to 58 years. Bones keep their length when
people grow old: limbs take the stature of youth, and the height lost since (Sorkin et al. 1999,
doi 10.1093/oxfordjournals.aje.a009934) is the trunk's. See docs/population.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import ScalingError
from models.skeleton.marker_sets import marker_set
from models.skeleton.tables import read_skeleton
from models.subject import Subject
from rl_scaling.people.tables import read_rows

Array = NDArray[np.float64]
BinarySex = Literal["f", "m"]

GENERIC_STATURE_MM = 1700.0
"""Stature of the man whose proportions the generic skeleton has (Rajagopal et al. 2016)."""

MEAN_AGE_YEARS: dict[str, float] = {"m": 30.2, "f": 28.9}
"""Mean age of ANSUR II, from which slopes with age count."""

# Height lost since 30: c (age - 30)^p [mm], a power law through Sorkin's 3 and 5 cm (men) and 5 and 8 cm (women) at 70
# and 80 years.
_HEIGHT_LOSS = {"m": (6.43e-3, 2.29), "f": (2.11e-2, 2.11)}
# Spread of the loss between persons, share of its mean. Recalled, not read; see docs/population.md.
HEIGHT_LOSS_SPREAD = 0.5
# Share of the lost height that lies below C7; the rest is the neck's, which the skeleton does not have. Assumed.
LOSS_BELOW_C7 = 0.85
# ANSUR II: mean and SD of stature [mm] and mass [kg] and of their logarithms, and the correlation of those.
_BUILD = {"m": (1756.0, 85.5, 0.039, 0.165, 0.47), "f": (1629.0, 67.8, 0.039, 0.161, 0.54)}
# Means are straight lines in mass; beyond what ANSUR holds (three SD at a given stature) they are not drawn on.
_MASS_RANGE_SD = 3.0


@dataclass(frozen=True)
class Prior:
    """Gaussian of the log scale factors of one person.

    Attributes
    ----------
    mean_log : ndarray, shape (n_params,)
        Natural logarithm of the expected factors.
    covariance : ndarray, shape (n_params, n_params)
    parameters : tuple of str
        ``segment_axis``, e.g. ``femur_y``; left and right share one.
    """

    mean_log: Array
    covariance: Array
    parameters: tuple[str, ...]

    def sample(self, n: int, generator: np.random.Generator) -> Array:
        """Draw log factors, shape (n, n_params)."""
        return generator.multivariate_normal(self.mean_log, self.covariance, size=n, method="cholesky")


@dataclass(frozen=True)
class _Axis:
    parameter: str
    measure: str
    plus_mm: float
    generic: str
    own_sd: float
    ages: bool


@dataclass(frozen=True)
class _Measures:
    """ANSUR's measures of one sex: coefficients of the mean, and log correlations; mass is the last of these."""

    names: tuple[str, ...]
    coefficients: Array
    sd_mm: Array
    per_decade_mm: Array
    correlations: Array

    def mean_mm(self, stature_mm: float, mass_kg: float) -> Array:
        return self.coefficients @ np.array([1.0, stature_mm - 1700.0, mass_kg - 75.0])

    def correlations_at_mass(self) -> Array:
        """Correlations once mass is known too."""
        with_mass = self.correlations[:-1, -1]
        left = self.correlations[:-1, :-1] - np.outer(with_mass, with_mass)
        spread = np.sqrt(np.diag(left))
        return left / np.outer(spread, spread)


def parameters() -> tuple[str, ...]:
    """Names of the scale parameters, in the order of every vector here: 7 segments of 3 axes."""
    return tuple(axis.parameter for axis in _axes())


def prior(subject: Subject) -> Prior:
    """Return what is known of a person's log scale factors from height, mass, sex and age.

    Parameters
    ----------
    subject : Subject
        Sex ``unspecified`` gives the Gaussian with the moments of an even mixture of both; without an age no height
        is taken as lost.
    """
    names = parameters()
    if subject.sex != "unspecified":
        return Prior(*_moments(subject, subject.sex), names)
    (mean_m, cov_m), (mean_f, cov_f) = (_moments(subject, "m"), _moments(subject, "f"))
    apart = mean_m - mean_f
    return Prior(0.5 * (mean_m + mean_f), 0.5 * (cov_m + cov_f) + 0.25 * np.outer(apart, apart), names)


def ties(bodies: tuple[str, ...]) -> Array:
    """Return which parameter each axis of each body takes, shape (3 n_bodies, n_params) of zeros and ones.

    ``ties(bodies) @ log_parameters`` reshaped to (n_bodies, 3) are the bodies' log factors.

    Raises
    ------
    ScalingError
        A body belongs to no segment.
    """
    segment_of = {row["body"]: row["segment"] for row in read_rows("segments.csv")}
    names = parameters()
    matrix = np.zeros((3 * len(bodies), len(names)))
    for index, body in enumerate(bodies):
        segment = segment_of.get(body.removesuffix("_r").removesuffix("_l"))
        if segment is None:
            raise ScalingError(
                f"The body {body!r} belongs to no segment that is scaled.",
                hint=f"Bodies known (with _r or _l where there are two): {', '.join(segment_of)}.",
            )
        for axis, letter in enumerate("xyz"):
            matrix[3 * index + axis, names.index(f"{segment}_{letter}")] = 1.0
    return matrix


def height_lost_mm(age_years: float | None, sex: BinarySex) -> float:
    """Mean height lost since the age of 30 [mm]; none before, none where the age is not known."""
    if age_years is None or age_years <= 30.0:
        return 0.0
    factor, power = _HEIGHT_LOSS[sex]
    return float(factor * (age_years - 30.0) ** power)


def _moments(subject: Subject, sex: BinarySex) -> tuple[Array, Array]:
    """Mean and covariance of the log factors of one sex."""
    measures, axes, generic = _measures(sex), _axes(), _generic_lengths_mm()
    lost_mm = height_lost_mm(subject.age_years, sex)
    youth_mm = 1000.0 * subject.height_m + lost_mm
    mean_mm = measures.mean_mm(youth_mm, _bounded_mass_kg(subject.mass_kg, youth_mm, sex))
    aged_mm = mean_mm.copy()
    if subject.age_years is not None:
        aged_mm += measures.per_decade_mm * (subject.age_years - MEAN_AGE_YEARS[sex]) / 10.0

    n_measures = len(measures.names)
    log_factor = np.zeros(len(axes))
    # Change of the log factors with the log of each measure, and with each mm of height lost.
    by_measure, by_loss = np.zeros((len(axes), n_measures)), np.zeros(len(axes))
    for row, axis in enumerate(axes):
        if axis.measure == "stature":
            log_factor[row] = np.log(youth_mm / GENERIC_STATURE_MM)
            by_loss[row] = 1.0 / youth_mm
            continue
        column = measures.names.index(axis.measure)
        measure_mm = aged_mm[column] if axis.ages else mean_mm[column]
        length_mm = measure_mm + axis.plus_mm
        log_factor[row] = np.log(length_mm / generic[axis.parameter])
        by_measure[row, column] = mean_mm[column] / length_mm
        by_loss[row] = measures.coefficients[column, 1] / length_mm

    own = np.diag([axis.own_sd**2 for axis in axes])
    relative = measures.sd_mm / mean_mm
    covariance = own + by_measure @ (measures.correlations_at_mass() * np.outer(relative, relative)) @ by_measure.T

    # The trunk's row holds hip to C7 so far; the torso's own is what remains of it below the lumbar joint's height.
    torso, pelvis = (parameters().index(name) for name in ("torso_y", "pelvis_y"))
    low_mm = _generic_pelvis_mm() * np.exp(log_factor[pelvis])
    whole_mm = generic["torso_y"] * np.exp(log_factor[torso])
    high_mm = whole_mm - LOSS_BELOW_C7 * lost_mm - low_mm
    log_factor[torso] = np.log(high_mm / (generic["torso_y"] - _generic_pelvis_mm()))
    change = np.eye(len(axes))
    change[torso, torso], change[torso, pelvis] = whole_mm / high_mm, -low_mm / high_mm
    # Who lost more than the mean of their age was taller, with longer limbs, and has a shorter trunk now.
    by_loss = change @ by_loss
    by_loss[torso] -= LOSS_BELOW_C7 / high_mm
    lost_sd_mm = HEIGHT_LOSS_SPREAD * lost_mm
    return log_factor, change @ covariance @ change.T + lost_sd_mm**2 * np.outer(by_loss, by_loss)


def _bounded_mass_kg(mass_kg: float, stature_mm: float, sex: BinarySex) -> float:
    mean_stature, mean_mass, sd_log_stature, sd_log_mass, correlation = _BUILD[sex]
    expected = np.log(mean_mass) - 0.5 * sd_log_mass**2
    expected += correlation * sd_log_mass / sd_log_stature * np.log(stature_mm / mean_stature)
    reach = _MASS_RANGE_SD * sd_log_mass * np.sqrt(1.0 - correlation**2)
    return float(np.exp(np.clip(np.log(mass_kg), expected - reach, expected + reach)))


@cache
def _axes() -> tuple[_Axis, ...]:
    return tuple(
        _Axis(
            parameter=row["parameter"],
            measure=row["measure"],
            plus_mm=float(row["plus_mm"]),
            generic=row["generic"],
            own_sd=float(row["own_sd"]),
            ages=row["ages"] == "yes",
        )
        for row in read_rows("prior_axes.csv")
    )


@cache
def _measures(sex: BinarySex) -> _Measures:
    rows = [row for row in read_rows("ansur_measures.csv") if row["sex"] == sex]
    names = tuple(row["measure"] for row in rows)
    correlations = read_rows(f"ansur_correlations_{sex}.csv")
    columns = (*names, "mass")
    by_name = {row["measure"]: row for row in correlations}
    return _Measures(
        names=names,
        coefficients=np.array(
            [[float(row[k]) for k in ("at_1700mm_75kg", "per_mm_stature", "per_kg")] for row in rows]
        ),
        sd_mm=np.array([float(row["sd_mm"]) for row in rows]),
        per_decade_mm=np.array([float(row["per_decade"]) for row in rows]),
        correlations=np.array([[float(by_name[a][b]) for b in columns] for a in columns]),
    )


@cache
def _generic_lengths_mm() -> dict[str, float]:
    """What the generic skeleton has of each parameter's measure; heights in its default, upright pose."""
    joint = {entry.name: entry for entry in read_skeleton().joints}
    knee, ankle = joint["walker_knee_r"], joint["ankle_r"]
    epicondyle_m = marker_set("study").marker("r_knee_study").offset_m[1]
    shank_m = knee.child_translation_m[1] - ankle.parent_translation_m[1]
    own_mm = {
        "hip_to_knee": -1000.0 * epicondyle_m,
        "knee_to_ankle": 1000.0 * (epicondyle_m - knee.parent_translation_m[1] + shank_m),
        "hip_to_c7": _generic_pelvis_mm() + 1000.0 * marker_set("study").marker("C7_study").offset_m[1],
    }
    measures = _measures("m")
    mass_kg = sum(body.mass_kg for body in read_skeleton().bodies)
    own_mm |= dict(zip(measures.names, measures.mean_mm(GENERIC_STATURE_MM, mass_kg), strict=True))
    return {
        axis.parameter: own_mm[axis.measure if axis.generic == "ansur" else axis.generic]
        for axis in _axes()
        if axis.measure != "stature"
    }


@cache
def _generic_pelvis_mm() -> float:
    """Height of the lumbar joint above the hip centres [mm]."""
    joint = {entry.name: entry for entry in read_skeleton().joints}
    return 1000.0 * (joint["back"].parent_translation_m[1] - joint["hip_r"].parent_translation_m[1])
