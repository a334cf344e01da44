"""How moments are shared: between joints (support moment, hip against knee), sides and repetitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from assessment.indicators.base import Indicator, TrialResults
from assessment.indicators.moments import PEAKS, peak_moment
from assessment.indicators.slopes import slope_over_repetitions
from assessment.indicators.stretch import Quantity, Stretch, estimated, loaded_repetitions, taken, told
from assessment.indicators.work import ESTIMATED_FORCES, JOINTS, with_caution_of_forces
from assessment.motion import EXTENSION_SIGN, SIDES, Side
from assessment.repetitions import Repetition
from pipeline.quality import Mark, Quality
from pipeline.trajectories import Array

# Joints whose moments hold the body up, and their weights in the sum: all extend (Winter 1980, J Biomech 13:923).
SUPPORTING = ("hip_flexion", "knee_angle", "ankle_angle")
# A ratio to a knee that hardly extends says nothing [Nm/kg]: a tenth of what rising from a chair takes. Nor does one to
# a moment whose error is a quarter of it: the interval of such a ratio is not symmetric any more.
LEAST_KNEE_NM_PER_KG = 0.1
LARGEST_KNEE_ERROR_SHARE = 0.25
# An interval of +-100 % says no more than that there are two legs [%].
LARGEST_ASYMMETRY_ERROR = 50.0


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Shares of moments in every complete repetition, asymmetry and change over the trial."""
    if not loaded_repetitions(results):
        return
    for repetition in loaded_repetitions(results):
        for side in SIDES:
            hip, knee = (peak_moment(results, repetition, name, coordinate, side) for name, coordinate in PEAKS[:2])
            support = _summed(results, repetition, side, SUPPORTING)
            both = _summed(results, repetition, side, SUPPORTING[:2])
            yield from told(results, repetition, side, "peak_support_moment", support)
            yield from told(results, repetition, side, "peak_hip_and_knee_moment", both)
            yield _ratio(results, repetition, side, hip, knee)
            for joint, _, coordinate in JOINTS:
                spread = with_caution_of_forces(
                    results, taken(results, repetition, f"{coordinate}_{side}", _power_range)
                )
                yield from told(results, repetition, side, f"{joint}_power_range", spread)
    for name, coordinate in PEAKS:
        yield from _over_the_trial(results, name, coordinate)


def _over_the_trial(results: TrialResults, name: str, coordinate: str) -> Iterator[Indicator]:
    """Asymmetry and slope of one joint's peaks."""
    mass_kg = results.subject.mass_kg
    peaks = {
        side: {
            repetition.index: found
            for repetition in loaded_repetitions(results)
            if (found := peak_moment(results, repetition, name, coordinate, side)).value is not None
            and found.quality.mark is not Mark.WITHHELD
        }
        for side in SIDES
    }
    values = {side: {index: peak.value or 0.0 for index, peak in ones.items()} for side, ones in peaks.items()}
    yield _asymmetry(results, f"{name}_asymmetry", peaks)
    for side in SIDES:
        yield from slope_over_repetitions(results, f"{name}_per_kg_slope", values[side], mass_kg, side)


def _asymmetry(results: TrialResults, name: str, peaks: dict[Side, dict[int, Quantity]]) -> Indicator:
    """Right minus left over their mean [%], of the means over repetitions that both sides have."""
    common = sorted(set(peaks["r"]) & set(peaks["l"]))
    if not common:
        return results.indicator(name, None, Quality.withheld("No repetition has this peak on both sides."))
    right, left = (np.array([peaks[side][index].value for index in common], dtype=float) for side in SIDES)
    middle = 0.5 * (right.mean() + left.mean())
    if middle < LEAST_KNEE_NM_PER_KG * results.subject.mass_kg:
        return results.indicator(name, None, Quality.withheld("The peaks are too small for a ratio to mean anything."))
    errors = [[peaks[side][index].error for index in common] for side in SIDES]
    error = None
    if all(one is not None for side in errors for one in side):
        # Errors of repetitions of a side are alike; those of the two sides are taken as independent.
        of_means = np.array([np.mean(np.array(side, dtype=float)) for side in errors])
        error = 100.0 * float(np.linalg.norm(of_means * np.array([left.mean(), right.mean()]))) / middle**2
    if error is not None and error > LARGEST_ASYMMETRY_ERROR:
        split = Quality.withheld("How the legs share the load is too uncertain here for a comparison of sides.")
        return results.indicator(name, None, split)
    value = 100.0 * float(right.mean() - left.mean()) / middle
    return results.indicator(name, value, _origin(results), standard_error=error)


