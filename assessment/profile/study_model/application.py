"""Apply a study's own model to one person: probabilities with an interval, or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy.special import expit

from assessment.profile.study_model.records import StudyModel
from assessment.summary import NOT_A_DIAGNOSIS
from assessment.uncertainty.interval import interval
from models.errors import SettingsError


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LevelProbability(_Record):
    """Probability of a level or a higher one."""

    level: str
    probability: float
    low: float = Field(description="95 % interval, from the coefficients' and the features' standard errors")
    high: float


class Prediction(_Record):
    """What a study's model says of one person; means nothing outside that study."""

    model: str
    label: str
    probabilities: list[LevelProbability]
    outside_training: list[str] = Field(description="features beyond the central 95 % of the people it was trained on")
    without_measurement_error: list[str] = Field(
        description="features taken as exact, since no error of theirs is known"
    )
    synthetic_model: bool
    statement: str
    disclaimer: str = NOT_A_DIAGNOSIS


def apply_study_model(
    model: StudyModel, values: Mapping[str, float], standard_errors: Mapping[str, float] | None = None
) -> Prediction:
    """Probabilities of a person by a study's model.

    Parameters
    ----------
    model : StudyModel
    values : mapping
        Feature -> value.
    standard_errors : mapping or None
        Feature -> standard error of the value, where known; it widens the interval.

    Raises
    ------
    SettingsError
        A feature is missing.
    """
    names = [feature.name for feature in model.features]
    missing = [name for name in names if name not in values or not np.isfinite(values[name])]
    if missing:
        raise SettingsError(
            f"The model of {model.name} needs what is not known of this person: {', '.join(missing)}.",
            hint="Nothing is filled in for it. Record the movement again where an indicator is withheld, or give the "
            "value as --value NAME=NUMBER.",
        )
    errors = standard_errors or {}
    sd = np.array([feature.sd for feature in model.features])
    coefficients = np.array([feature.coefficient for feature in model.features])
    standardised = (np.array([values[name] for name in names]) - [feature.mean for feature in model.features]) / sd
    measured = np.array([errors.get(name, 0.0) for name in names]) / sd
    covariance = np.array(model.covariance)
    probabilities = []
    for index, (level, threshold) in enumerate(zip(model.levels[1:], model.thresholds, strict=True)):
        score = float(standardised @ coefficients - threshold)
        gradient = np.concatenate([standardised, -np.eye(len(model.thresholds))[index]])
        variance = gradient @ covariance @ gradient + np.sum((coefficients * measured) ** 2)
        low, high = interval(score, float(np.sqrt(variance)))
        probabilities.append(
            LevelProbability(
                level=level, probability=float(expit(score)), low=float(expit(low)), high=float(expit(high))
            )
        )
    return Prediction(
        model=model.name,
        label=model.label,
        probabilities=probabilities,
        outside_training=[
            feature.name for feature in model.features if not feature.low <= values[feature.name] <= feature.high
        ],
        without_measurement_error=[name for name in names if name not in errors],
        synthetic_model=model.synthetic,
        statement=f"Only the model of the study {model.name} ({model.n} people) says so. It holds for people "
        "like them, measured as they were.",
    )
