"""Motion, name and choice brought together."""

from __future__ import annotations

from assessment.activities.hints import hinted_activity
from assessment.activities.names import ACTIVITY_NAMES, Activity
from assessment.activities.scores import score_motion
from assessment.motion import describe_motion
from pipeline.trajectories import Kinematics

# Where motion leaves a name at least this likely, the name decides.
NAME_DECIDES = 0.3


def recognise_activity(trial_name: str, kinematics: Kinematics) -> Activity:
    """Tell which movement a trial shows.

    The motion decides; the trial's name decides only between what the motion leaves open. A name that contradicts
    the motion is reported and lowers the confidence. Independent of heading and floor height.

    Parameters
    ----------
    trial_name : str
        For instance ``5xSTS_1``; ``Trial03`` gives no hint.
    kinematics : Kinematics
    """
    scores, evidence = score_motion(describe_motion(kinematics))
    hint = hinted_activity(trial_name)
    best = max(ACTIVITY_NAMES, key=lambda name: scores[name])
    if hint is None:
        return Activity(best, round(0.9 * scores[best], 2), (*evidence, "The trial's name gives no hint."))
    if hint == best:
        confidence = 1.0 - (1.0 - scores[best]) * 0.5
        return Activity(best, round(confidence, 2), (*evidence, f"The trial's name also says {hint}."))
    if scores[hint] >= NAME_DECIDES:
        return Activity(
            hint,
            round(0.5 + 0.5 * (scores[hint] - scores[best]), 2) if scores[best] > scores[hint] else 0.5,
            (*evidence, f"The motion also fits {best}; the trial's name says {hint}, which decides."),
        )
    return Activity(
        best,
        round(0.6 * scores[best], 2),
        (*evidence, f"The trial's name says {hint}, but the motion does not look like it: taken as {best}."),
    )
