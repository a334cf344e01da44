"""Gates: what a trial must show before a number from it is given out.

Every gate measures one thing and compares it with two thresholds; the table below is the whole rule book. Movement
gates decide about times, speeds and angles; moment gates decide about joint moments only, so that a trial with
unusable forces still has its times.
"""

from __future__ import annotations

from functools import reduce
from operator import and_

from assessment.gates.moments import MOMENT_GATES, MomentEvidence
from assessment.gates.movement import LOST, MOVEMENT_GATES, MovementEvidence
from models.subject import Subject
from pipeline.quality import Mark, Quality
from pipeline.scaling import ScaledModel
from pipeline.trajectories import ContactForces, JointMoments, Kinematics

__all__ = ["MOMENT_GATES", "MOVEMENT_GATES", "explain", "judge_kinematics", "judge_kinetics"]

NOT_MEASURED = "Contact forces are estimated from the movement, not measured."


def judge_kinematics(kinematics: Kinematics, model: ScaledModel, markers: Quality, subject: Subject) -> Quality:
    """Whether times, speeds and angles of this trial may be given out.

    Parameters
    ----------
    kinematics : Kinematics
    model : ScaledModel
        The one that was used.
    markers : Quality
        What preparing the markers found; taken over.
    subject : Subject
    """
    evidence = MovementEvidence(kinematics, model, subject)
    return _all(markers, *(gate.judge(evidence) for gate in MOVEMENT_GATES))


def judge_kinetics(
    movement: Quality, forces: ContactForces | None, moments: JointMoments | None, subject: Subject
) -> Quality:
    """Whether joint moments of this trial may be given out; never better than the movement they rest on.

    Parameters
    ----------
    movement : Quality
        What `judge_kinematics` said.
    forces, moments : ContactForces and JointMoments, or None
        None where they could not be determined.
    subject : Subject
    """
    if forces is None or moments is None:
        return movement & Quality.withheld("No contact forces: joint moments are not known.")
    evidence = MomentEvidence(forces, moments, subject)
    origin = Quality() if forces.origin == "measured" else Quality.caution(NOT_MEASURED)
    return _all(movement, origin, *(gate.judge(evidence) for gate in MOMENT_GATES))


def explain(
    movement: Quality,
    kinetics: Quality,
    kinematics: Kinematics,
    model: ScaledModel,
    subject: Subject,
    dynamics: tuple[ContactForces, JointMoments] | None,
) -> str:
    """Why numbers of a trial are withheld, and what to do, in one sentence for a clinician; empty where none are.

    Parameters
    ----------
    movement, kinetics : Quality
        What `judge_kinematics` and `judge_kinetics` said.
    kinematics, model, subject
        As they judged them.
    dynamics : tuple of ContactForces and JointMoments, or None
        None where they could not be determined.
    """
    if movement.mark is Mark.WITHHELD:
        evidence = MovementEvidence(kinematics, model, subject)
        failed = (gate.plain for gate in MOVEMENT_GATES if gate.judge(evidence).mark is Mark.WITHHELD)
        return next(failed, LOST)
    if kinetics.mark is Mark.WITHHELD and dynamics is not None:
        of_moments = MomentEvidence(*dynamics, subject)
        return next((gate.plain for gate in MOMENT_GATES if gate.judge(of_moments).mark is Mark.WITHHELD), "")
    return ""


def _all(*qualities: Quality) -> Quality:
    """All of them together, the reasons of the worst first."""
    return reduce(and_, sorted(qualities, key=lambda quality: list(Mark).index(quality.mark), reverse=True))
