"""How the feet stand to each other: apart, side by side, semi-tandem, tandem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from assessment.motion import SIDES
from pipeline.motion.landmarks import Landmarks

# Positions of the SPPB's balance tests (Guralnik 1994, J Gerontol 49:M85), as heels see them, in lengths of the sole:
# tandem, heel to toe in one line: one whole length ahead, nothing beside;
TANDEM_AHEAD, TANDEM_ASIDE = 0.75, 0.30
# semi-tandem, the side of one heel against the big toe of the other: 0.5 to 0.8 ahead, one width of a foot beside;
SEMI_TANDEM_AHEAD = 0.30
# side by side, feet together: nothing ahead, one width (0.35 to 0.45) beside; wider is a stance of one's own choice.
TOGETHER_ASIDE = 0.55


@dataclass(frozen=True)
class Stance:
    """Place of one heel to the other.

    Attributes
    ----------
    ahead, aside : float
        Along and across the feet's common heading, in lengths of the sole; not negative.
    """

    ahead: float
    aside: float

    @property
    def variant(self) -> Literal["quiet", "side-by-side", "semi-tandem", "tandem"]:
        """The test's position that it is nearest to; ``quiet`` is feet apart."""
        if self.ahead > TANDEM_AHEAD and self.aside < TANDEM_ASIDE:
            return "tandem"
        if self.ahead > SEMI_TANDEM_AHEAD:
            return "semi-tandem"
        return "side-by-side" if self.aside < TOGETHER_ASIDE else "quiet"


def stance_of(landmarks: Landmarks) -> Stance:
    """Median stance of a trial; frames without a solution are left out."""
    heels, toes = ([landmarks[f"{point}_{side}"][:, [0, 2]] for side in SIDES] for point in ("heel", "toe"))
    heading = np.nanmedian(sum(toe - heel for toe, heel in zip(toes, heels, strict=True)), axis=0)
    heading /= max(float(np.linalg.norm(heading)), 1e-9)
    between = np.nanmedian(heels[0] - heels[1], axis=0)
    ahead_m, aside_m = abs(between @ heading), abs(between @ [-heading[1], heading[0]])
    return Stance(float(ahead_m / landmarks.foot_length_m), float(aside_m / landmarks.foot_length_m))
