"""Train a study's own model on its own labelled cohort."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches

import numpy as np
import pandas as pd

from assessment.profile.study_model.fit import fit
from assessment.profile.study_model.records import Feature, StudyModel
from assessment.profile.study_model.validation import cross_validate
from assessment.version import SARCOSCOPE_VERSION
from models.errors import SettingsError

# Two in every outer fold: fewer, and folds would say nothing.
MINIMUM_PER_LEVEL = 10
# Rule of thumb for logistic regression (Peduzzi 1996, J Clin Epidemiol 49:1373).
EVENTS_PER_FEATURE = 10
REPEATS = 5
SEED = 0
# Columns shown for a name that is none, beside those of its indicator.
_CLOSEST = 3


def train_study_model(
    table: pd.DataFrame,
    label: str,
    features: Sequence[str],
    *,
    name: str,
    levels: Sequence[str] | None = None,
    synthetic: bool = False,
    repeats: int = REPEATS,
    seed: int = SEED,
) -> StudyModel:
    """Train a logistic (two levels) or ordinal (more levels) model, and validate it by cross-validation.

    People who lack a feature or the label are left out; nothing is imputed.

    Parameters
    ----------
    table : DataFrame
        One row a person, of unique index.
    label : str
        Column of the label.
    features : sequence of str
        Columns of the features, numbers.
    name : str
        Of the study.
    levels : sequence of str or None
        The label's values from lowest to highest; None: the label holds numbers, whose order is taken.
    synthetic : bool
    repeats : int
        How often people are dealt into the folds anew.
    seed : int

    Raises
    ------
    SettingsError
        A column is missing or no number, people occur twice, the order of levels is not known, or people are too few.
    """
    _check_columns(table, [label, *features])
    order = _order(table[label], levels)
    numbers = table[list(features)].apply(pd.to_numeric, errors="coerce")
    unreadable = [one for one in features if (numbers[one].isna() & table[one].notna()).any()]
    if unreadable:
        raise SettingsError(
            f"Not all values are numbers in: {', '.join(unreadable)}.",
            hint="Features are numbers; empty where missing.",
        )
    place = {level: index for index, level in enumerate(order)}
    ranks = _texts(table[label]).map(place)
    complete = numbers.notna().all(axis=1) & ranks.notna()
    values = numbers[complete].to_numpy(float)
    ranked = ranks[complete].to_numpy(int)
    counts = [int((ranked == index).sum()) for index in range(len(order))]
    _check_enough(counts, order, int((~complete).sum()))
    constant = [one for one, spread in zip(features, values.std(axis=0), strict=True) if spread == 0.0]
    if constant:
        raise SettingsError(
            f"Everybody has the same value of: {', '.join(constant)}.", hint="Leave it out: it tells nothing apart."
        )
    found = fit(values, ranked, seed)
    low, high = np.quantile(values, (0.025, 0.975), axis=0)
    return StudyModel(
        name=name,
        kind="binary" if len(order) == 2 else "ordinal",
        label=label,
        levels=order,
        counts=counts,
        n=len(values),
        n_incomplete=int((~complete).sum()),
        features=[
            Feature(
                name=one,
                mean=float(found.mean[index]),
                sd=float(found.sd[index]),
                low=float(low[index]),
                high=float(high[index]),
                coefficient=float(found.coefficients[index]),
            )
            for index, one in enumerate(features)
        ],
        thresholds=found.thresholds.tolist(),
        covariance=found.covariance.tolist(),
        penalty_c=found.penalty_c,
        validation=cross_validate(values, ranked, order, fit, repeats=repeats, seed=seed),
        warnings=_warnings(counts, len(features)),
        synthetic=synthetic,
        created=date.today().isoformat(),
        sarcoscope_version=SARCOSCOPE_VERSION,
    )


def _check_columns(table: pd.DataFrame, needed: list[str]) -> None:
    columns = list(map(str, table.columns))
    if len(needed) < 2:
        raise SettingsError("No feature is given.", hint=f"Give one or more. {_in_short(columns)}")
    if len(set(needed)) < len(needed):
        raise SettingsError(
            "A column is named twice, or the label is also a feature.",
            hint="Name every feature once, and not the label.",
        )
    missing = [column for column in needed if column not in table.columns]
    if missing:
        raise SettingsError(
            f"The study's table has no column {', '.join(missing)}.",
            hint=_meant(missing, columns),
        )
    if table.index.has_duplicates:
        raise SettingsError(
            "People occur more than once in the study's table.",
            hint="One row a person: rows of one person in two folds would make the validation look better than it is.",
        )


def _meant(missing: Sequence[str], columns: list[str]) -> str:
    """Columns like those that are not there: of the same indicator, and the closest by their letters."""
    like = [
        column
        for name in missing
        for column in (
            *(column for column in columns if column.split("@")[0] == name.split("@")[0]),
            *get_close_matches(name, columns, n=_CLOSEST),
        )
    ]
    if like:
        return f"Did you mean {' or '.join(dict.fromkeys(like))}? The table has {len(columns)} columns."
    return _in_short(columns)


def _in_short(columns: list[str]) -> str:
    """What columns there are, without the hundred of indicators in movements."""
    plain = [column for column in columns if "@" not in column]
    measured = [column for column in columns if "@" in column]
    such = f"; {len(measured)} are INDICATOR@MOVEMENT, such as {measured[0]}" if measured else ""
    return f"The table has {len(columns)} columns: {', '.join(plain)}{such}."


def _order(label: pd.Series, levels: Sequence[str] | None) -> list[str]:
    present = list(dict.fromkeys(_texts(label).dropna()))
    if levels is not None:
        unknown = sorted(set(present) - set(levels))
        if unknown or len(set(levels)) < 2:
            found = ", ".join(unknown) or "fewer than two are given"
            raise SettingsError(
                f"The label has values that are not among the levels: {found}.",
                hint="Give every value of the label once as --level, from lowest to highest.",
            )
        return list(levels)
    if not pd.api.types.is_numeric_dtype(label):
        raise SettingsError(
            f"The order of the label's values is not known: {', '.join(present)}.",
            hint="Give them as --level, from lowest to highest.",
        )
    return list(dict.fromkeys(_texts(label.dropna().sort_values())))


def _texts(label: pd.Series) -> pd.Series:
    """Values as texts, whole numbers without a decimal point; missing ones stay missing."""
    return label.map(lambda value: f"{value:g}" if isinstance(value, int | float) else str(value), na_action="ignore")


def _check_enough(counts: list[int], order: list[str], incomplete: int) -> None:
    if len(order) < 2 or min(counts) < MINIMUM_PER_LEVEL:
        found = ", ".join(f"{level}: {count}" for level, count in zip(order, counts, strict=True))
        raise SettingsError(
            f"Too few people for a model ({found}; {incomplete} people were incomplete).",
            hint=f"At least two levels with {MINIMUM_PER_LEVEL} complete people each are needed. Join levels, or leave "
            "out features that many people lack.",
        )


def _warnings(counts: list[int], n_features: int) -> list[str]:
    events = min(min(sum(counts[: index + 1]), sum(counts[index + 1 :])) for index in range(len(counts) - 1))
    if events >= EVENTS_PER_FEATURE * n_features:
        return []
    return [
        f"{events} people on the smaller side of a level for {n_features} features; fewer than {EVENTS_PER_FEATURE} "
        "per feature make a model unstable (Peduzzi 1996)."
    ]
