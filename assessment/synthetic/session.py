"""One participant's session: who they are, how they move, what is recorded, and what is true."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from assessment.synthetic import sit_to_stand, standing, walking
from assessment.synthetic.anatomy import marker_names, scale_factors, skeleton
from assessment.synthetic.balance import in_balance
from assessment.synthetic.body import SIDES, Body, OutOfReachError
from assessment.synthetic.habits import Habits, habits
from assessment.synthetic.people import Participant, Population, participant
from assessment.synthetic.plan import Plan
from assessment.synthetic.recording import RATE_HZ, Recording, Room, recorded
from assessment.synthetic.rise_events import rise_events
from assessment.synthetic.truth import Truth, truth_of
from models.skeleton.scale_factors import ScaleFactors
from rl_scaling.people.marker_errors import MarkerErrors, Regime

Array = NDArray[np.float64]

TRIALS: dict[str, Regime] = {"neutral": "standing", "5xSTS": "task", "walk": "gait"}
# A rise that legs cannot make is tried slower by so much.
SLOWER, MOST_SLOWINGS = 1.08, 6
# Rounds of finding balance: more move the pelvis by less than a millimetre.
ROUNDS = 3
# A leg that is too short for the walk as planned, or straighter than this, walks lower, by so much at a time [m].
SLACK_M, LOWER_M, MOST_LOWERINGS = 0.010, 0.004, 25
# Where a knee is straighter, the least shift of the body jerks it.
STRAIGHTEST_DEG = 7.0


@dataclass(frozen=True)
class SyntheticSession:
    """A session and its truth.

    Attributes
    ----------
    participant : Participant
    factors : ScaleFactors
    placement_m : ndarray, shape (n_markers, 3)
        Where markers sit relative to the generic place times the scale factors, in the bodies' frames.
    body : Body
    room : Room
    habits : Habits
        As planned.
    recordings : dict of str to Recording
    """

    participant: Participant
    factors: ScaleFactors
    placement_m: Array
    body: Body
    room: Room
    habits: Habits
    recordings: dict[str, Recording]


def make_session(population: Population, seed: int, number: int) -> SyntheticSession:
    """Make the session of one participant; depends on its arguments alone.

    Parameters
    ----------
    population : Population
    seed : int
        Of the cohort.
    number : int
        Of the participant, from 1.
    """
    generator = np.random.default_rng((seed, number))
    noise = torch.Generator().manual_seed(int(generator.integers(2**62)))
    person = participant(population, number, generator)
    errors = _errors()
    like = torch.zeros((), dtype=torch.float32)
    placement_m = errors.placement(1, noise, like)[0].double().numpy()
    room = Room(float(generator.uniform(-np.pi, np.pi)), errors.session_bias(1, noise, like)[0].double().numpy())
    factors = scale_factors(person.person)
    body = skeleton(person.person, factors, placement_m)
    own = habits(body, person, generator)
    seeds = {trial: int(generator.integers(2**31)) for trial in TRIALS}
    truths = {
        "neutral": _truth(body, standing.plan(body, seeds["neutral"], own.stance)),
        "5xSTS": _test(body, own, seeds["5xSTS"]),
        "walk": _walk(body, own, seeds["walk"]),
    }
    recordings = {trial: recorded(body, truths[trial], errors, regime, room, noise) for trial, regime in TRIALS.items()}
    return SyntheticSession(person, factors, placement_m, body, room, own, recordings)


def _truth(body: Body, plan: Plan, margin_s: float = 0.0) -> Truth:
    margin = round(margin_s * RATE_HZ)
    return truth_of(body, in_balance(body, plan, ROUNDS), slice(margin, len(plan.time_s) - margin))


def _test(body: Body, own: Habits, seed: int) -> Truth:
    """Rise five times as planned, slower where these legs cannot."""
    rising = own.rising
    for _ in range(MOST_SLOWINGS):
        try:
            truth = _truth(body, sit_to_stand.plan(body, seed, rising))
        except OutOfReachError:
            rising = replace(rising, rise_s=SLOWER * rising.rise_s, sit_s=SLOWER * rising.sit_s)
        else:
            return replace(truth, events_s=truth.events_s | rise_events(body, truth))
    raise OutOfReachError("no rise on these legs was found")


def _walk(body: Body, own: Habits, seed: int) -> Truth:
    """Walk as planned, lower by as much as the legs need."""
    gait, least_m = own.gait, 0.0
    for _ in range(MOST_LOWERINGS):
        plan = walking.plan(body, seed, gait)
        lower = walking.lowered(body, plan, gait, SLACK_M, least_m)
        if lower != gait:
            gait, least_m = lower, 0.0
            continue
        try:
            truth = _truth(body, plan, walking.MARGIN_S)
        except OutOfReachError:
            # Balance has moved the pelvis further from a foot than planned.
            least_m = LOWER_M
            continue
        knees = [body.index(f"knee_angle_{side}") for side in SIDES]
        if float(np.degrees(truth.q[:, knees].min())) > STRAIGHTEST_DEG:
            return truth
        least_m = LOWER_M
    raise OutOfReachError("no walk on these legs was found")


@cache
def _errors() -> MarkerErrors:
    return MarkerErrors(marker_names())
