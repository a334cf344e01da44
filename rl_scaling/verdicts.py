"""What each scale factor rests on, markers or anthropometry, and whether the two are far apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.skeleton.scale_factors import PLAUSIBLE_FACTORS

Array = NDArray[np.float64]
VerdictKind = Literal["measured", "partly", "from anthropometry"]

# Shares of the variance left by height, mass, sex and age that the recording takes away: the standard error is at most
# 0.7 and 0.9 of what it would be without markers.
MEASURED, PARTLY = 0.5, 0.2
# Farther than this from what height, mass, sex and age lead to expect, one person in 370 is [SD].
FAR_SD = 3.0
_AT_LIMIT = 1e-6


@dataclass(frozen=True)
class Verdict:
    """What one scale parameter rests on.

    Attributes
    ----------
    parameter : str
        ``segment_axis``.
    kind : {'measured', 'partly', 'from anthropometry'}
    text : str
        The same in a sentence.
    """

    parameter: str
    kind: VerdictKind
    text: str


def verdict(parameter: str, standard_error: float, prior_sd: float, n_markers: int) -> Verdict:
    """Say what a parameter rests on.

    Parameters
    ----------
    parameter : str
    standard_error, prior_sd : float
        Of the log factor: with the recording, and of people of that height, mass, sex and age.
    n_markers : int
        Markers that show its segment.
    """
    known = max(0.0, 1.0 - (standard_error / prior_sd) ** 2)
    segment, _, axis = parameter.rpartition("_")
    expected = "what height, mass, sex and age lead to expect"
    if n_markers == 0:
        text = f"no marker of the {segment} is seen: the factor is {expected}."
        return Verdict(parameter, "from anthropometry", f"{segment} {axis.upper()}: {text}")
    share = f"the recording takes away {100.0 * known:.0f} % of the variance among people of that build"
    kind: VerdictKind
    if known >= MEASURED:
        kind, text = "measured", f"measured: {share}."
    elif known >= PARTLY:
        kind, text = "partly", f"partly measured: {share}, the rest is {expected}."
    else:
        kind, text = "from anthropometry", f"the markers say little ({share}): the factor is near {expected}."
    return Verdict(parameter, kind, f"{segment} {axis.upper()}: {text}")


def notes_on(parameters: tuple[str, ...], log_factors: Array, mean: Array, sd: Array) -> tuple[str, ...]:
    """Name factors at the limit of what adults have, and those far from what was expected of the person.

    Parameters
    ----------
    parameters : tuple of str
    log_factors, mean, sd : ndarray, shape (n_params,)
        Found, and mean and standard deviation of the prior.
    """
    notes = []
    limits = np.log(PLAUSIBLE_FACTORS)
    for name, found, expected, spread in zip(parameters, log_factors, mean, sd, strict=True):
        segment, _, axis = name.rpartition("_")
        apart = (found - expected) / spread
        where = f"The scale factor of {segment} {axis.upper()} ({np.exp(found):.2f})"
        if np.abs(found - limits).min() < _AT_LIMIT:
            notes.append(f"{where} is at the limit of what adults have: check the markers of the {segment}.")
        elif abs(apart) > FAR_SD:
            notes.append(
                f"{where} is {abs(apart):.1f} standard deviations {'above' if apart > 0 else 'below'} what height, "
                f"mass, sex and age lead to expect ({np.exp(expected):.2f}): check these and the markers of the "
                f"{segment}."
            )
    return tuple(notes)
