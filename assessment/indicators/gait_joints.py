"""Walking: peaks and ranges of joint angles, moments and powers over the gait cycle, means over strides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from assessment.catalogue import catalogue
from assessment.cycle_curves import CYCLE_PERCENT, CycleCurve, Kind, curves_of
from assessment.gait.walk import Walk
from assessment.indicators.base import Indicator, TrialResults
from assessment.indicators.stretch import estimated
from assessment.indicators.stride_means import in_squares, side_means
from assessment.motion import SIDES, Side
from pipeline.quality import Quality
from pipeline.trajectories import Array

NO_MOMENTS = Quality.withheld("Joint moments are not known.")
TO_TOE_OFF = "toe-off"


@dataclass(frozen=True)
class Feature:
    """One number of a curve.

    Attributes
    ----------
    name : str
        As in the catalogue.
    coordinate, kind : str
        Of the curve.
    start_percent, stop_percent : float or ``toe-off``
        Where in the stride it is looked for [%].
    pick : callable
        Values -> index of the frame that it is read at; None for the range.
    sign : float
        Turns the value: hip extension is the negative of flexion.
    """

    name: str
    coordinate: str
    kind: Kind
    start_percent: float | str = 0.0
    stop_percent: float | str = 100.0
    pick: Callable[[Array], np.intp] | None = np.argmax
    sign: float = 1.0

    def read(self, curve: CycleCurve) -> tuple[float, float | None]:
        """Value in one stride and its standard error; NaN where part of the window is not known."""
        assert curve.toe_off_percent is not None  # noqa: S101 - curves of strides have one
        ends = (self.start_percent, self.stop_percent)
        start, stop = (curve.toe_off_percent if end == TO_TOE_OFF else float(end) for end in ends)
        inside = np.flatnonzero((start <= CYCLE_PERCENT) & (stop >= CYCLE_PERCENT))
        values = curve.values[inside]
        if not len(values) or not np.isfinite(values).all():
            return float("nan"), None
        if self.pick is None:
            return float(np.ptp(values)), None
        frame = inside[int(self.pick(values))]
        error = None if curve.standard_errors is None else float(curve.standard_errors[frame])
        return self.sign * float(curve.values[frame]), error


# Phases as in Perry and Burnfield 2010: loading response and mid stance to 31 %, swing from toe-off. Power bursts as
# Winter 1991 names them: A2 push-off, H1 early stance, H3 pull-off.
FEATURES = (
    Feature("walking_hip_extension_peak", "hip_flexion", "angle", pick=np.argmin, sign=-1.0),
    Feature("walking_hip_range", "hip_flexion", "angle", pick=None),
    Feature("walking_knee_flexion_loading_peak", "knee_angle", "angle", stop_percent=31.0),
    Feature("walking_knee_flexion_swing_peak", "knee_angle", "angle", TO_TOE_OFF),
    Feature("walking_knee_range", "knee_angle", "angle", pick=None),
    Feature("walking_ankle_dorsiflexion_stance_peak", "ankle_angle", "angle", 10.0, TO_TOE_OFF),
    Feature("walking_ankle_plantarflexion_peak", "ankle_angle", "angle", 50.0, 80.0, np.argmin, -1.0),
    Feature("walking_ankle_range", "ankle_angle", "angle", pick=None),
    Feature("walking_hip_extension_moment", "hip_flexion", "moment", stop_percent=31.0),
    Feature("walking_hip_flexion_moment", "hip_flexion", "moment", 31.0, 75.0, np.argmin, -1.0),
    Feature("walking_knee_extension_moment", "knee_angle", "moment", stop_percent=31.0),
    Feature("walking_ankle_plantarflexion_moment", "ankle_angle", "moment", 31.0, TO_TOE_OFF),
    Feature("walking_ankle_push_off_power", "ankle_angle", "power", 40.0, 65.0),
    Feature("walking_hip_early_stance_power", "hip_flexion", "power", stop_percent=31.0),
    Feature("walking_hip_pull_off_power", "hip_flexion", "power", 50.0, 80.0),
)


def joint_indicators(results: TrialResults, walk: Walk, quality: Quality) -> Iterator[Indicator]:
    """Every feature of both sides.

    Parameters
    ----------
    results : TrialResults
    walk : Walk
        Of the same trial, with strides.
    quality : Quality
        What holds for all numbers of the walk.
    """
    curves = curves_of(results, walk)
    for feature in FEATURES:
        read: dict[Side, list[tuple[float, float | None]]] = {
            side: [feature.read(curve) for curve in curves if _is_of(curve, feature, side)] for side in SIDES
        }
        means = side_means({side: [value for value, _ in of_side] for side, of_side in read.items()})
        for side in SIDES:
            if side not in means:
                yield results.indicator(feature.name, None, _absent(results, feature, read[side]), side=side)
                continue
            errors = [error for value, error in read[side] if error is not None and np.isfinite(value)]
            # What the forces are off by is much the same in every stride: more strides do not help.
            own = float(np.mean(errors)) if errors else None
            mark = quality
            if feature.kind != "angle" and estimated(results):
                mark, own = quality & _doubt(feature), _greater(own, catalogue()[feature.name].estimated_forces_error)
            yield results.indicator(
                feature.name,
                means[side].value,
                mark,
                side=side,
                standard_error=in_squares(means[side].standard_error, own),
            )


def _is_of(curve: CycleCurve, feature: Feature, side: Side) -> bool:
    return (curve.side, curve.coordinate, curve.kind) == (side, feature.coordinate, feature.kind)


def _doubt(feature: Feature) -> Quality:
    """Estimated forces move effort from the ankle to the hip, as age does: whoever reads it must know."""
    declared = catalogue()[feature.name]
    return Quality.caution(
        f"Forces are estimated from the movement, not measured: against force plates this was off by about "
        f"{declared.estimated_forces_error} {declared.unit}; ankle push-off came out too small, hip flexion too large."
    )


def _greater(first: float | None, second: float | None) -> float | None:
    known = [error for error in (first, second) if error is not None]
    return max(known) if known else None


def _absent(results: TrialResults, feature: Feature, read: list[tuple[float, float | None]]) -> Quality:
    if feature.kind != "angle" and results.moments is None:
        return NO_MOMENTS
    if read:
        return Quality.withheld("In no stride of this side are forces and moments known throughout.")
    return Quality.withheld("No whole stride of this side was seen in straight, steady walking.")
