"""Published consensus criteria as data, and one evaluator for all of them. Not a diagnosis; see docs/criteria.md."""

from assessment.criteria.definitions import FRAMEWORKS, REGIONS, Region, criteria_sha256, default_frameworks
from assessment.criteria.evaluate import evaluate
from assessment.criteria.inputs import Measurement, Origin, Person, check_muscle_mass, is_possible
from assessment.criteria.results import CriterionResult, FrameworkResult
from assessment.criteria.sarc_f import sarc_calf_score
from assessment.criteria.sppb import SppbScore, sppb_balance_points, sppb_chair_points, sppb_gait_points, sppb_score
from assessment.criteria.verdicts import Verdict

__all__ = [
    "FRAMEWORKS",
    "REGIONS",
    "CriterionResult",
    "FrameworkResult",
    "Measurement",
    "Origin",
    "Person",
    "Region",
    "SppbScore",
    "Verdict",
    "check_muscle_mass",
    "criteria_sha256",
    "default_frameworks",
    "evaluate",
    "is_possible",
    "sarc_calf_score",
    "sppb_balance_points",
    "sppb_chair_points",
    "sppb_gait_points",
    "sppb_score",
]
