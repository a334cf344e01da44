"""Published consensus criteria as data, and one evaluator for all of them. Not a diagnosis; see docs/criteria.md."""

from assessment.criteria.definitions import FRAMEWORKS, REGIONS, criteria_sha256, default_frameworks
from assessment.criteria.evaluate import evaluate
from assessment.criteria.inputs import Measurement, Origin, Person
from assessment.criteria.results import CriterionResult, FrameworkResult
from assessment.criteria.sarc_f import sarc_calf_score, sarc_f_score
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
    "SppbScore",
    "Verdict",
    "criteria_sha256",
    "default_frameworks",
    "evaluate",
    "sarc_calf_score",
    "sarc_f_score",
    "sppb_balance_points",
    "sppb_chair_points",
    "sppb_gait_points",
    "sppb_score",
]
