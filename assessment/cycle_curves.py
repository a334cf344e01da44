"""Joint angles, moments and powers over a cycle, stride by stride or repetition by repetition, in per cent of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from assessment.gait.track import angles_rad, smoother
from assessment.gait.walk import Walk, describe_walk
from assessment.motion import EXTENSION_SIGN, SIDES, Side
from pipeline.trajectories import Array

if TYPE_CHECKING:
    from assessment.indicators.base import TrialResults

Kind = Literal["angle", "moment", "power"]
CYCLE_PERCENT = np.linspace(0.0, 100.0, 101)
"""Per cent of the cycle: a stride from heel strike to heel strike, or a repetition; shape (101,)."""
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
UNITS: dict[Kind, str] = {"angle": "deg", "moment": "Nm/kg", "power": "W/kg"}


@dataclass(frozen=True)
class CycleCurve:
    """One quantity of one joint over one stride or repetition.

    Attributes
    ----------
    side : {'r', 'l'}
    coordinate : str
        ``hip_flexion``, ``knee_angle`` or ``ankle_angle``.
    kind : {'angle', 'moment', 'power'}
    start_s, stop_s : float
        Heel strikes of the stride, or first and last event of the repetition [s].
    toe_off_percent : float or None
        Of the stride [%]; None for a repetition.
    values : ndarray, shape (101,)
        At `CYCLE_PERCENT`, in ``unit``. Flexion and dorsiflexion angles are positive; so are extension and
        plantarflexion moments, and power that is generated. NaN where a moment cannot be known.
    standard_errors : ndarray, shape (101,), or None
        Of moments and powers; None where none are known.
    """

    side: Side
    coordinate: str
    kind: Kind
    start_s: float
    stop_s: float
    toe_off_percent: float | None
    values: Array
    standard_errors: Array | None = None

    @property
    def unit(self) -> str:
        """deg, Nm/kg or W/kg."""
        return UNITS[self.kind]


@dataclass(frozen=True)
class _Cycle:
    """One stride of one leg, or one repetition of both."""

    sides: tuple[Side, ...]
    start_s: float
    stop_s: float
    toe_off_percent: float | None


def cycle_curves(results: TrialResults) -> list[CycleCurve]:
    """Sagittal curves of hip, knee and ankle: every regular stride of a walk, every complete repetition of others.

    Angles are low-passed at 7 Hz; moments and powers are those of inverse dynamics. Empty for movements without
    repetitions, and for a walk whose feet are not known.
    """
    if results.activity.name == "walking":
        known = results.landmarks is not None
        return curves_of(results, describe_walk(results.kinematics, results.landmarks)) if known else []
    cycles = [_Cycle(SIDES, one.start_s, one.stop_s, None) for one in results.complete_repetitions]
    return _curves(results, cycles)


def curves_of(results: TrialResults, walk: Walk) -> list[CycleCurve]:
    """As `cycle_curves`, for a walk that is already described."""
    cycles = [_Cycle((one.side,), one.start_s, one.stop_s, one.stance_percent) for one in walk.strides]
    return _curves(results, cycles)


def _curves(results: TrialResults, cycles: list[_Cycle]) -> list[CycleCurve]:
    names = tuple(f"{joint}_{side}" for joint in JOINTS for side in SIDES)
    clock_s, _ = smoother(results.kinematics.time_s)
    angles = angles_rad(results.kinematics, names)
    dynamics = _dynamics(results, names)
    curves = []
    for cycle in cycles:
        for side in cycle.sides:
            for joint in JOINTS:
                name = f"{joint}_{side}"
                if name in angles:
                    curves.append(_curve(cycle, side, joint, "angle", clock_s, np.degrees(angles[name])))
                for kind, values, errors in dynamics.get(name, ()):
                    assert results.moments is not None  # noqa: S101 - there are no dynamics without
                    curves.append(_curve(cycle, side, joint, kind, results.moments.time_s, values, errors))
    return curves


def _dynamics(results: TrialResults, names: tuple[str, ...]) -> dict[str, list[tuple[Kind, Array, Array | None]]]:
    """Moment and power of each coordinate per body mass, NaN where not known, with their standard errors."""
    moments, forces, mass_kg = results.moments, results.forces, results.subject.mass_kg
    if moments is None or forces is None:
        return {}
    found: dict[str, list[tuple[Kind, Array, Array | None]]] = {}
    for name in names:
        if name in moments.coordinates:
            known = moments.known(name) & forces.valid
            moment, power = EXTENSION_SIGN * moments.moment_nm(name), moments.power_w(name)
            moment_se, power_se = moments.standard_error_nm(name), moments.power_standard_error_w(name)
            found[name] = [
                (
                    "moment",
                    np.where(known, moment, np.nan) / mass_kg,
                    None if moment_se is None else moment_se / mass_kg,
                ),
                ("power", np.where(known, power, np.nan) / mass_kg, None if power_se is None else power_se / mass_kg),
            ]
    return found


def _curve(
    cycle: _Cycle, side: Side, joint: str, kind: Kind, time_s: Array, values: Array, errors: Array | None = None
) -> CycleCurve:
    times_s = cycle.start_s + CYCLE_PERCENT / 100.0 * (cycle.stop_s - cycle.start_s)
    return CycleCurve(
        side,
        joint,
        kind,
        cycle.start_s,
        cycle.stop_s,
        cycle.toe_off_percent,
        np.interp(times_s, time_s, values),
        None if errors is None else np.interp(times_s, time_s, errors),
    )
