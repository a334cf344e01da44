"""How one person stands, rises and walks: the movements of the example, fitted to a body and a pace."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assessment.synthetic.body import Body
from assessment.synthetic.people import Participant
from assessment.synthetic.posture import MID_FOOT_M, Lengths, lengths
from assessment.synthetic.sit_to_stand import Rising
from assessment.synthetic.smooth import RATE_HZ
from assessment.synthetic.standing import Stance
from assessment.synthetic.walking import Gait

# The bundled example, whom the movements were made for [m]: leg with foot, and foot from ankle to ball.
EXAMPLE_LEG_M, EXAMPLE_BALL_M = 0.835, 0.165
# Length / leg = factor Fr^power, Fr = v / sqrt(g leg): 258 trials of older adults (WBDS, Fukuchi 2018); women take
# shorter and quicker steps than that by 4 %, men longer ones (assumed), with an SD between people of one speed and leg.
STEP_FACTOR, STEP_POWER, STEP_OF_SEX, STEP_LOG_SD = 1.132, 0.542, {"f": 0.96, "m": 1.02}, 0.04
GRAVITY_M_S2 = 9.81
# How swing of the hip and pitch of the foot grow with speed (recalled; as in rl_scaling.people.movements).
EXCURSION_POWER = 0.4
# Change of the stance share with speed [s/m]: 0.62 of the stride at usual pace, 0.65 and more when slow (recalled).
STANCE_PER_SPEED = -0.05
# Part of the pelvis' drop that comes with the step's length; the rest is a bent knee.
DROP_BY_STEP = 0.6
# Longer steps are lowest later in the stride, over the foot that leaves (found on the legs of 8 people).
LATER_LOW = 0.1
# The longest step over the leg's length: beyond, feet that brake before they land are out of reach of legs that bend.
LONGEST_STEP = 0.76
# SD between people: half step width [m], toe-out and back [deg], lean in rising (all assumed).
HALF_WIDTH_SD_M, TOE_OUT_SD_DEG, LUMBAR_SD_DEG, LEAN_LOG_SD = 0.010, 4.0, 3.0, 0.10
NARROWEST_M = 0.035
# Phases of the test at one pace [s]: up, standing, down, seated; older people sit down no faster than they rise
# (at-home videos). What five rises and four descents of them take.
UP_S, STANDING_S, DOWN_S, SEATED_S = 1.5, 0.15, 1.5, 0.05
FIVE_RISES_S = 5.0 * UP_S + 4.0 * (STANDING_S + DOWN_S + SEATED_S)
# Recorded: standing still, before and after the test, and the walk [s].
NEUTRAL_S, BEFORE_S, AFTER_S = 1.0, 0.8, 0.6
# A walk shows so many strides at least, and crosses what two phones see [m].
STRIDES, SEEN_M = 3.5, 4.2


@dataclass(frozen=True)
class Habits:
    """The three movements of one person."""

    stance: Stance
    rising: Rising
    gait: Gait


def habits(body: Body, person: Participant, generator: np.random.Generator) -> Habits:
    """Fit the movements to a body, with what makes each person's their own."""
    size = lengths(body)
    foot = float(body.ball_m[0]) / EXAMPLE_BALL_M
    # Towards the shorter leg.
    list_deg = -float(np.degrees(np.arctan2(size.left_shorter, 2.0 * size.hip_half_width)))
    step, width, toe_out, lumbar, lean = (float(draw) for draw in generator.standard_normal(5))
    pace = person.five_times_s / FIVE_RISES_S
    return Habits(
        stance=Stance(
            recorded_s=NEUTRAL_S, list_deg=list_deg, lumbar_deg=LUMBAR_SD_DEG * lumbar, mid_foot_m=MID_FOOT_M * foot
        ),
        rising=Rising(
            seat_height_m=person.seat_height_m,
            rise_s=pace * UP_S,
            stand_s=pace * STANDING_S,
            sit_s=pace * DOWN_S,
            rest_s=pace * SEATED_S,
            quiet_start_s=BEFORE_S,
            quiet_end_s=AFTER_S,
            lean=float(np.exp(LEAN_LOG_SD * lean)),
            list_deg=list_deg,
            lower_m=_raised_hip_m(size),
            mid_foot_m=MID_FOOT_M * foot,
            near_ankle_m=Rising.near_ankle_m * foot,
        ),
        gait=_gait(size, foot, person, list_deg, (step, width, toe_out, lumbar)),
    )


def _gait(
    size: Lengths, foot: float, person: Participant, list_deg: float, own: tuple[float, float, float, float]
) -> Gait:
    step, width, toe_out, lumbar = own
    speed, leg_m = person.speed_m_s, size.thigh + size.shank + size.ankle_above_sole
    froude = speed / np.sqrt(GRAVITY_M_S2 * leg_m)
    of_sex = STEP_OF_SEX[str(person.person.subject.sex)] * np.exp(STEP_LOG_SD * step)
    step_m = leg_m * min(STEP_FACTOR * float(froude**STEP_POWER * of_sex), LONGEST_STEP)
    stride_frames = round(2.0 * step_m / speed * RATE_HZ)
    example_step_m = Gait.speed_m_s * Gait.stride_frames / RATE_HZ / 2.0
    step_m = speed * stride_frames / RATE_HZ / 2.0
    slant = (step_m / leg_m) / (example_step_m / EXAMPLE_LEG_M)
    rise = step_m * slant / example_step_m
    drop_m = Gait.mean_drop_m * (DROP_BY_STEP * rise + (1.0 - DROP_BY_STEP) * leg_m / EXAMPLE_LEG_M)
    stride_s = stride_frames / RATE_HZ
    return Gait(
        speed_m_s=speed,
        stride_frames=stride_frames,
        recorded_s=max(STRIDES * stride_s, SEEN_M / speed),
        stance_share=Gait.stance_share + STANCE_PER_SPEED * (speed - Gait.speed_m_s),
        excursion=Gait.excursion * (speed / Gait.speed_m_s) ** EXCURSION_POWER,
        hip_excursion=Gait.hip_excursion * slant,
        half_width_m=max(Gait.half_width_m + HALF_WIDTH_SD_M * width, NARROWEST_M),
        toe_out_deg=Gait.toe_out_deg + TOE_OUT_SD_DEG * toe_out,
        mean_drop_m=drop_m + _raised_hip_m(size),
        swing_m=Gait.swing_m * rise,
        lowest_phase=Gait.lowest_phase + LATER_LOW * max(slant - 1.0, 0.0),
        pelvis_behind_strike_m=0.5 * step_m - foot * (0.5 * example_step_m - Gait.pelvis_behind_strike_m),
        pressure_from_m=Gait.pressure_from_m * foot,
        pressure_way_m=Gait.pressure_way_m * foot,
        list_deg=list_deg,
        lumbar_deg=Gait.lumbar_deg + LUMBAR_SD_DEG * lumbar,
    )


def _raised_hip_m(size: Lengths) -> float:
    """How far the list of the pelvis lifts the right hip, whose leg the movements are planned with [m]."""
    return max(0.0, 0.5 * size.left_shorter)
