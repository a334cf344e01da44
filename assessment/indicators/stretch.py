"""The frames of a repetition in which a joint's moment is known, and how numbers taken from them are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from assessment.catalogue import catalogue
from assessment.indicators.base import Indicator, TrialResults
from assessment.motion import Side
from assessment.once import once_per_object
from assessment.repetitions import Repetition
from pipeline.joint_work import Frames
from pipeline.quality import Quality
from pipeline.trajectories import JointMoments

# A peak of a window with fewer usable frames may have been missed.
ENOUGH_FRAMES = 0.8
# From when to when [s].
Window = tuple[float, float]


@dataclass(frozen=True)
class Stretch:
    """Frames of one repetition; at least one of them is known.

    Attributes
    ----------
    moments : JointMoments
    inside : ndarray of bool, shape (n_frames,)
        Frames of the repetition.
    usable : ndarray of bool, shape (n_frames,)
        Those with forces that can be used.
    known : ndarray of bool, shape (n_frames,)
        Those in which the joint's moment can be known as well.
    """

    moments: JointMoments
    inside: Frames
    usable: Frames
    known: Frames

    def meets_hidden(self, first: int, last: int) -> bool:
        """Whether what was taken from these frames lies beside, or over, frames whose moment is not known."""
        return bool(np.any((self.usable & ~self.known)[max(first - 1, 0) : last + 2]))


@dataclass(frozen=True)
class Quantity:
    """A number with its standard error; no value where it is withheld, no error where none is known."""

    quality: Quality
    value: float | None = None
    error: float | None = None


def loaded_repetitions(results: TrialResults) -> tuple[Repetition, ...]:
    """Complete repetitions of movements whose moments are told per repetition."""
    told_of = catalogue()["peak_knee_extension_moment"].tasks
    return results.complete_repetitions if results.activity.name in told_of else ()


def taken(
    results: TrialResults, repetition: Repetition, coordinate: str, quantity: Callable[[Stretch, str], Quantity]
) -> Quantity:
    """What ``quantity`` finds for a coordinate in a repetition, or why it is withheld."""
    window, known = _window_s(results, repetition), _stretches(results)
    if (window, coordinate) not in known:
        known[window, coordinate] = _known_stretch(results, window, coordinate)
    stretch = known[window, coordinate]
    return Quantity(stretch) if isinstance(stretch, Quality) else quantity(stretch, coordinate)


def told(results: TrialResults, repetition: Repetition, side: Side, name: str, found: Quantity) -> Iterator[Indicator]:
    """A quantity as it is and per body mass."""
    for suffix, per in (("", 1.0), ("_per_kg", results.subject.mass_kg)):
        yield results.indicator(
            f"{name}{suffix}",
            None if found.value is None else found.value / per,
            found.quality,
            side=side,
            repetition=repetition.index,
            standard_error=None if found.error is None else found.error / per,
        )


def estimated(results: TrialResults) -> bool:
    """Whether forces were estimated from the movement."""
    return results.forces is not None and results.forces.origin == "estimated"


def _window_s(results: TrialResults, repetition: Repetition) -> Window:
    if results.activity.name == "sit-to-stand":
        return repetition.events["rise_start"], repetition.events["stand"]
    return repetition.start_s, repetition.stop_s


@once_per_object
def _stretches(_: TrialResults) -> dict[tuple[Window, str], Stretch | Quality]:
    """What is known of a trial, by window and coordinate, filled as it is asked for: a dozen numbers look at each."""
    return {}


def _known_stretch(results: TrialResults, window_s: Window, coordinate: str) -> Stretch | Quality:
    """Frames of a repetition in which a moment is known, or the quality that withholds everything taken from them."""
    forces, moments = results.forces, results.moments
    if forces is None or moments is None:
        return Quality.withheld("Joint moments are not known.")
    start_s, stop_s = window_s
    inside = (moments.time_s >= start_s) & (moments.time_s <= stop_s)
    usable = inside & moments.valid & forces.valid
    share = float(usable.sum()) / max(int(inside.sum()), 1)
    if share < ENOUGH_FRAMES:
        return Quality.withheld(f"Forces are usable in only {share:.0%} of this repetition.")
    # Who helps with the hands does so where it is hardest: the peak would be the one that is hidden.
    hidden = [
        support.text
        for support in forces.hand_supports
        if coordinate in support.coordinates and np.any(support.frames(moments.time_s) & inside)
    ]
    if hidden:
        return Quality.withheld(*hidden)
    known = usable & moments.known(coordinate)
    if not known.any():
        return Quality.withheld("A seat may bear load throughout this repetition: the moment is not known.")
    return Stretch(moments, inside, usable, known)
