"""How well a study's model predicts people whom it has not seen: discrimination and calibration, cross-validated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.model_selection import StratifiedKFold
from statsmodels.stats.proportion import proportion_confint

from assessment.profile.study_model.fit import Array, Fit
from assessment.profile.study_model.records import CalibrationBin, Estimate, LevelValidation, StudyModelValidation

FOLDS = 5
BOOTSTRAPS = 200
BINS = 5
# Probabilities this close to 0 and 1 are all alike, and their logits would decide everything.
CLIP = 1e-4
# Logits within this of each other rank nobody: a slope has no meaning.
FLAT = 1e-3
NEWTON_STEPS = 25

Fitter = Callable[[Array, NDArray[np.int64], int], Fit]


def cross_validate(
    features: Array, levels: NDArray[np.int64], names: list[str], fitter: Fitter, *, repeats: int, seed: int
) -> StudyModelValidation:
    """Validate a way of fitting: all of it, choice of the penalty included, is done again without each fold.

    Parameters
    ----------
    features : (n_people, n_features) array
    levels : (n_people,) array of int
    names : list of str
        Of the levels, from the lowest.
    fitter : callable
        (features, levels, seed) -> Fit.
    repeats : int
        How often people are dealt into folds anew.
    seed : int
    """
    folds = np.empty((repeats, len(levels)), dtype=np.int64)
    reached = np.empty((repeats, len(levels), len(names) - 1))
    for repeat in range(repeats):
        dealt = StratifiedKFold(FOLDS, shuffle=True, random_state=seed + repeat).split(features, levels)
        for fold, (train, test) in enumerate(dealt):
            folds[repeat, test] = fold
            reached[repeat, test] = fitter(features[train], levels[train], seed + repeat).reached(features[test])
    rng = np.random.default_rng(seed)
    people = len(levels)
    weights = np.vstack([np.ones(people), rng.multinomial(people, np.full(people, 1.0 / people), BOOTSTRAPS)])
    return StudyModelValidation(
        scheme="nested" if len(names) == 2 else "without a penalty to choose",
        folds=FOLDS,
        repeats=repeats,
        seed=seed,
        levels=[
            _level(name, levels > index, reached[:, :, index], folds, weights) for index, name in enumerate(names[1:])
        ],
    )


def _level(
    name: str, truth: NDArray[np.bool_], reached: Array, folds: NDArray[np.int64], weights: Array
) -> LevelValidation:
    outcome = truth.astype(float)
    brier = weights @ np.mean((reached - outcome) ** 2, axis=0) / weights.sum(axis=1)
    logits = logit(np.clip(reached, CLIP, 1.0 - CLIP))
    flat = bool(np.ptp(logits, axis=1).min() < FLAT)
    return LevelValidation(
        level=name,
        n_reached=int(truth.sum()),
        auc=_estimate(_auc(truth, reached, folds, weights)),
        brier=_estimate(brier),
        brier_of_prevalence=float(outcome.mean() * (1.0 - outcome.mean())),
        calibration_slope=None if flat else _estimate([_slope(outcome, logits, one) for one in weights]),
        calibration_intercept=None if flat else _estimate([_intercept(outcome, logits, one) for one in weights]),
        bins=_bins(outcome, reached.mean(axis=0)),
    )


def _auc(truth: NDArray[np.bool_], reached: Array, folds: NDArray[np.int64], weights: Array) -> Array:
    """Area under the curve for each weighting of people.

    Pairs are compared within a fold only: between folds other models speak, whose levels differ for no reason that
    concerns the people.
    """
    pairs = np.zeros((truth.sum(), (~truth).sum()))
    wins = np.zeros_like(pairs)
    for share, fold in zip(reached, folds, strict=True):
        together = fold[truth][:, None] == fold[~truth]
        higher = share[truth][:, None] - share[~truth]
        pairs += together
        wins += together * (0.5 + 0.5 * np.sign(higher))
    with_it, without = weights[:, truth], weights[:, ~truth]
    count = np.einsum("bi,ij,bj->b", with_it, pairs, without, optimize=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.einsum("bi,ij,bj->b", with_it, wins, without, optimize=True) / count


def _slope(outcome: Array, logits: Array, weights: Array) -> float:
    """Coefficient of the predicted log odds in a logistic regression of the outcome; mean over repeats."""
    slopes = []
    for row in logits:
        design = np.column_stack([row, np.ones_like(row)])
        slopes.append(_newton(design, outcome, weights, np.zeros_like(row), np.array([1.0, 0.0]))[0])
    return float(np.mean(slopes))


def _intercept(outcome: Array, logits: Array, weights: Array) -> float:
    """Log odds to add to every prediction so that their mean is right (calibration in the large); mean over repeats."""
    ones = np.ones((len(outcome), 1))
    return float(np.mean([_newton(ones, outcome, weights, row, np.zeros(1))[0] for row in logits]))


def _newton(design: Array, outcome: Array, weights: Array, offset: Array, start: Array) -> Array:
    """Maximum likelihood of a small weighted logistic regression; NaN where it has none."""
    parameters = start
    for _ in range(NEWTON_STEPS):
        share = expit(design @ parameters + offset)
        information = (design * (weights * share * (1.0 - share))[:, None]).T @ design
        try:
            step = np.linalg.solve(information, design.T @ (weights * (outcome - share)))
        except np.linalg.LinAlgError:
            return np.full_like(parameters, np.nan)
        parameters = parameters + np.clip(step, -2.0, 2.0)
    return parameters


def _estimate(values: Array | list[float]) -> Estimate:
    """Estimate on all people, then the middle 95 % of those on people drawn again."""
    first, *again = values
    low, high = np.nanquantile(again, (0.025, 0.975))
    return Estimate(value=float(first), low=float(low), high=float(high))


def _bins(outcome: Array, share: Array) -> list[CalibrationBin]:
    bins = []
    for people in np.array_split(np.argsort(share, kind="stable"), BINS):
        low, high = proportion_confint(outcome[people].sum(), len(people), method="wilson")
        bins.append(
            CalibrationBin(
                n=len(people),
                predicted=float(share[people].mean()),
                observed=float(outcome[people].mean()),
                low=float(low),
                high=float(high),
            )
        )
    return bins
