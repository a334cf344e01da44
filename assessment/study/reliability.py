"""How well a study's own measurements repeat: ICC, standard error of measurement, smallest detectable change."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from assessment.study.groups import CONFIDENCE
from assessment.study.means import ENDPOINT
from assessment.uncertainty import Z95
from models.errors import SettingsError
from pipeline.trajectories import Array


def retest_reliability(means: pd.DataFrame, visits: tuple[str, ...], *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Reliability of participant means between visits at which nothing should have changed.

    Two-way analysis of variance of participants by visits (Shrout and Fleiss 1979, doi:10.1037/0033-2909.86.2.420;
    intervals of McGraw and Wong 1996, doi:10.1037/1082-989X.1.1.30). ICC(2,1): absolute agreement, visits a sample of
    all visits. ICC(3,1): consistency, a common shift between visits left out. The standard errors of measurement
    follow in the same two ways (Weir 2005, doi:10.1519/15184.1); MDC95 = 1.96 sqrt(2) SEM of agreement. Only
    participants with a value at every visit count.

    Parameters
    ----------
    means : DataFrame
        As `participant_means` returns it, of two or more visits.
    visits : tuple of str
        Which visits, in order.
    confidence : float

    Returns
    -------
    DataFrame
        One row an endpoint: ``n``, ``visits``, ``mean``, ``icc_2_1`` and ``icc_3_1`` with ``_low``, ``_high``,
        ``sem`` (agreement), ``sem_consistency`` with ``_low``, ``_high``, ``mdc95``, ``shift`` (last visit minus
        first) with ``_low``, ``_high``; ``note`` says why statistics are empty.

    Raises
    ------
    SettingsError
        Fewer than two visits are named, or nobody came to one of them.
    """
    there = sorted(means["visit"].unique())
    if len(set(visits)) < 2 or len(set(visits)) != len(visits) or not set(visits) <= set(there):
        raise SettingsError(
            f"Two or more visits of the study are needed, not {', '.join(visits)}.",
            hint=f"There are: {', '.join(there)}.",
        )
    rows = []
    for endpoint, table in means.groupby(ENDPOINT, sort=True):
        wide = table.pivot_table(index="participant", columns="visit", values="value")
        complete = wide.reindex(columns=list(visits)).dropna().to_numpy(dtype=float)
        rows.append(
            dict(zip(ENDPOINT, endpoint, strict=True))
            | {"n": len(complete), "visits": ", ".join(visits)}
            | _reliability(complete, confidence)
        )
    return pd.DataFrame(rows)


def _reliability(values: Array, confidence: float) -> dict[str, float | str]:
    names = (
        "mean", "icc_2_1", "icc_2_1_low", "icc_2_1_high", "icc_3_1", "icc_3_1_low", "icc_3_1_high", "sem",
        "sem_consistency", "sem_consistency_low", "sem_consistency_high", "mdc95", "shift", "shift_low", "shift_high",
    )  # fmt: skip
    empty: dict[str, float | str] = dict.fromkeys(names, np.nan) | {"note": ""}
    if len(values) < 3:
        return empty | {"note": "Fewer than three participants have a value at every visit."}
    ms_people, ms_visits, ms_error = mean_squares(values)
    if ms_people == 0 or ms_error == 0:
        return empty | {"note": "There is no variation between participants, or none within."}
    n, k = values.shape
    visit_variance = max((ms_visits - ms_error) / n, 0.0)
    sem = np.sqrt(visit_variance + ms_error)
    df = (n - 1) * (k - 1)
    tails = (1 - confidence) / 2, (1 + confidence) / 2
    sem_high, sem_low = (np.sqrt(df * ms_error / stats.chi2.ppf(tail, df)) for tail in tails)
    shift = values[:, -1] - values[:, 0]
    half = stats.t.ppf(tails[1], n - 1) * shift.std(ddof=1) / np.sqrt(n)
    numbers = (
        values.mean(), *icc_agreement(values, confidence), *icc_consistency(values, confidence), sem,
        np.sqrt(ms_error), sem_low, sem_high, Z95 * np.sqrt(2.0) * sem, shift.mean(), shift.mean() - half,
        shift.mean() + half,
    )  # fmt: skip
    return empty | {name: float(number) for name, number in zip(names, numbers, strict=True)}


def mean_squares(values: Array) -> tuple[float, float, float]:
    """Mean squares of participants, visits and error of a table, shape (participants, visits)."""
    n, k = values.shape
    grand = values.mean()
    people = k * np.sum((values.mean(axis=1) - grand) ** 2)
    visits = n * np.sum((values.mean(axis=0) - grand) ** 2)
    error = np.sum((values - grand) ** 2) - people - visits
    return float(people / (n - 1)), float(visits / (k - 1)), float(max(error, 0.0) / ((n - 1) * (k - 1)))


def icc_agreement(values: Array, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """ICC(2,1) and its interval, of a table of shape (participants, visits)."""
    n, k = values.shape
    people, visits, error = mean_squares(values)
    icc = (people - error) / (people + (k - 1) * error + k * (visits - error) / n)
    a, b = k * icc / (n * (1 - icc)), 1 + k * icc * (n - 1) / (n * (1 - icc))
    df = (a * visits + b * error) ** 2 / ((a * visits) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)))
    upper = stats.f.ppf((1 + confidence) / 2, n - 1, df)
    lower = stats.f.ppf((1 + confidence) / 2, df, n - 1)
    rest = k * visits + (k * n - k - n) * error
    low = n * (people - upper * error) / (upper * rest + n * people)
    high = n * (lower * people - error) / (rest + n * lower * people)
    return float(icc), float(low), float(high)


def icc_consistency(values: Array, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """ICC(3,1) and its interval, of a table of shape (participants, visits)."""
    n, k = values.shape
    people, _, error = mean_squares(values)
    df = (n - 1) * (k - 1)
    f = people / error
    low = f / stats.f.ppf((1 + confidence) / 2, n - 1, df)
    high = f * stats.f.ppf((1 + confidence) / 2, df, n - 1)
    icc, lower, upper = ((ratio - 1) / (ratio + k - 1) for ratio in (f, low, high))
    return float(icc), float(lower), float(upper)
