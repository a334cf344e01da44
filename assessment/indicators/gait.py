"""Walking: speed, times and lengths of strides and steps. Definitions and differences from others: docs/gait.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from assessment.catalogue import catalogue
from assessment.gait.strides import Step, Stride
from assessment.gait.walk import Walk, describe_walk
from assessment.indicators.base import Indicator, TrialResults
from assessment.indicators.gait_joints import FEATURES, joint_indicators
from assessment.indicators.stride_means import Mean, in_squares, overall_mean, pooled_sd, side_means
from assessment.motion import SIDES, Side
from pipeline.quality import Mark, Quality

Item = TypeVar("Item", Stride, Step)

TASK = "walking"
# Two metres are at least one full stride cycle with a margin; the shortest clinical walk is 3 m (SPPB).
SHORTEST_WALK_M = 2.0
# Where heel strikes are known, whole steps give the speed of a shorter walk too, with caution.
SHORTEST_STEPS_M = 1.0
FEWEST_STRIDES = 2
# The standard deviation of n independent strides is known to 1 / sqrt(2 (n - 1)). Right and left strides overlap, so
# that half of them are independent: 20 give 24 %. A single walk of 4 m repeats poorly (ICC 0.22 to 0.48; Brach 2008,
# PMC2705958).
FEWEST_STRIDES_FOR_VARIABILITY = 20
# Heel strike and toe-off against force plates of two persons (benchmarks/gait_events.py) and against contacts of the
# synthetic older adult [s]: biases of 0, -12, -11 and of -9, 7, 19 ms, 11 ms together, widened by Student's t of three
# (1.6); and the scatter from stride to stride.
EVENT_BIAS_S, EVENT_SCATTER_S = 0.018, 0.007
# More strides left out than this share: what remains may not be how this person walks.
MANY_LEFT_OUT = 0.25
# The declared error: root mean square distance of the model's clearance from that of toe markers. Two persons.
CLEARANCE_IN_DOUBT = Quality.caution(
    "The model's foot is stiff: against toe markers this was off by about 15 mm, as much as a clearance is. Compare it "
    "only with other visits of the same person."
)
NO_FEET = "The model has no feet: heel strikes cannot be found."

# Of every side. Shares of the stride lie between two kinds of events: their biases do not cancel.
OF_STRIDES: tuple[tuple[str, Callable[[Stride], float]], ...] = (
    ("stride_time", lambda stride: stride.time_s),
    ("stride_length", lambda stride: stride.length_m),
    ("stance_share", lambda stride: stride.stance_percent),
    ("swing_share", lambda stride: 100.0 - stride.stance_percent),
    ("single_support_share", lambda stride: stride.single_support_percent),
    ("foot_clearance", lambda stride: 1000.0 * stride.clearance_m),
)
OF_STEPS: tuple[tuple[str, Callable[[Step], float]], ...] = (
    ("step_time", lambda step: step.time_s),
    ("step_length", lambda step: step.length_m),
)
ALONG_THE_WAY = frozenset({"stride_length", "step_length"})
SHARES = frozenset({"stance_share", "swing_share", "single_support_share"})
# All that needs strides.
NEED_STRIDES = (
    *(name for name, _ in OF_STRIDES),
    *(name for name, _ in OF_STEPS),
    "step_length_asymmetry",
    "stance_asymmetry",
    "cadence",
    "double_support_share",
    "step_width",
    "stride_time_cv",
    "stride_length_cv",
    *(feature.name for feature in FEATURES),
)


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Everything that is declared for walking, each a mean over the regular strides of the straight, steady passes."""
    if results.activity.name != TASK:
        return
    walk = describe_walk(results.kinematics, results.landmarks)
    yield _gait_speed(results, walk)
    if walk.route.turns:  # a straight walk lacks nothing
        yield results.indicator("turn_duration", float(np.mean([turn.duration_s for turn in walk.route.turns])))
    yield from _counts(results, walk)
    missing = _why_no_strides(results, walk)
    if missing is not None:
        for name in NEED_STRIDES:
            for side in SIDES if catalogue()[name].sided else (None,):
                yield results.indicator(name, None, missing, side=side)
        return
    quality = _share_left_out(walk)
    yield from _of_sides(results, walk, quality)
    yield from _of_both(results, walk, quality)
    yield from joint_indicators(results, walk, quality)


