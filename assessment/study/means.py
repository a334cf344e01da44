"""One value a participant: repetitions and sides of one person are not independent observations."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from assessment.study.base import Study
from models.errors import SettingsError
from pipeline.quality import Mark

Cautions = Literal["include", "exclude"]
Sides = Literal["average", "separate"]
ENDPOINT = ["activity", "variant", "indicator", "side", "unit"]
"""What one statistical test is about: a tandem stance and one with feet side by side are not averaged."""
BOTH_SIDES = "r+l"
_PERSON = ["participant", "visit", "group"]


def usable(indicators: pd.DataFrame, *, cautions: Cautions) -> pd.Series:
    """Which rows may be counted: never withheld ones, those with caution as asked for.

    Parameters
    ----------
    indicators : DataFrame
        With ``value`` and ``quality``.
    cautions : {'include', 'exclude'}
        Whether values marked *with caution* count. Decide it before looking at the result and report it.

    Raises
    ------
    SettingsError
        Another word is given.
    """
    one_of("cautions", cautions, ("include", "exclude"))
    kept = (indicators["quality"] != Mark.WITHHELD.value) & indicators["value"].notna()
    return kept if cautions == "include" else kept & (indicators["quality"] == Mark.REPORTED.value)


def participant_means(study: Study, *, cautions: Cautions, sides: Sides = "average") -> pd.DataFrame:
    """Average what was measured repeatedly, so that each participant counts once.

    Repetitions are averaged within trial and side, then trials within side, then sides: a longer trial does not weigh
    more. Where one side is missing the other stands for both; ``n_sides`` says so.

    Parameters
    ----------
    study : Study
    cautions : {'include', 'exclude'}
        As in `usable`.
    sides : {'average', 'separate'}
        Whether right and left become one value or two endpoints.

    Returns
    -------
    DataFrame
        One row an endpoint, participant and visit, those without a value included: ``participant``, ``visit``,
        ``group``, ``activity``, ``variant``, ``indicator``, ``side`` (``r+l`` where averaged), ``unit``, ``value``,
        ``n_values``, ``n_sides``, ``n_withheld``, ``n_cautions``, ``n_rows``. ``n_rows`` is 0 where the indicator was
        never computed, as when the trial is missing or failed.
    """
    one_of("sides", sides, ("average", "separate"))
    rows = study.indicators.copy()
    rows["counted"] = usable(rows, cautions=cautions)
    rows["own_side"] = rows["side"]
    if sides == "average":
        rows["side"] = rows["side"].where(rows["side"] == "", BOTH_SIDES)
    keys = ["participant", "visit", *ENDPOINT]
    counted = rows[rows["counted"]]
    of_trials = counted.groupby([*keys, "own_side", "trial"])["value"].mean()
    of_sides = of_trials.groupby([*keys, "own_side"]).mean().groupby(keys)
    counts = rows.groupby(keys).agg(
        n_values=("counted", "sum"),
        n_withheld=("quality", lambda quality: int((quality == Mark.WITHHELD.value).sum())),
        n_cautions=("quality", lambda quality: int((quality == Mark.WITH_CAUTION.value).sum())),
        n_rows=("quality", "size"),
    )
    table = counts.assign(value=of_sides.mean(), n_sides=of_sides.size())
    endpoints = rows[ENDPOINT].drop_duplicates().sort_values(ENDPOINT)
    everybody = study.participants[_PERSON].merge(endpoints, how="cross").join(table, on=keys)
    numbers = ["n_values", "n_sides", "n_withheld", "n_cautions", "n_rows"]
    everybody[numbers] = everybody[numbers].fillna(0).astype(int)
    order = [*_PERSON, *ENDPOINT, "value", *numbers]
    return everybody[order].sort_values([*ENDPOINT, "participant", "visit"], ignore_index=True)


def one_visit(means: pd.DataFrame, visit: str | None) -> pd.DataFrame:
    """Rows of one visit; of the only one where none is named.

    Raises
    ------
    SettingsError
        Participants came more than once and no visit is named, or nobody came to the one that is.
    """
    visits = sorted(means["visit"].unique())
    if visit is None and len(visits) > 1:
        raise SettingsError(
            "Participants came more than once, and visits of one person are not independent.",
            hint=f"Name one visit: {', '.join(visits)}. For changes between visits see `retest_reliability`.",
        )
    if visit is not None and visit not in visits:
        raise SettingsError(f"Nobody came to visit {visit}.", hint=f"There are: {', '.join(visits)}.")
    return means if visit is None else means[means["visit"] == visit]


def two_groups(table: pd.DataFrame, groups: tuple[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the first (reference) and of the second group.

    Raises
    ------
    SettingsError
        The two are the same, or one of them has no participant.
    """
    there = sorted(table["group"].unique())
    if len(set(groups)) != 2 or not set(groups) <= set(there):
        raise SettingsError(
            f"Two groups of the study are needed, not {' and '.join(groups)}.", hint=f"There are: {', '.join(there)}."
        )
    return table[table["group"] == groups[0]], table[table["group"] == groups[1]]


def one_of(name: str, value: str, accepted: tuple[str, ...]) -> None:
    """Raise a `SettingsError` that names what is accepted."""
    if value not in accepted:
        raise SettingsError(f"{name} is {value!r}.", hint=f"Accepted: {', '.join(accepted)}.")
