"""Joint angles, moments and powers over the gait cycle, stride by stride: what reports and indicators read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from assessment.gait.strides import Stride
from assessment.gait.track import angles_rad, smoother
from assessment.gait.walk import Walk, describe_walk
from assessment.motion import Side
from pipeline.trajectories import Array

if TYPE_CHECKING:
    from assessment.indicators.base import TrialResults

Kind = Literal["angle", "moment", "power"]
CYCLE_PERCENT = np.linspace(0.0, 100.0, 101)
"""Per cent of the stride, from heel strike to heel strike; shape (101,)."""
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")
# In LaiUhlrich2022 flexion and dorsiflexion are positive: extension and plantarflexion moments are the negative ones.
EXTENSION_SIGN = -1.0
UNITS: dict[Kind, str] = {"angle": "deg", "moment": "Nm/kg", "power": "W/kg"}


@dataclass(frozen=True)
class CycleCurve:
    """One quantity of one joint over one stride.

    Attributes
    ----------
    side : {'r', 'l'}
    coordinate : str
        ``hip_flexion``, ``knee_angle`` or ``ankle_angle``.
    kind : {'angle', 'moment', 'power'}
    start_s, stop_s : float
        Heel strikes of the stride [s].
    toe_off_percent : float
        Of the stride [%].
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
    toe_off_percent: float
    values: Array
    standard_errors: Array | None = None

    @property
    def unit(self) -> str:
        """deg, Nm/kg or W/kg."""
        return UNITS[self.kind]


def cycle_curves(results: TrialResults) -> list[CycleCurve]:
    """Sagittal curves of hip, knee and ankle for every regular stride of a walk, in time.

    Angles are low-passed at 7 Hz; moments and powers are those of inverse dynamics. Empty for other movements, and
    where the feet are not known.
    """
    if results.activity.name != "walking" or results.landmarks is None:
        return []
    return curves_of(results, describe_walk(results.kinematics, results.landmarks))


def curves_of(results: TrialResults, walk: Walk) -> list[CycleCurve]:
    """As `cycle_curves`, for a walk that is already described."""
    names = tuple(f"{joint}_{side}" for joint in JOINTS for side in ("r", "l"))
    clock_s, _ = smoother(results.kinematics.time_s)
    angles = angles_rad(results.kinematics, names)
    dynamics = _dynamics(results, names)
    curves = []
    for stride in walk.strides:
        for joint in JOINTS:
            name = f"{joint}_{stride.side}"
            if name in angles:
                curves.append(_curve(stride, joint, "angle", clock_s, np.degrees(angles[name])))
            for kind, values, errors in dynamics.get(name, ()):
                assert results.moments is not None  # noqa: S101 - there are no dynamics without
                curves.append(_curve(stride, joint, kind, results.moments.time_s, values, errors))
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
    stride: Stride, joint: str, kind: Kind, time_s: Array, values: Array, errors: Array | None = None
) -> CycleCurve:
    times_s = stride.start_s + CYCLE_PERCENT / 100.0 * stride.time_s
    return CycleCurve(
        stride.side,
        joint,
        kind,
        stride.start_s,
        stride.stop_s,
        stride.stance_percent,
        np.interp(times_s, time_s, values),
        None if errors is None else np.interp(times_s, time_s, errors),
    )
