"""Many tests, one family: Holm and Benjamini-Hochberg."""

from __future__ import annotations

import pandas as pd
from statsmodels.stats.multitest import multipletests

from assessment.study.base import require_columns
from models.errors import SettingsError


def adjust(results: pd.DataFrame, p: str, *, family: str, members: pd.DataFrame) -> pd.DataFrame:
    """Adjust the p values of a declared family of tests, and keep the raw ones beside them.

    Holm's p values control the chance of any false positive in the family, whatever the dependence between tests
    (Holm 1979); Benjamini and Hochberg's the expected share of false ones among the positives, for independent or
    positively dependent tests (doi:10.1111/j.2517-6161.1995.tb02031.x). A member that could not be tested (empty p)
    still counts in the size of the family, because it was planned.

    Parameters
    ----------
    results : DataFrame
        One row a test.
    p : str
        Its column of raw p values.
    family : str
        What the family is called, such as ``primary: torque``.
    members : DataFrame
        The tests of the family, as declared before the data were looked at: columns of ``results``, one row a test.

    Returns
    -------
    DataFrame
        The family's rows with ``family``, ``family_size``, ``<p>_holm`` and ``<p>_bh``.

    Raises
    ------
    SettingsError
        The family is empty or lists a test twice, a declared test has no result, or more than one.
    """
    keys = list(members.columns)
    require_columns(results, [*keys, p], "The table of results")
    if members.empty or members.duplicated().any():
        raise SettingsError(
            f"The family {family!r} is empty or lists a test twice.", hint="Declare each test of the family once."
        )
    counts = members.merge(results[keys].value_counts().rename("found").reset_index(), on=keys, how="left")
    wrong = counts[counts["found"] != 1]
    if len(wrong):
        row = wrong.iloc[0]
        found = "no result" if pd.isna(row["found"]) else f"{int(row['found'])} results"
        raise SettingsError(
            f"The family {family!r} declares {', '.join(f'{key} {row[key]}' for key in keys)}, which has {found}.",
            hint="Correct the spelling, or declare more columns (variant, side, measure) so that one result is meant.",
        )
    chosen = members.merge(results, on=keys, how="left")
    planned = chosen[p].fillna(1.0)
    adjusted = {
        f"{p}_{short}": pd.Series(multipletests(planned, method=method)[1], index=chosen.index).where(chosen[p].notna())
        for short, method in (("holm", "holm"), ("bh", "fdr_bh"))
    }
    return chosen.assign(family=family, family_size=len(chosen), **adjusted)
