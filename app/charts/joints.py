"""Which joints can be drawn, what they are called, and which way is positive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from app.language import _
from assessment.presentation import SIDE_COLOURS

Quantity = Literal["angle", "moment", "power"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
SUFFIX: dict[Quantity, str] = {"angle": "deg", "moment": "nm", "power": "w"}
FIRST = ("hip_flexion", "knee_angle", "ankle_angle")


@dataclass(frozen=True)
class Joint:
    """One coordinate, of both sides where it has sides.

    Attributes
    ----------
    coordinate : str
        Without its side: ``hip_flexion``.
    sided : bool
    titles : callable
        Gives the name and the titles of angle, moment and power, which say what is positive, in the user's language.
    moment_sign : float
        Turns OpenSim's moment into the one that the title names.
    has_moment : bool
        Not of the pelvis, whose moments are what the contacts do not explain.
    """

    coordinate: str
    sided: bool
    titles: Callable[[], tuple[str, str, str, str]]
    moment_sign: float = 1.0
    has_moment: bool = True

    @property
    def name(self) -> str:
        """For a list to choose from."""
        return self.titles()[0]

    def title(self, quantity: Quantity) -> str:
        """Heading of its chart."""
        return self.titles()[1 + QUANTITIES.index(quantity)]

    @property
    def sides(self) -> tuple[str, ...]:
        """``r`` and ``l``, or one empty side."""
        return tuple(SIDE_COLOURS) if self.sided else ("",)

    def column(self, side: str, quantity: Quantity, error: bool = False) -> str:
        """Its column in the table of curves."""
        name = f"{self.coordinate}_{side}" if side else self.coordinate
        return f"{name}_{'se_' if error else ''}{SUFFIX[quantity]}"


# fmt: off
JOINTS: tuple[Joint, ...] = (
    Joint("hip_flexion", True, lambda: (
        _("Hip flexion"), _("Hip flexion"), _("Hip extension moment"), _("Hip power (positive generates)")), -1.0),
    Joint("knee_angle", True, lambda: (
        _("Knee flexion"), _("Knee flexion"), _("Knee extension moment"), _("Knee power (positive generates)")), -1.0),
    Joint("ankle_angle", True, lambda: (
        _("Ankle dorsiflexion"), _("Ankle dorsiflexion"), _("Ankle plantarflexion moment"),
        _("Ankle power (positive generates)")), -1.0),
    Joint("lumbar_extension", False, lambda: (
        _("Lumbar extension"), _("Lumbar extension"), _("Lumbar extension moment"),
        _("Lumbar extension power (positive generates)"))),
    Joint("hip_adduction", True, lambda: (
        _("Hip adduction"), _("Hip adduction"), _("Hip abduction moment"),
        _("Hip adduction power (positive generates)")), -1.0),
    Joint("hip_rotation", True, lambda: (
        _("Hip internal rotation"), _("Hip internal rotation"), _("Hip internal rotation moment"),
        _("Hip rotation power (positive generates)"))),
    Joint("subtalar_angle", True, lambda: (
        _("Subtalar inversion"), _("Subtalar inversion"), _("Subtalar inversion moment"),
        _("Subtalar power (positive generates)"))),
    Joint("lumbar_bending", False, lambda: (
        _("Lumbar bending"), _("Lumbar bending to the right"), _("Lumbar bending moment"),
        _("Lumbar bending power (positive generates)"))),
    Joint("lumbar_rotation", False, lambda: (
        _("Lumbar rotation"), _("Lumbar rotation to the left"), _("Lumbar rotation moment"),
        _("Lumbar rotation power (positive generates)"))),
    Joint("pelvis_tilt", False, lambda: (_("Pelvis tilt"), _("Pelvis tilt, backward positive"), "", ""),
          has_moment=False),
    Joint("pelvis_list", False, lambda: (_("Pelvis list"), _("Pelvis list, right side down positive"), "", ""),
          has_moment=False),
    Joint("pelvis_rotation", False, lambda: (_("Pelvis rotation"), _("Pelvis rotation, to the left positive"), "", ""),
          has_moment=False),
    Joint("arm_flex", True, lambda: (
        _("Shoulder flexion"), _("Shoulder flexion"), _("Shoulder flexion moment"),
        _("Shoulder flexion power (positive generates)"))),
    Joint("arm_add", True, lambda: (
        _("Shoulder adduction"), _("Shoulder adduction"), _("Shoulder adduction moment"),
        _("Shoulder adduction power (positive generates)"))),
    Joint("elbow_flex", True, lambda: (
        _("Elbow flexion"), _("Elbow flexion"), _("Elbow flexion moment"),
        _("Elbow power (positive generates)"))),
)
# fmt: on
BY_NAME = {joint.coordinate: joint for joint in JOINTS}


def joints_of(curves: pd.DataFrame, quantity: Quantity) -> list[Joint]:
    """Those that a trial has curves of; a coordinate that was held in place has none."""
    return [
        joint
        for joint in JOINTS
        if all(joint.column(side, quantity) in curves for side in joint.sides)
        and any(curves[joint.column(side, "angle")].std() > 0.0 for side in joint.sides)
        and (quantity == "angle" or joint.has_moment)
    ]