def _gait_speed(results: TrialResults, walk: Walk) -> Indicator:
    route = walk.route
    if not route.over_ground and (walk.belt is None or walk.speed_m_s is None):
        quality = Quality.withheld(
            f"The pelvis travels only {route.span_m:.2f} m: a treadmill, whose belt speed is not recorded, or the spot."
        )
        return results.indicator("gait_speed", None, walk.belt or quality)
    needed_m = SHORTEST_STEPS_M if walk.n_steps else SHORTEST_WALK_M
    if route.over_ground and route.travel_m < needed_m:
        short = f"Only {route.travel_m:.1f} m of steady walking were recorded; at least {needed_m:g} m are needed."
        return results.indicator("gait_speed", None, Quality.withheld(short))
    quality = walk.belt or Quality()
    if route.over_ground and route.travel_m < SHORTEST_WALK_M:
        quality = Quality.caution(
            f"Only {route.travel_m:.1f} m of steady walking, {_number(walk.n_steps, 'whole step')}: a short walk says "
            "little about the usual speed."
        )
    error = None
    if walk.strides:
        error = overall_mean(_by_side(walk.strides, lambda stride: stride.length_m / stride.time_s)).standard_error
    value = route.speed_m_s if walk.speed_m_s is None else walk.speed_m_s
    return results.indicator("gait_speed", value, quality, standard_error=error)


def _why_no_strides(results: TrialResults, walk: Walk) -> Quality | None:
    """Why nothing can be told about strides; None where it can."""
    if results.landmarks is None:
        return Quality.withheld(NO_FEET)
    if walk.belt is not None and walk.belt.mark is Mark.WITHHELD and not walk.strides:
        return walk.belt
    if len(walk.strides) < FEWEST_STRIDES:
        seen = _number(len(walk.strides), "whole stride") if walk.strides else "No whole stride"
        verb = "were" if len(walk.strides) > 1 else "was"
        return Quality.withheld(
            f"{seen} {verb} seen in straight, steady walking; at least {FEWEST_STRIDES} are needed.", *walk.left_out
        )
    return None


def _share_left_out(walk: Walk) -> Quality:
    every = walk.n_left_out + len(walk.strides)
    return Quality.caution(*walk.left_out) if walk.n_left_out > MANY_LEFT_OUT * every else Quality()


def _counts(results: TrialResults, walk: Walk) -> Iterator[Indicator]:
    quality = Quality.caution(*walk.left_out) if walk.left_out else Quality()
    if results.landmarks is None:
        quality = Quality.withheld(NO_FEET)
    for side in SIDES:
        count = float(sum(stride.side == side for stride in walk.strides))
        yield results.indicator("number_of_strides", count, quality, side=side, standard_error=0.0)


def _of_sides(results: TrialResults, walk: Walk, quality: Quality) -> Iterator[Indicator]:
    """Means of each side."""
    along, timed = _belt_qualities(walk)
    found = {name: side_means(_by_side(walk.strides, read)) for name, read in OF_STRIDES}
    found |= {name: side_means(_by_side(walk.steps, read)) for name, read in OF_STEPS}
    share_error = 2.0**0.5 * _bias_percent(walk)
    for name, means in found.items():
        of_belt = along if name in ALONG_THE_WAY else timed
        for side in SIDES:
            if side not in means:
                absent = Quality.withheld("No whole stride of this side was seen in straight, steady walking.")
                yield results.indicator(name, None, absent, side=side)
                continue
            own = catalogue()[name].standard_error or (share_error if name in SHARES else None)
            error = in_squares(means[side].standard_error, own)
            doubt = CLEARANCE_IN_DOUBT if name == "foot_clearance" else Quality()
            yield results.indicator(name, means[side].value, quality & of_belt & doubt, side=side, standard_error=error)
    for name, of in (("step_length_asymmetry", "step_length"), ("stance_asymmetry", "stance_share")):
        yield _asymmetry(results, name, found[of], quality & (along if of in ALONG_THE_WAY else timed))


