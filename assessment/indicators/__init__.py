"""Indicators of muscle function: numbers with unit, side, uncertainty and quality. Declared in `catalogue.toml`."""

from __future__ import annotations

from assessment.activities import Activity
from assessment.indicators import gait, moments, posture, timing, work
from assessment.indicators.base import Definition, Indicator, TrialResults, catalogue
from assessment.repetitions import Repetition
from models.subject import Subject
from pipeline.quality import Quality
from pipeline.trajectories import ContactForces, JointMoments, Kinematics

__all__ = ["Definition", "Indicator", "TrialResults", "catalogue", "compute_indicators"]

# Each family turns a trial's results into the indicators that apply to its activity.
FAMILIES = (timing.compute, gait.compute, posture.compute, moments.compute, work.compute)


def compute_indicators(
    activity: Activity,
    repetitions: tuple[Repetition, ...],
    kinematics: Kinematics,
    forces: ContactForces | None,
    joint_moments: JointMoments | None,
    subject: Subject,
    kinematic_gate: Quality,
    kinetic_gate: Quality,
) -> tuple[Indicator, ...]:
    """All indicators that apply to a trial's activity; those that cannot be given are withheld with the reason.

    Parameters
    ----------
    activity : Activity
    repetitions : tuple of Repetition
    kinematics : Kinematics
    forces, joint_moments : ContactForces and JointMoments, or None
        None where they could not be determined; the kinetic gate then says why.
    subject : Subject
    kinematic_gate, kinetic_gate : Quality
        From `assessment.gates`.
    """
    results = TrialResults(
        activity, repetitions, kinematics, forces, joint_moments, subject, kinematic_gate, kinetic_gate
    )
    return tuple(indicator for family in FAMILIES for indicator in family(results))
