"""Mixed models: every repetition counts, and still each participant only once."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from assessment.study.base import Study, require_columns
from assessment.study.groups import CONFIDENCE
from assessment.study.means import ENDPOINT, Cautions, one_of, one_visit, two_groups, usable

SideEffect = Literal["fixed", "nested"]
_GROUP = "group"
# What one model is about: its sides are in it.
_MODEL = [column for column in ENDPOINT if column != "side"]
_INSTEAD = "Compare participant means instead."
# A random effect below this share of the residual SD is estimated at zero.
_ZERO = 1e-2
# Below this share of the spread between participants the optimiser loses the standard errors (more than 2 % wrong at
# 0.001 against the balanced analysis of variance, any at 1e-5).
_HARDLY_ANY = 1e-3


def mixed_models(
    study: Study,
    groups: tuple[str, str],
    *,
    cautions: Cautions,
    side: SideEffect = "fixed",
    covariates: Sequence[str] = (),
    visit: str | None = None,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Fit ``value ~ group + side + covariates + (1 | participant / side)`` to the repetitions, indicator by indicator.

    Linear mixed models by restricted maximum likelihood (statsmodels MixedLM). Repetitions of one side are no
    independent observations of that side: each participant's sides deviate at random, and where that deviation cannot
    be estimated (it is near zero) it is left out and ``problem`` says so. Intervals and p values use Student's t with
    the degrees of freedom of the level at which a term varies (after the inner-outer rule, Pinheiro and Bates 2000,
    doi:10.1007/b98882, section 2.4): participants for a group, participants' sides for a side, participants' trials
    for a speed. The normal distribution, statsmodels' default, is too sure in small studies.

    Parameters
    ----------
    study : Study
        Choose indicators with `Study.where`.
    groups : (str, str)
        The reference first.
    cautions : {'include', 'exclude'}
        As in `usable`.
    side : {'fixed', 'nested'}
        Of indicators with two sides: whether there is, beside the random deviation, a difference between right and
        left common to all (``fixed``) or none (``nested``).
    covariates : sequence of str
        Numeric columns, or text for categories, of ``study.participants`` or of the indicators themselves
        (`with_covariate`, for speed).
    visit : str or None
        Needed where participants came more than once.
    confidence : float

    Returns
    -------
    DataFrame
        One row a term: ``activity``, ``variant``, ``indicator``, ``unit``, ``term`` (``group`` is second minus first),
        ``estimate``, ``estimate_low``, ``estimate_high``, ``standard_error``, ``df``, ``p``; of the model
        ``converged``, ``problem``, ``participant_sd``, ``side_sd``, ``residual_sd``, ``n_1``, ``n_2`` (participants)
        and ``n_values``. A model that did not converge has one row with empty estimates, and ``problem`` says so.

    Raises
    ------
    SettingsError
        A group, visit or covariate does not exist.
    """
    one_of("side", side, ("fixed", "nested"))
    rows = one_visit(study.indicators, visit)
    two_groups(rows, groups)
    rows = rows[usable(rows, cautions=cautions) & rows[_GROUP].isin(groups)]
    own = [column for column in covariates if column in rows]
    theirs = [column for column in covariates if column not in rows]
    require_columns(study.participants, theirs, "The table of participants")
    rows = rows.merge(study.participants[["participant", "visit", *theirs]], on=["participant", "visit"], how="left")
    results = [
        dict(zip(_MODEL, names, strict=True)) | term
        for names, table in rows.groupby(_MODEL, sort=True)
        for term in _fit(table.dropna(subset=[*own, *theirs]), groups, side, covariates, confidence)
    ]
    return pd.DataFrame(results)


def with_covariate(study: Study, indicator: str, *, cautions: Cautions) -> Study:
    """Add an indicator as a column of the others, to adjust for: its mean over the same trial, such as gait speed.

    Parameters
    ----------
    study : Study
    indicator : str
        Becomes the column's name.
    cautions : {'include', 'exclude'}
        As in `usable`.

    Raises
    ------
    SettingsError
        The indicator is not in the study.
    """
    rows = study.where(indicator=indicator).indicators
    keys = ["participant", "visit", "session", "trial"]
    speed = rows[usable(rows, cautions=cautions)].groupby(keys)["value"].mean().rename(indicator)
    return Study(study.indicators.join(speed, on=keys), study.participants)


