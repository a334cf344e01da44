"""Indicators against clinical measures: how closely they go together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from scipy import stats

from assessment.study.base import require_columns
from assessment.study.groups import CONFIDENCE
from assessment.study.means import ENDPOINT, one_visit
from models.errors import SettingsError
from pipeline.trajectories import Array

# Fisher's z has the variance 1 / (n - 3): fewer than five give no interval worth the name.
FEWEST = 5
RESAMPLES = 2000


def correlate(
    means: pd.DataFrame,
    participants: pd.DataFrame,
    measures: Sequence[str],
    *,
    adjust_for: Sequence[str] = (),
    visit: str | None = None,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> pd.DataFrame:
    """Correlate participant means with clinical measures.

    Pearson's r with Fisher's z interval (both normal); Spearman's rho with a bias-corrected and accelerated bootstrap
    interval (Efron 1987) over participants; partial r where covariates are given: the correlation of what a linear
    regression on them leaves of both, its interval by Fisher's z with n reduced by their number. Groups are pooled: a
    correlation may then only be the difference between groups; adjust for group, or correlate within one.

    Parameters
    ----------
    means : DataFrame
        As `participant_means` returns it.
    participants : DataFrame
        `Study.participants`; holds the measures and covariates.
    measures : sequence of str
        Numeric columns of ``participants``.
    adjust_for : sequence of str
        Columns to adjust for, such as ``age_years`` and ``sex``; text counts as categories.
    visit : str or None
        Needed where participants came more than once.
    confidence : float
    seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        One row an endpoint and measure: ``n`` (pairs with both values and all covariates), ``pearson_r``,
        ``spearman_rho`` and ``partial_r`` with ``_low``, ``_high`` and ``_p``; ``adjusted_for``; ``note`` says why
        statistics are empty.

    Raises
    ------
    SettingsError
        A column is missing or not numeric, or there are several visits and none is named.
    """
    require_columns(participants, [*measures, *adjust_for], "The table of participants")
    for measure in measures:
        if not pd.api.types.is_numeric_dtype(participants[measure]):
            raise SettingsError(
                f"{measure} is not a number for all participants.", hint="Correct the table; leave unknown ones empty."
            )
    columns = ["participant", "visit", *(c for c in dict.fromkeys([*measures, *adjust_for]) if c not in means)]
    table = one_visit(means, visit).merge(participants[columns], on=["participant", "visit"], how="left")
    rows = []
    for endpoint, rows_of_endpoint in table.groupby(ENDPOINT, sort=True):
        for measure in measures:
            pairs = rows_of_endpoint.dropna(subset=["value", measure, *adjust_for])
            rows.append(
                dict(zip(ENDPOINT, endpoint, strict=True))
                | {"measure": measure, "n": len(pairs), "adjusted_for": ", ".join(adjust_for)}
                | _correlations(pairs, measure, adjust_for, confidence, seed)
            )
    return pd.DataFrame(rows)


def _correlations(
    pairs: pd.DataFrame, measure: str, adjust_for: Sequence[str], confidence: float, seed: int
) -> dict[str, float | str]:
    kinds = ("pearson_r", "spearman_rho", "partial_r")
    empty: dict[str, float | str] = {f"{kind}{part}": np.nan for kind in kinds for part in ("", "_low", "_high", "_p")}
    x, y = pairs["value"].to_numpy(dtype=float), pairs[measure].to_numpy(dtype=float)
    if len(pairs) < FEWEST:
        return empty | {"note": f"Fewer than {FEWEST} participants with both values."}
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return empty | {"note": "All values are equal."}
    r, p = stats.pearsonr(x, y)
    found = empty | _named("pearson_r", r, fisher_interval(r, len(x), confidence), p) | {"note": ""}
    rho, p = stats.spearmanr(x, y)
    found |= _named("spearman_rho", rho, _bootstrap_interval(x, y, confidence, seed), p)
    if adjust_for:
        found |= _partial(pairs, measure, adjust_for, confidence)
    return found


def fisher_interval(r: float, n: int, confidence: float = CONFIDENCE, covariates: int = 0) -> tuple[float, float]:
    """Interval of a correlation by Fisher's z; covariates cost one participant each.

    Parameters
    ----------
    r : float
    n : int
        Participants.
    confidence : float
    covariates : int
        Columns that were regressed out.
    """
    free = n - covariates - 3
    if free < 1:
        return float("nan"), float("nan")
    if abs(r) >= 1.0:
        return r, r
    half = stats.norm.ppf((1 + confidence) / 2) / np.sqrt(free)
    return float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half))


def _named(kind: str, value: float, interval: tuple[float, float], p: float) -> dict[str, float | str]:
    return {kind: float(value), f"{kind}_low": interval[0], f"{kind}_high": interval[1], f"{kind}_p": float(p)}


def _bootstrap_interval(x: Array, y: Array, confidence: float, seed: int) -> tuple[float, float]:
    with np.errstate(invalid="ignore", divide="ignore"):
        result = stats.bootstrap(
            (x, y), _rank_correlation, paired=True, vectorized=True, n_resamples=RESAMPLES,
            confidence_level=confidence, method="BCa", rng=np.random.default_rng(seed),
        )  # fmt: skip
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def _rank_correlation(x: Array, y: Array, axis: int) -> Array:
    ranks = [stats.rankdata(values, axis=axis) for values in (x, y)]
    first, second = (rank - rank.mean(axis=axis, keepdims=True) for rank in ranks)
    return np.sum(first * second, axis=axis) / np.sqrt(np.sum(first**2, axis=axis) * np.sum(second**2, axis=axis))


def _partial(pairs: pd.DataFrame, measure: str, adjust_for: Sequence[str], confidence: float) -> dict[str, float | str]:
    names = {column: f"covariate_{number}" for number, column in enumerate(adjust_for)}
    table = pd.DataFrame(
        {"value": pairs["value"], "measure": pairs[measure]} | {new: pairs[old] for old, new in names.items()}
    )
    formula = " + ".join(names.values())
    fits = [smf.ols(f"{outcome} ~ {formula}", table).fit() for outcome in ("value", "measure")]
    covariates = int(fits[0].df_model)
    df = len(pairs) - 2 - covariates
    if df < 1:
        return {"note": "Too few participants for so many covariates."}
    r = float(np.corrcoef(fits[0].resid, fits[1].resid)[0, 1])
    t = r * np.sqrt(df / (1 - r**2)) if abs(r) < 1 else np.inf
    p = 2 * float(stats.t.sf(abs(t), df))
    return _named("partial_r", r, fisher_interval(r, len(pairs), confidence, covariates), p)
