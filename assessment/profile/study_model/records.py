"""A study's own model as it is saved: coefficients in JSON, with how it was validated. No code, no pickle."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from models.errors import SettingsError

STUDY_MODEL_SCHEMA_VERSION: Literal["1.0"] = "1.0"
MODEL_NAME = "model.json"
# A covariance worked out in floating point may have an eigenvalue of 0 as this share of the largest below 0.
ROUNDING = 1e-9
CARD_NAME = "card.md"
PLOT_NAME = "calibration.svg"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Feature(_Record):
    """One input, standardised by the training people's mean and standard deviation."""

    name: str = Field(description="indicator@movement, a subject field, or a column of the study's table")
    mean: FiniteFloat
    sd: FiniteFloat = Field(gt=0)
    low: FiniteFloat = Field(description="2.5th percentile in training")
    high: FiniteFloat = Field(description="97.5th percentile in training")
    coefficient: FiniteFloat = Field(description="log odds of the next level per standard deviation")


class Estimate(_Record):
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


class CalibrationBin(_Record):
    """People with similar predicted probabilities."""

    n: int
    predicted: float = Field(description="mean probability")
    observed: float = Field(description="share in whom it was so")
    low: float = Field(description="95 % interval of the share (Wilson)")
    high: float


class LevelValidation(_Record):
    """How well "this level or a higher one" was predicted for people whom the model had not seen."""

    level: str
    n_reached: int
    auc: Estimate
    brier: Estimate
    brier_of_prevalence: float = Field(description="of predicting everybody's share; a useful model is below it")
    calibration_slope: Estimate | None = Field(
        description="1 is right, below 1 too extreme; null: predictions all alike"
    )
    calibration_intercept: Estimate | None = Field(
        description="0 is right; log odds by which probabilities are too low"
    )
    bins: list[CalibrationBin]


class StudyModelValidation(_Record):
    """Cross-validation within the study."""

    scheme: str
    folds: int
    repeats: int
    seed: int
    levels: list[LevelValidation]


class StudyModel(_Record):
    """P(level k or lower) = 1 / (1 + exp(-(threshold_k - sum of coefficient * standardised feature)))."""

    schema_version: Literal["1.0"] = STUDY_MODEL_SCHEMA_VERSION
    name: str = Field(description="of the study")
    kind: Literal["binary", "ordinal"]
    label: str
    levels: list[str] = Field(min_length=2, description="from lowest to highest")
    counts: list[int]
    n: int = Field(description="people it was trained on: those with every feature and the label")
    n_incomplete: int = Field(description="people left out because something was missing; nothing was imputed")
    features: list[Feature] = Field(min_length=1)
    thresholds: list[FiniteFloat] = Field(description="between neighbouring levels, ascending")
    covariance: list[list[FiniteFloat]] = Field(description="of coefficients, then thresholds")
    penalty_c: float | None = Field(description="inverse strength of the L2 penalty; null where there is none")
    validation: StudyModelValidation
    warnings: list[str]
    synthetic: bool
    created: str
    sarcoscope_version: str

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """Numbers that do not belong together would give wrong probabilities without a sign of it."""
        names = [feature.name for feature in self.features]
        size = len(names) + len(self.thresholds)
        if len(set(names)) < len(names) or len(set(self.levels)) < len(self.levels):
            raise ValueError("a feature or a level is there twice")
        if (self.kind == "binary") != (len(self.levels) == 2) or len(self.counts) != len(self.levels):
            raise ValueError("kind, levels and counts do not fit together")
        if len(self.thresholds) != len(self.levels) - 1 or any(low >= high for low, high in pairwise(self.thresholds)):
            raise ValueError("thresholds are not one less than levels, ascending")
        if [len(row) for row in self.covariance] != [size] * size:
            raise ValueError("the covariance has not a row and a column for each coefficient and threshold")
        if not is_covariance(np.array(self.covariance)):
            raise ValueError("the covariance is not symmetric, or gives a negative variance")
        return self


def is_covariance(matrix: np.ndarray) -> bool:
    """Whether a square matrix is symmetric and no combination of its variables has a negative variance."""
    size = float(np.abs(matrix).max())
    if not np.allclose(matrix, matrix.T, rtol=0.0, atol=ROUNDING * size):
        return False
    return bool(np.linalg.eigvalsh(matrix).min() >= -ROUNDING * size)


def save_study_model(model: StudyModel, folder: Path) -> Path:
    """Write ``model.json`` into a folder, and return its path."""
    path = folder / MODEL_NAME
    path.write_text(model.model_dump_json(indent=2), encoding="utf-8")
    return path


def load_study_model(path: Path) -> StudyModel:
    """Read a model, given as its file or its folder.

    Raises
    ------
    SettingsError
        It is missing, or it is no such model.
    """
    file = path / MODEL_NAME if path.is_dir() else path
    try:
        return StudyModel.model_validate_json(file.read_text(encoding="utf-8"))
    except OSError:
        raise SettingsError(
            f"The model {file} cannot be opened.",
            hint=f"Give the folder, or the {MODEL_NAME}, that `python -m assessment study-model train` has written.",
        ) from None
    except (ValidationError, UnicodeDecodeError) as error:
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "not a text in UTF-8"
        raise SettingsError(
            f"{file.name} is not a study's model of schema {STUDY_MODEL_SCHEMA_VERSION}: {first}.",
            hint="Give a model that `python -m assessment study-model train` of this version has written.",
        ) from None
