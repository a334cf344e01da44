"""Where along a movement curves differ: statistical parametric mapping in one dimension (spm1d)."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
import pandas as pd
from spm1d import rft1d
from spm1d import stats as spm
from spm1d.stats._spm import SPM_T

from models.errors import SettingsError
from pipeline.trajectories import Array

ALPHA = 0.05
FEWEST = 5
"""Random field theory needs the residuals' smoothness; below this many participants it is hardly known."""


@dataclass(frozen=True)
class CurveTest:
    """Outcome of a test along a curve, two-sided.

    Attributes
    ----------
    test : str
    statistic : ndarray, shape (101,)
        Student's t at each percent.
    threshold : float
        What ``|statistic|`` exceeds anywhere with the chance ``alpha`` where there is no effect.
    alpha, df : float
    fwhm_percent : float
        Smoothness of the residuals.
    clusters : DataFrame
        Stretches beyond the threshold: ``start_percent``, ``stop_percent``, ``direction`` (+1, -1), ``p_peak`` (chance
        that ``|statistic|`` comes as high anywhere) and ``p_cluster`` (chance of a stretch as long, spm1d's usual p;
        it needs curves of the same smoothness all along and is too small where they are not).
    """

    test: str
    statistic: Array
    threshold: float
    alpha: float
    df: float
    fwhm_percent: float
    clusters: pd.DataFrame


def compare_curves(first: pd.DataFrame, second: pd.DataFrame, *, alpha: float = ALPHA) -> CurveTest:
    """Compare the curves of two independent groups; positive where the second is larger.

    Welch's t at each percent, judged by random field theory with the mean of the Satterthwaite degrees of freedom over
    the curve. spm1d's own two-sample test keeps the pooled variance even with ``equal_var=False``: with 20 and 8
    participants and twice the SD in the smaller group it finds a difference in 21-26 % of null data sets where 5 % are
    meant, this one in 4.5 % (docs/statistics.md).

    Parameters
    ----------
    first, second : DataFrame
        One row a participant, columns 0 ... 100 (%), as `participant_curves` returns them for one group.
    alpha : float

    Raises
    ------
    SettingsError
        Too few participants, gaps, or no spread at some percent.
    """
    one, two = _checked(first, "First group"), _checked(second, "Second group")
    errors = [np.var(values, axis=0, ddof=1) / len(values) for values in (one, two)]
    total = errors[0] + errors[1]
    df = total**2 / (errors[0] ** 2 / (len(one) - 1) + errors[1] ** 2 / (len(two) - 1))
    residuals = np.vstack([one - one.mean(axis=0), two - two.mean(axis=0)])
    fwhm = rft1d.geom.estimate_fwhm(residuals)
    resels = rft1d.geom.resel_counts(residuals, fwhm, element_based=False)
    statistic = (two.mean(axis=0) - one.mean(axis=0)) / np.sqrt(total)
    field = SPM_T(statistic, (1, float(df.mean())), fwhm, resels, residuals=residuals)
    return _outcome("two samples (Welch)", field, alpha)


def compare_paired_curves(first: pd.DataFrame, second: pd.DataFrame, *, alpha: float = ALPHA) -> CurveTest:
    """Compare two curves of the same participants, such as two visits; positive where the second is larger.

    Parameters
    ----------
    first, second : DataFrame
        One row a participant; participants are matched by the index, those with one curve are left out.
    alpha : float

    Raises
    ------
    SettingsError
        Too few participants with both curves, gaps, or no spread of the differences at some percent.
    """
    both = first.index.intersection(second.index)
    _checked(second.loc[both] - first.loc[both], "Differences")
    field = spm.ttest_paired(second.loc[both].to_numpy(float), first.loc[both].to_numpy(float))
    return _outcome("paired", field, alpha)


def regress_curves(curves: pd.DataFrame, measure: pd.Series, *, alpha: float = ALPHA) -> CurveTest:
    """Relate curves to a clinical measure by linear regression; positive where the curve grows with it.

    Parameters
    ----------
    curves : DataFrame
        One row a participant.
    measure : Series
        Numbers, with the index of ``curves``; participants without one are left out.
    alpha : float

    Raises
    ------
    SettingsError
        Too few participants with both, gaps, or no spread.
    """
    known = measure.reindex(curves.index).dropna()
    values = _checked(curves.loc[known.index], "Curves")
    if known.nunique() < 2:
        raise SettingsError("All values of the measure are equal.", hint="Nothing can depend on it in this study.")
    return _outcome("regression", spm.regress(values, known.to_numpy(float)), alpha)


def _checked(curves: pd.DataFrame, name: str) -> Array:
    values = curves.to_numpy(dtype=float)
    if len(values) < FEWEST:
        raise SettingsError(
            f"{name}: {len(values)} participants with a curve; {FEWEST} or more are needed.",
            hint="Compare peak values instead, or measure more participants.",
        )
    if np.isnan(values).any() or bool((np.ptp(values, axis=0) == 0).any()):
        raise SettingsError(
            f"{name}: a curve has gaps, or at some percent all are equal.",
            hint="Choose events between which the curve is known for everybody.",
        )
    return values


def _outcome(test: str, field: Any, alpha: float) -> CurveTest:
    found = field.inference(alpha, two_tailed=True)
    statistic = np.asarray(field.z, dtype=float)
    clusters = [
        {
            "start_percent": float(cluster.endpoints[0]),
            "stop_percent": float(cluster.endpoints[1]),
            "direction": int(cluster.csign),
            "p_peak": _chance(_peak(statistic, *cluster.endpoints), field),
            "p_cluster": float(cluster.P),
        }
        for cluster in found.clusters
    ]
    columns = ["start_percent", "stop_percent", "direction", "p_peak", "p_cluster"]
    return CurveTest(
        test=test,
        statistic=statistic,
        threshold=float(found.zstar),
        alpha=alpha,
        df=float(field.df[1]),
        fwhm_percent=float(field.fwhm),
        clusters=pd.DataFrame(clusters, columns=columns),
    )


def _peak(statistic: Array, start_percent: float, stop_percent: float) -> float:
    return float(np.max(np.abs(statistic[ceil(start_percent) : floor(stop_percent) + 1])))


def _chance(height: float, field: Any) -> float:
    """Two-sided chance that the statistic comes as high anywhere along the curve."""
    one_sided = rft1d.t.sf_resels(height, field.df[1], field.resels, withBonf=True, nNodes=field.Q)
    return min(1.0, 2.0 * float(one_sided))
