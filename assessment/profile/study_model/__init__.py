"""A study's own logistic or ordinal model: trained and validated on its own cohort, shown only as that study's."""

from assessment.profile.study_model.application import LevelProbability, Prediction, apply_study_model
from assessment.profile.study_model.card import card_text, save_calibration_plot
from assessment.profile.study_model.people import join_labels, people_table, person_errors, person_values
from assessment.profile.study_model.records import (
    CARD_NAME,
    MODEL_NAME,
    PLOT_NAME,
    StudyModel,
    load_study_model,
    save_study_model,
)
from assessment.profile.study_model.training import train_study_model

__all__ = [
    "CARD_NAME",
    "MODEL_NAME",
    "PLOT_NAME",
    "LevelProbability",
    "Prediction",
    "StudyModel",
    "apply_study_model",
    "card_text",
    "join_labels",
    "load_study_model",
    "people_table",
    "person_errors",
    "person_values",
    "save_calibration_plot",
    "save_study_model",
    "train_study_model",
]
