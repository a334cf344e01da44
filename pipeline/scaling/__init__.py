"""Scaling: from the markers of a neutral trial to a scaled OpenSim model."""

from pipeline.scaling.generic import body_height_m, load_generic
from pipeline.scaling.scaled_model import ScaledModel, apply_factors, build_scaled_model
from pipeline.scaling.scalers import SCALERS, MeasurementScaler, Scaler, make_scaler

__all__ = [
    "SCALERS",
    "MeasurementScaler",
    "ScaledModel",
    "Scaler",
    "apply_factors",
    "body_height_m",
    "build_scaled_model",
    "load_generic",
    "make_scaler",
]
