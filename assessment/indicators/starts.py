"""How well the start of a repetition is known, which every time from it depends on."""

from __future__ import annotations

from assessment.motion import Motion
from assessment.repetitions import Repetition
from assessment.repetitions.base import STARTS_LEANING
from pipeline.quality import Quality

NO_TRUNK = "The model has no lumbar joint: the trunk is taken to lean as the pelvis does, which starts at another time."


def of_start(motion: Motion, repetition: Repetition) -> Quality:
    """Caution on times that begin with the trunk of a complete rise or bend."""
    unseen = Quality.caution(STARTS_LEANING) if repetition.starts_before_recording else Quality()
    return unseen & of_trunk(motion)


def of_trunk(motion: Motion) -> Quality:
    """Caution where the trunk's lean is that of the pelvis."""
    return Quality() if motion.trunk_known else Quality.caution(NO_TRUNK)
