"""Scaling: from the markers of a neutral trial to a scaled OpenSim model."""

from pipeline.scaling.generic import body_height_m, load_generic
from pipeline.scaling.measurement_scaler import MeasurementScaler
from pipeline.scaling.policy_scaler import LearnedScaler, OptimiserScaler
from pipeline.scaling.scaled_model import ScaledModel, apply_factors, build_scaled_model
from pipeline.scaling.scalers import SCALERS, Scaler, make_scaler

__all__ = [
    "SCALERS",
    "LearnedScaler",
    "MeasurementScaler",
    "OptimiserScaler",
    "ScaledModel",
    "Scaler",
    "apply_factors",
    "body_height_m",
    "build_scaled_model",
    "load_generic",
    "make_scaler",
]
