"""Two groups compared, indicator by indicator."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special, stats

from assessment.study.means import ENDPOINT, one_visit, two_groups
from pipeline.trajectories import Array

CONFIDENCE = 0.95


def compare_groups(
    means: pd.DataFrame, groups: tuple[str, str], *, visit: str | None = None, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Compare participant means of two independent groups.

    Differences are the second group minus the first. Welch's t-test and its interval allow unequal variances; the
    Mann-Whitney test (exact in small samples without ties) asks whether one group tends to larger values, with the
    probability of superiority as its size. Hedges' g: `hedges_g`. p values are raw; see `adjust`.

    Parameters
    ----------
    means : DataFrame
        As `participant_means` returns it.
    groups : (str, str)
        The reference first.
    visit : str or None
        Needed where participants came more than once.
    confidence : float
        Of all intervals.

    Returns
    -------
    DataFrame
        One row an endpoint. Of each group (``_1``, ``_2``): ``n`` with a value, ``mean``, ``sd``, ``without_value``
        (participants), ``withheld_share`` (of the computed values). ``difference``, ``hedges_g`` with ``_low`` and
        ``_high``; ``p_welch``, ``p_mann_whitney``, ``superiority``; ``note`` says why statistics are empty.

    Raises
    ------
    SettingsError
        A group or a visit does not exist, or there are several visits and none is named.
    """
    chosen = one_visit(means, visit)
    two_groups(chosen, groups)
    rows = []
    for endpoint, table in chosen.groupby(ENDPOINT, sort=True):
        first, second = (table[table["group"] == group] for group in groups)
        rows.append(
            dict(zip(ENDPOINT, endpoint, strict=True))
            | {"group_1": groups[0], "group_2": groups[1]}
            | _described(first, "1")
            | _described(second, "2")
            | _compared(_values(first), _values(second), confidence)
        )
    return pd.DataFrame(rows)


def hedges_g(first: Array, second: Array, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """Hedges' g, second minus first, with its confidence interval.

    The difference of means over the pooled SD, times the exact small-sample factor J = gamma(df/2) / (sqrt(df/2)
    gamma((df-1)/2)) (Hedges 1981, doi:10.3102/10769986006002107). The interval inverts the noncentral t distribution
    of the pooled t statistic (Cumming and Finch 2001, doi:10.1177/0013164401614002), times J: it assumes normal values
    of equal variance in both groups.

    Parameters
    ----------
    first, second : ndarray, shape (n,)
        At least two values each, not all equal.
    confidence : float

    Returns
    -------
    g, low, high : float
    """
    n1, n2 = len(first), len(second)
    df = n1 + n2 - 2
    pooled = np.sqrt(((n1 - 1) * np.var(first, ddof=1) + (n2 - 1) * np.var(second, ddof=1)) / df)
    d = (np.mean(second) - np.mean(first)) / pooled
    factor = np.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / np.sqrt(df / 2)
    per_noncentrality = np.sqrt(1 / n1 + 1 / n2)
    tail = (1 - confidence) / 2
    t = d / per_noncentrality
    low, high = (special.nctdtrinc(df, p, t) * per_noncentrality for p in (1 - tail, tail))
    return float(factor * d), float(factor * low), float(factor * high)


def _values(table: pd.DataFrame) -> Array:
    return table["value"].dropna().to_numpy(dtype=float)


def _described(table: pd.DataFrame, number: str) -> dict[str, float]:
    values = _values(table)
    computed = int(table["n_rows"].sum())
    described = {
        "n": len(values),
        "mean": values.mean() if len(values) else np.nan,
        "sd": values.std(ddof=1) if len(values) > 1 else np.nan,
        "without_value": int(table["value"].isna().sum()),
        "withheld_share": table["n_withheld"].sum() / computed if computed else np.nan,
    }
    return {f"{name}_{number}": value for name, value in described.items()}


def _compared(first: Array, second: Array, confidence: float) -> dict[str, float | str]:
    names = (
        "difference", "difference_low", "difference_high", "p_welch",
        "superiority", "p_mann_whitney", "hedges_g", "hedges_g_low", "hedges_g_high",
    )  # fmt: skip
    compared: dict[str, float | str] = dict.fromkeys(names, np.nan) | {"note": ""}
    if min(len(first), len(second)) < 2:
        return compared | {"note": "A group has fewer than two participants with a value."}
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return compared | {"note": "All values of a group are equal."}
    welch = stats.ttest_ind(second, first, equal_var=False)
    interval = welch.confidence_interval(confidence)
    ranks = stats.mannwhitneyu(second, first)
    return compared | dict(
        zip(
            names,
            (
                second.mean() - first.mean(), interval.low, interval.high, welch.pvalue,
                ranks.statistic / (len(first) * len(second)), ranks.pvalue, *hedges_g(first, second, confidence),
            ),
            strict=True,
        )
    )  # fmt: skip
