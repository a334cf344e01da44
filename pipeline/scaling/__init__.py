"""Scaling: from the markers of a neutral trial to a scaled OpenSim model."""

from pipeline.scaling.scaled_model import ScaledModel, apply_factors, build_scaled_model
from pipeline.scaling.scalers import SCALERS, MeasurementScaler, Scaler, load_generic, make_scaler

__all__ = [
    "SCALERS",
    "MeasurementScaler",
    "ScaledModel",
    "Scaler",
    "apply_factors",
    "build_scaled_model",
    "load_generic",
    "make_scaler",
]
