"""How far forward a person carries the trunk's mass, from how they stand still.

Who stands still has the centre of pressure under the centre of mass, and most people have it at about the same place of
the foot. Where the scaled model's lies elsewhere, either the person stands unlike most or the model carries its mass
unlike the person; their standard deviations say how much of the distance is whose. The model's part is taken out by
moving the trunk's mass centre. Forward only: how much each leg bears is what a clinician wants to see.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim as osim

from pipeline.contact.ground.floor import RESTING_PLACE
from pipeline.contact.ground.soles import find_soles, heading
from pipeline.contact.wrench import total_wrench
from pipeline.motion.body_motion import MIN_FRAMES, BodyMotion, swept
from pipeline.motion.body_sweep import BodySweep, read_sweep
from pipeline.trajectories import Kinematics

TRUNK = "torso"
# Teranishi et al. 2013 (60 healthy young adults, feet side by side): the centre of pressure is 44.5 % of the foot's
# length from the heel, standard deviation 5.5 %. The points of a sole span 86 % of the foot: it reaches 25 mm behind
# the generic heel's origin, and heel to ball is 74 % of its length (ANSUR II, women and men). Then 44.5 % of the foot
# is 40 % of the span, which is `RESTING_PLACE`.
RESTING_PLACE_SD = 0.055 / 0.86
# How far ahead or behind the model's own load lies for no reason of the person's, as markers misplaced by a centimetre
# do [m]: a judgement.
MODEL_SD_M = 0.010
# Further away than this, in standard deviations, nobody stands by chance: markers or pose are wrong.
IMPLAUSIBLE_SD = 3.0
# Standing, also stooped: thighs and trunk no further from vertical, soles no further from level.
UPRIGHT_DEG = 35.0
LEVEL_M = 0.03
# A still pose has no frequencies; the filter needs one.
_ANY_CUTOFF_HZ, _FRAME_S = 5.0, 0.02


@dataclass(frozen=True)
class Standing:
    """A model in the pose of quiet standing.

    Attributes
    ----------
    ahead_m : float
        Its load in front of where people's rests on average [m].
    model_share : float
        Share of that distance that is the model's error: posterior mean.
    upright : bool
        Whether the pose is a stance on both feet at all.
    plausible : bool
        Whether a person may stand like this.
    """

    ahead_m: float
    model_share: float
    upright: bool
    plausible: bool


def judge_standing(model: Path | osim.Model, pose: dict[str, float]) -> Standing:
    """Where the load of a model lies that stands in a pose.

    Parameters
    ----------
    model : Path or opensim.Model
        Scaled.
    pose : dict of str to float
        Coordinates [rad or m].
    """
    time_s = np.arange(MIN_FRAMES, dtype=np.float64) * _FRAME_S
    values = np.tile(np.array(list(pose.values()), dtype=np.float64), (MIN_FRAMES, 1))
    still = Kinematics(time_s, tuple(pose), values, (), np.zeros((MIN_FRAMES, 0)))
    sweep = read_sweep(model) if isinstance(model, Path) else BodySweep(model)
    motion = swept(sweep, still, cutoff_hz=_ANY_CUTOFF_HZ)
    soles = find_soles(motion)
    heights = np.array([sole.points_m[0, :, 1] for sole in soles.values()])
    load = total_wrench(motion).pressure_point_m(float(heights.mean()), motion.weight_n)
    lengths = {side: sole.along(sole.points_m)[0].max(axis=1) for side, sole in soles.items()}
    middle = np.zeros(MIN_FRAMES)
    rests = [sole.place_m(RESTING_PLACE * lengths[side], middle, heights.mean()) for side, sole in soles.items()]
    forward, _ = heading(soles.values())
    ahead_m = float(np.sum((load - np.mean(rests, axis=0)) * forward, axis=1)[MIN_FRAMES // 2])
    place_sd_m = RESTING_PLACE_SD * float(np.mean(list(lengths.values())))
    variance = MODEL_SD_M**2 + place_sd_m**2
    return Standing(
        ahead_m=ahead_m,
        model_share=MODEL_SD_M**2 / variance,
        upright=bool(np.ptp(heights) < LEVEL_M and _is_upright(motion)),
        plausible=abs(ahead_m) < IMPLAUSIBLE_SD * float(np.sqrt(variance)),
    )


def _is_upright(motion: BodyMotion) -> bool:
    bodies = (TRUNK, "femur_r", "femur_l")
    return all(motion.bodies[body].body_to_ground[0, 1, 1] > np.cos(np.deg2rad(UPRIGHT_DEG)) for body in bodies)


def move_trunk_mass(model: osim.Model, standing: Standing) -> str:
    """Take the model's part out of the distance, in place; says what was done, or why nothing was."""
    found = (
        f"Standing still, the model's load is {abs(standing.ahead_m) * 1000:.0f} mm "
        f"{'in front of' if standing.ahead_m > 0 else 'behind'} where people's rests on average"
    )
    if not standing.upright:
        return "The static pose is no stance on both feet: where the trunk carries its mass was not adjusted."
    if not standing.plausible:
        return f"{found}: too far to be the person's build, so nothing was adjusted. Check the static trial's markers."
    trunk = model.updBodySet().get(TRUNK)
    bodies = model.getBodySet()
    mass_kg = sum(bodies.get(index).getMass() for index in range(bodies.getSize()))
    shift_m = -standing.model_share * standing.ahead_m * mass_kg / trunk.getMass()
    forward_m, up_m, right_m = trunk.getMassCenter().to_numpy().tolist()
    trunk.setMassCenter(osim.Vec3(forward_m + shift_m, up_m, right_m))
    model.initSystem()
    direction = "forward" if shift_m > 0 else "backward"
    return f"{found}; the trunk's mass was moved {direction} by {abs(shift_m) * 1000:.0f} mm."
