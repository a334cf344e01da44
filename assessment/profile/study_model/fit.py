"""Logistic and ordinal regression in one form: proportional odds of standardised features."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.tools.sm_exceptions import ConvergenceWarning, HessianInversionWarning

from assessment.profile.study_model.records import is_covariance
from models.errors import SettingsError

Array = NDArray[np.float64]

INNER_FOLDS = 5
# From nearly no influence of any feature to nearly no penalty.
PENALTIES_C = np.logspace(-3.0, 2.0, 6)
# Mean log likelihood of a model that doubts nobody's level: levels are told apart completely, and coefficients without
# a penalty grow as long as the search goes on.
SEPARATED = -0.01


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes
    ----------
    mean, sd, coefficients : (n_features,) array
        Features are standardised by ``mean`` and ``sd`` first.
    thresholds : (n_levels - 1,) array
    covariance : (n_features + n_levels - 1, ...) array
        Of coefficients, then thresholds. With a penalty that of the penalised likelihood, the strength taken as given.
    penalty_c : float or None
    """

    mean: Array
    sd: Array
    coefficients: Array
    thresholds: Array
    covariance: Array
    penalty_c: float | None

    def reached(self, features: Array) -> Array:
        """Probability of each level but the lowest, or a higher one: (n_people, n_levels - 1)."""
        score = ((features - self.mean) / self.sd) @ self.coefficients
        return expit(score[:, None] - self.thresholds)


def fit(features: Array, levels: NDArray[np.int64], seed: int) -> Fit:
    """Fit a logistic model to two levels, an ordinal one to more.

    The strength of the logistic model's penalty is chosen by cross-validation within what is given here, with the
    standardisation made anew in every fold; the ordinal model has none.

    Parameters
    ----------
    features : (n_people, n_features) array
    levels : (n_people,) array of int
        0 is the lowest.
    seed : int
        Of the folds.

    Raises
    ------
    SettingsError
        The ordinal model does not converge.
    """
    return _logistic(features, levels, seed) if levels.max() == 1 else _ordinal(features, levels)


def _logistic(features: Array, levels: NDArray[np.int64], seed: int) -> Fit:
    search = GridSearchCV(
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        {"logisticregression__C": PENALTIES_C},
        scoring="neg_log_loss",
        cv=StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=seed),
    ).fit(features, levels)
    scaler, regression = (step for _, step in search.best_estimator_.steps)
    coefficients, threshold = regression.coef_[0], -regression.intercept_
    standardised = scaler.transform(features)
    share = expit(standardised @ coefficients - threshold)
    design = np.column_stack([standardised, -np.ones(len(levels))])
    penalty = np.append(np.full(len(coefficients), 1.0 / regression.C), 0.0)
    information = (design * (share * (1.0 - share))[:, None]).T @ design + np.diag(penalty)
    return Fit(
        scaler.mean_, scaler.scale_, coefficients, threshold, np.linalg.inv(information), penalty_c=float(regression.C)
    )


def _not_found() -> SettingsError:
    return SettingsError(
        "The ordinal model does not converge.",
        hint="Give fewer features, or join levels of few people. One feature may tell levels apart completely.",
    )


def _ordinal(features: Array, levels: NDArray[np.int64]) -> Fit:
    scaler = StandardScaler().fit(features)
    n_features, n_thresholds = features.shape[1], int(levels.max())
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", HessianInversionWarning)
        try:
            model = OrderedModel(levels, scaler.transform(features), distr="logit")
            found = model.fit(method="bfgs", maxiter=500, disp=False)
            raw = np.asarray(found.cov_params())
        except (Warning, np.linalg.LinAlgError):
            raise _not_found() from None
    if found.llf / len(levels) > SEPARATED:
        raise _not_found()
    parameters = np.asarray(found.params)
    # statsmodels keeps the first threshold, then the logarithms of the steps between thresholds.
    jacobian = np.eye(n_features + n_thresholds)
    steps = np.exp(parameters[n_features + 1 :])
    jacobian[n_features:, n_features] = 1.0
    jacobian[n_features:, n_features + 1 :] = np.tril(np.ones((n_thresholds, n_thresholds)), -1)[:, :-1] * steps
    covariance = jacobian @ raw @ jacobian.T
    if not np.isfinite(covariance).all() or not is_covariance(covariance):
        raise _not_found()
    return Fit(
        scaler.mean_,
        scaler.scale_,
        parameters[:n_features],
        np.asarray(model.transform_threshold_params(parameters)[1:-1]),
        covariance,
        penalty_c=None,
    )
