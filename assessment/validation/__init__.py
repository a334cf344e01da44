"""Estimated forces and moments against those that force plates measured, trial by trial."""

from assessment.validation.agreement import JOINTS, Dynamics, agreement, jointly_valid
from assessment.validation.peaks import peak_errors, peak_pairs
from assessment.validation.records import Agreement, PeakError, PeakPair, TrialValidation, Validation
from assessment.validation.session import RECORD_NAME, validate_session
from assessment.validation.table import agreement_rows

__all__ = [
    "JOINTS",
    "RECORD_NAME",
    "Agreement",
    "Dynamics",
    "PeakError",
    "PeakPair",
    "TrialValidation",
    "Validation",
    "agreement",
    "agreement_rows",
    "jointly_valid",
    "peak_errors",
    "peak_pairs",
    "validate_session",
]
