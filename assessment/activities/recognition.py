"""Motion, name and choice brought together."""

from __future__ import annotations

from dataclasses import replace

from assessment.activities.hints import hinted_activity
from assessment.activities.names import ACTIVITY_NAMES, VARIANTS, Activity, parse_choice
from assessment.activities.scores import score_motion
from assessment.activities.variants import find_variant
from assessment.motion import Motion, describe_motion
from pipeline.motion.landmarks import Landmarks
from pipeline.trajectories import Kinematics

# Where motion leaves a name at least this likely, the name decides.
NAME_DECIDES = 0.3


def recognise_activity(
    trial_name: str, kinematics: Kinematics, landmarks: Landmarks | None = None, chosen: str | None = None
) -> Activity:
    """Tell which movement a trial shows, and which variant of it.

    The motion decides; the trial's name decides only between what the motion leaves open. A name that contradicts
    the motion is reported and lowers the confidence. Independent of heading and floor height. A choice of the user
    decides over both, and what the motion suggests is reported with it.

    Parameters
    ----------
    trial_name : str
        For instance ``5xSTS_1``; ``Trial03`` gives no hint.
    kinematics : Kinematics
    landmarks : Landmarks or None
        Of the same movement; without them, stances of the feet are not told apart.
    chosen : str or None
        ``NAME`` or ``NAME/VARIANT``, see `parse_choice`.

    Raises
    ------
    SettingsError
        The choice is none.
    ModelError
        The model lacks a coordinate that assessment reads.
    """
    motion = describe_motion(kinematics)
    seen = _with_variant(_recognise(trial_name, motion, landmarks), trial_name, motion, landmarks)
    if chosen is None:
        return seen
    name, variant = parse_choice(chosen)
    suggestion = f"Chosen by the user; the motion suggests {seen.label}."
    told = Activity(name, 1.0, (suggestion, *seen.evidence))
    return replace(told, variant=variant) if variant else _with_variant(told, trial_name, motion, landmarks)


def _recognise(trial_name: str, motion: Motion, landmarks: Landmarks | None) -> Activity:
    scores, evidence = score_motion(motion, landmarks)
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


def _with_variant(activity: Activity, trial_name: str, motion: Motion, landmarks: Landmarks | None) -> Activity:
    if activity.name not in VARIANTS:
        return activity
    variant, reason = find_variant(activity.name, trial_name, motion, landmarks)
    return replace(activity, variant=variant, evidence=(*activity.evidence, reason))