def _asymmetry(results: TrialResults, name: str, means: dict[Side, Mean], quality: Quality) -> Indicator:
    """Right less left in per cent of their mean."""
    if set(means) != set(SIDES) or min(mean.n for mean in means.values()) < FEWEST_STRIDES:
        few = Quality.withheld(f"Both sides need at least {FEWEST_STRIDES} for a comparison.")
        return results.indicator(name, None, few)
    right, left = (means[side] for side in SIDES)
    per = 100.0 / (0.5 * (right.value + left.value))
    error = in_squares(right.standard_error, left.standard_error)
    return results.indicator(
        name, per * (right.value - left.value), quality, standard_error=None if error is None else abs(per) * error
    )


def _of_both(results: TrialResults, walk: Walk, quality: Quality) -> Iterator[Indicator]:
    """What both feet make together."""
    _, timed = _belt_qualities(walk)
    quality &= timed
    time = overall_mean(_by_side(walk.strides, lambda stride: stride.time_s))
    error = time.standard_error
    cadence = 120.0 / time.value
    yield results.indicator(
        "cadence", cadence, quality, standard_error=None if error is None else cadence * error / time.value
    )
    double = overall_mean(_by_side(walk.strides, lambda stride: stride.double_support_percent))
    # The same two biases at the beginning and at the end of stance.
    error = in_squares(double.standard_error, 2.0 * 2.0**0.5 * _bias_percent(walk))
    yield results.indicator("double_support_share", double.value, quality, standard_error=error)
    widths_m = _by_side(walk.strides, lambda stride: stride.width_m)
    if np.isfinite([width for of_side in widths_m.values() for width in of_side]).any():
        width = overall_mean(widths_m)
        yield results.indicator("step_width", width.value, quality, standard_error=width.standard_error)
    else:
        cut = Quality.withheld("The recording ends before the second foot of a stride stands.")
        yield results.indicator("step_width", None, cut)
    yield from _variability(results, walk, quality)


def _variability(results: TrialResults, walk: Walk, quality: Quality) -> Iterator[Indicator]:
    along, _ = _belt_qualities(walk)
    time_s = overall_mean(_by_side(walk.strides, lambda stride: stride.time_s)).value
    for name, read, of_belt in (
        ("stride_time_cv", lambda stride: stride.time_s, Quality()),
        ("stride_length_cv", lambda stride: stride.length_m, along),
    ):
        values = _by_side(walk.strides, read)
        n = len(walk.strides)
        sd = pooled_sd(values)
        if sd is None or n < FEWEST_STRIDES_FOR_VARIABILITY:
            few = Quality.withheld(
                f"{_number(n, 'stride')} were seen; variability needs at least {FEWEST_STRIDES_FOR_VARIABILITY}."
            )
            yield results.indicator(name, None, few)
            continue
        scatter = 100.0 * 2.0**0.5 * EVENT_SCATTER_S / time_s
        noise = Quality.caution(
            f"Part of it is measurement: heel strikes scatter by about {1000 * EVENT_SCATTER_S:.0f} ms around those of "
            f"force plates, which alone makes a stride time vary by {scatter:.1f} %."
        )
        percent = 100.0 * sd / abs(overall_mean(values).value)
        yield results.indicator(
            name, percent, quality & of_belt & noise, standard_error=percent / (2.0 * (n / 2.0 - 1.0)) ** 0.5
        )


def _belt_qualities(walk: Walk) -> tuple[Quality, Quality]:
    """What a treadmill does to lengths along the way, and to times."""
    if walk.belt is None:
        return Quality(), Quality()
    return walk.belt, Quality.caution(*walk.belt.reasons) if walk.belt.mark is Mark.WITHHELD else Quality()


def _bias_percent(walk: Walk) -> float:
    """Bias of one event in per cent of the stride."""
    return 100.0 * EVENT_BIAS_S / overall_mean(_by_side(walk.strides, lambda stride: stride.time_s)).value


def _by_side(items: tuple[Item, ...], read: Callable[[Item], float]) -> dict[Side, list[float]]:
    return {side: [read(item) for item in items if item.side == side] for side in SIDES}


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