def _ratio(results: TrialResults, repetition: Repetition, side: Side, hip: Quantity, knee: Quantity) -> Indicator:
    name, index = "hip_to_knee_moment_ratio", repetition.index
    quality = hip.quality & knee.quality & _origin(results)
    if hip.value is None or knee.value is None:
        return results.indicator(name, None, quality, side=side, repetition=index)
    if knee.value < LEAST_KNEE_NM_PER_KG * results.subject.mass_kg:
        quality &= Quality.withheld("The knee hardly extends: a ratio to its moment says nothing.")
        return results.indicator(name, None, quality, side=side, repetition=index)
    if knee.error is not None and knee.error > LARGEST_KNEE_ERROR_SHARE * knee.value:
        quality &= Quality.withheld("The knee's moment is too uncertain to be divided by.")
        return results.indicator(name, None, quality, side=side, repetition=index)
    ratio = hip.value / knee.value
    error = None
    if hip.error is not None and knee.error is not None:
        error = float(np.hypot(hip.error, ratio * knee.error)) / knee.value
    return results.indicator(name, ratio, quality, side=side, repetition=index, standard_error=error)


def _summed(results: TrialResults, repetition: Repetition, side: Side, joints: tuple[str, ...]) -> Quantity:
    """Greatest sum of extension moments, over frames in which all of them are known."""
    names = [f"{joint}_{side}" for joint in joints]

    def peak_of_sum(stretch: Stretch, _: str) -> Quantity:
        known = stretch.known & np.all([stretch.moments.known(name) for name in names], axis=0)
        if not known.any():
            return Quantity(Quality.withheld("The moments of these joints are never known at the same time."))
        total: Array = EXTENSION_SIGN * np.sum([stretch.moments.moment_nm(name) for name in names], axis=0)
        frame = int(np.argmax(np.where(known, total, -np.inf)))
        errors = [one for name in names if (one := stretch.moments.standard_error_nm(name)) is not None]
        # One force under one foot causes the errors of all its joints: they add up rather than cancel.
        error = float(sum(one[frame] for one in errors)) if len(errors) == len(names) else None
        return Quantity(_hidden(replace(stretch, known=known), frame), float(total[frame]), error)

    # The hip is hidden wherever any of them is: its frames decide, the other joints' hands come with them.
    parts = [taken(results, repetition, name, peak_of_sum) for name in names]
    quality = parts[0].quality
    for part in parts[1:]:
        quality &= part.quality
    return with_caution_of_forces(results, Quantity(quality, parts[0].value, parts[0].error))


def _power_range(stretch: Stretch, coordinate: str) -> Quantity:
    """Greatest minus smallest power: peak generation plus peak absorption."""
    power_w = stretch.moments.power_w(coordinate)[stretch.known]
    errors_w = stretch.moments.power_standard_error_w(coordinate)
    error = None
    if errors_w is not None:
        # A moment that is off is off the same way while the joint bends and straightens: both ends move apart.
        known = errors_w[stretch.known]
        error = float(known[np.argmax(power_w)] + known[np.argmin(power_w)])
    quality = Quality()
    if bool((stretch.inside & ~stretch.known).any()):
        quality = Quality.caution("Power is not known in part of this repetition: the range may be greater.")
    return Quantity(quality, float(np.ptp(power_w)), error)


def _hidden(stretch: Stretch, frame: int) -> Quality:
    if stretch.meets_hidden(frame, frame):
        return Quality.caution(
            "The peak is right at seat-off, where it begins to be known: just before, it may have been greater."
        )
    return Quality()


def _origin(results: TrialResults) -> Quality:
    return ESTIMATED_FORCES if estimated(results) else Quality()
