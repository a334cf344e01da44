"""Statistics for studies on tables of indicators; docs/statistics.md says what each does and assumes."""

from assessment.study.base import Study
from assessment.study.correlation import correlate
from assessment.study.curve_tests import CurveTest, compare_curves, compare_paired_curves, regress_curves
from assessment.study.curves import Curves, load_curves, mean_band, participant_curves, time_normalise
from assessment.study.groups import compare_groups, hedges_g
from assessment.study.means import participant_means
from assessment.study.mixed import mixed_models, with_covariate
from assessment.study.multiplicity import adjust
from assessment.study.participants import join_study, load_participants, load_study
from assessment.study.power import detectable_g, power_of, sample_size
from assessment.study.reliability import retest_reliability
from assessment.study.results import load_indicators
from assessment.study.torque_table import torque_table

__all__ = [
    "CurveTest",
    "Curves",
    "Study",
    "adjust",
    "compare_curves",
    "compare_groups",
    "compare_paired_curves",
    "correlate",
    "detectable_g",
    "hedges_g",
    "join_study",
    "load_curves",
    "load_indicators",
    "load_participants",
    "load_study",
    "mean_band",
    "mixed_models",
    "participant_curves",
    "participant_means",
    "power_of",
    "regress_curves",
    "retest_reliability",
    "sample_size",
    "time_normalise",
    "torque_table",
    "with_covariate",
]