def _fit(
    table: pd.DataFrame, groups: tuple[str, str], side: SideEffect, covariates: Sequence[str], confidence: float
) -> list[dict[str, object]]:
    people = table.groupby(_GROUP)["participant"].nunique().reindex(groups, fill_value=0)
    model: dict[str, object] = {"n_1": people.iloc[0], "n_2": people.iloc[1], "n_values": len(table)}
    names = {column: f"covariate_{number}" for number, column in enumerate(covariates)}
    data = table.rename(columns=names).assign(
        second_group=(table[_GROUP] == groups[1]).astype(float),
        right_side=table["side"].map({"r": 0.5, "l": -0.5}).fillna(0.0),
        person=table["participant"].astype("category").cat.codes,
    )
    sided = set(data["right_side"]) >= {-0.5, 0.5}
    between = [name for name in names.values() if _constant_within_people(data, name)]
    fixed = ["second_group", *(["right_side"] if sided and side == "fixed" else []), *names.values()]
    problem = _unfit(data, people, len(between))
    if problem:
        return [_failed(model, problem)]
    formula = f"value ~ {' + '.join(fixed)}"
    result, failure = _fitted(formula, data, nested=sided)
    left_out = sided and result is None
    if left_out:
        result, failure = _fitted(formula, data, nested=False)
    if result is None:
        return [_failed(model, f"{failure} {_INSTEAD}")]
    estimates, errors = result.fe_params, result.bse_fe
    residual_sd = float(np.sqrt(result.scale))
    participant_sd = float(np.sqrt(max(result.cov_re.iloc[0, 0], 0.0)))
    side_sd = float(np.sqrt(max(result.vcomp[0], 0.0))) if sided and not left_out else np.nan
    if residual_sd < _HARDLY_ANY * participant_sd:
        return [_failed(model, f"The repetitions of a participant hardly differ. {_INSTEAD}")]
    model |= {"participant_sd": participant_sd, "side_sd": side_sd, "residual_sd": residual_sd, "converged": True}
    at_zero = participant_sd < _ZERO * residual_sd
    remarks = ["The variance between participants is estimated at zero."] * at_zero
    remarks += ["Deviations of sides could not be estimated and were left out."] * left_out
    labels = {"second_group": _GROUP, "right_side": "side (r - l)"} | {new: old for old, new in names.items()}
    degrees = _degrees_of_freedom(data, list(estimates.index), between)
    terms = []
    for name, estimate in estimates.items():
        root, _, level = str(name).partition("[")
        error, df = errors[name], degrees[name]
        half = stats.t.ppf((1 + confidence) / 2, df) * error
        term = {
            "term": labels.get(root, root.lower()) + (f" [{level.removeprefix('T.')}" if level else ""),
            "estimate": estimate,
            "estimate_low": estimate - half,
            "estimate_high": estimate + half,
            "standard_error": error,
            "df": df,
            "p": 2 * stats.t.sf(abs(estimate / error), df),
        }
        terms.append(term | model | {"problem": " ".join(remarks)})
    return sorted(terms, key=lambda term: term["term"] != _GROUP)


def _degrees_of_freedom(data: pd.DataFrame, terms: list[str], between: list[str]) -> dict[str, int]:
    """Of each term: how many participants, or parts of participants, it varies between, less what is estimated."""
    people = data["person"].nunique()
    columns = {term: term.partition("[")[0] for term in terms}
    outer = [term for term, column in columns.items() if column in ("Intercept", "second_group", *between)]
    parts = {
        term: len(data[["person", column]].drop_duplicates()) for term, column in columns.items() if term not in outer
    }
    return {term: people - len(outer) if term in outer else parts[term] - people - len(parts) for term in terms}


def _fitted(formula: str, data: pd.DataFrame, *, nested: bool) -> tuple[Any, str]:
    """The fit, or None and why there is none."""
    sides = {"side": "0 + C(right_side)"} if nested else None
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = smf.mixedlm(formula, data, groups="person", re_formula="1", vc_formula=sides).fit(reml=True)
    except (np.linalg.LinAlgError, ValueError) as error:
        return None, f"The model could not be fitted: {error}."
    if result.converged and np.all(np.isfinite(result.bse_fe)):
        return result, ""
    said = [str(one.message) for one in caught if issubclass(one.category, ConvergenceWarning)]
    return None, f"The model did not converge{f': {said[-1]}' if said else ''}."


def _constant_within_people(data: pd.DataFrame, column: str) -> bool:
    return len(data[["person", column]].drop_duplicates()) == data["person"].nunique()


def _unfit(data: pd.DataFrame, people: pd.Series, between: int) -> str:
    if people.min() < 2:
        return "A group has fewer than two participants with a value."
    if people.sum() - 2 - between < 1:
        return "Too few participants for so many covariates."
    if data.groupby("person").size().max() < 2:
        return f"Nobody has repeated values. {_INSTEAD}"
    if data["value"].nunique() < 2:
        return "All values are equal."
    return ""


def _failed(model: dict[str, object], problem: str) -> dict[str, object]:
    numbers = (
        "estimate", "estimate_low", "estimate_high", "standard_error", "df", "p",
        "participant_sd", "side_sd", "residual_sd",
    )  # fmt: skip
    return {"term": _GROUP} | dict.fromkeys(numbers, np.nan) | model | {"converged": False, "problem": problem}
