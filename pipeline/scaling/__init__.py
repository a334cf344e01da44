"""Scaling: from the markers of a neutral trial to a scaled OpenSim model."""

from pipeline.scaling.building import build_scaled_model, build_scaled_models
from pipeline.scaling.generic import body_height_m, load_generic
from pipeline.scaling.measurement_scaler import MeasurementScaler
from pipeline.scaling.policy_scaler import LearnedScaler, OptimiserScaler
from pipeline.scaling.recorded import ModelTask
from pipeline.scaling.scaled_model import ScaledModel, apply_factors
from pipeline.scaling.scalers import SCALERS, Scaler, check_scaling, make_scaler

__all__ = [
    "SCALERS",
    "LearnedScaler",
    "MeasurementScaler",
    "ModelTask",
    "OptimiserScaler",
    "ScaledModel",
    "Scaler",
    "apply_factors",
    "body_height_m",
    "build_scaled_model",
    "build_scaled_models",
    "check_scaling",
    "load_generic",
    "make_scaler",
]
