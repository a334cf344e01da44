"""Which variant of a movement a trial shows."""

from __future__ import annotations

from collections.abc import Callable

from assessment.activities.hints import hinted_variant
from assessment.activities.names import ActivityName
from assessment.activities.scores import WALKING_M_S, net_speed_m_s
from assessment.activities.stance import stance_of
from assessment.motion import Motion
from assessment.repetitions.rises import find_rises
from pipeline.motion.landmarks import Landmarks

Found = tuple[str, str]

FIVE = 5
# The 30-s test ends on the clock, so its rises span nearly all of it; more than five of them. Own.
THIRTY_SECONDS_S = 25.0


def find_variant(name: ActivityName, trial_name: str, motion: Motion, landmarks: Landmarks | None) -> Found:
    """Variant of a movement that has some, empty where none fits, and the reason in a sentence."""
    find: dict[ActivityName, Callable[[], Found]] = {
        "sit-to-stand": lambda: _of_rises(motion, hinted_variant(trial_name, name)),
        "walking": lambda: _of_walk(motion),
        "standing": lambda: _of_stance(landmarks, hinted_variant(trial_name, name)),
    }
    return find[name]()


def _of_rises(motion: Motion, hint: str) -> Found:
    """The name decides which test was meant: a five-times test with four rises is one that was not finished."""
    rises = find_rises(motion)
    span_s = rises[-1].stop_s - rises[0].start_s if rises else 0.0
    seen = f"{len(rises)} rise{'' if len(rises) == 1 else 's'} within {span_s:.1f} s"
    if hint:
        return hint, f"{seen}; the trial's name says {hint}."
    if len(rises) == 1:
        return "single", f"{seen}: a single rise."
    if len(rises) == FIVE:
        return "five-times", f"{seen}: the five-times test."
    if len(rises) > FIVE and span_s > THIRTY_SECONDS_S:
        return "thirty-seconds", f"{seen}: the 30-s test."
    return "", f"{seen}: neither the five-times nor the 30-s test."


def _of_walk(motion: Motion) -> Found:
    """What the pelvis does over ground cannot be overruled by a name."""
    speed_m_s = net_speed_m_s(motion)
    if speed_m_s > WALKING_M_S:
        return "overground", f"The pelvis travels at {speed_m_s:.2f} m/s: over ground."
    return "treadmill", f"The pelvis travels at no more than {speed_m_s:.2f} m/s: a treadmill, or on the spot."


def _of_stance(landmarks: Landmarks | None, hint: str) -> Found:
    if landmarks is None:
        told = f"the trial's name says {hint}." if hint else "taken as quiet standing."
        return hint or "quiet", f"How the feet stand is not known without the model's feet; {told}"
    stance = stance_of(landmarks)
    text = (
        f"One heel is {stance.ahead:.2f} foot lengths in front of the other and {stance.aside:.2f} beside it: "
        f"{stance.variant} standing."
    )
    if hint and hint != stance.variant:
        text += f" The trial's name says {hint}, which the feet do not show."
    return stance.variant, text
