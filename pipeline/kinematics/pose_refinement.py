"""Bring a pose that OpenSim's solver has left to the minimum of the same cost.

Without constraints OpenSim minimises with L-BFGS-B, which stops early whatever accuracy it is given: turn a recording
about the vertical, and arm angles change by 2 to 3 degrees, hip and lumbar angles by up to 1
(`benchmarks.measurement_scaling`). A few damped Gauss-Newton steps (Levenberg 1944, Marquardt 1963) with OpenSim's own
Jacobian remove this; the result equals what OpenSim's interior-point optimiser finds at accuracy 1e-7, at a fraction of
its time.
Ranges are kept by projecting:
a coordinate at its limit that the step would push outwards is left out of the step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import opensim as osim
from numpy.typing import NDArray

from models.markers import MarkerTrajectories

# Converged when no coordinate moves by more than this in a step [rad or m]: 0.0006 degrees.
_STEP = 1e-5
_MAX_STEPS = 30
# A longer step leaves the region where the model is nearly linear [rad or m].
_LONGEST = 0.5
# Relative damping to begin with, and where no further attempt makes sense.
_DAMPING, _DAMPING_END = 1e-6, 1e6


@dataclass(frozen=True)
class CoordinateTarget:
    """A value that a coordinate is drawn to: ``weight`` [1/rad^2] against marker weights [1/m^2]."""

    coordinate: str
    value: float
    weight: float


class PoseRefinement:
    """Levenberg-Marquardt on sum(weight * distance^2) over markers, plus coordinate targets.

    Parameters
    ----------
    model : opensim.Model
        Without constraints; initialised.
    state : opensim.State
    coordinates : list of opensim.Coordinate
        All coordinates of the model.
    markers : MarkerTrajectories
        Measured positions of markers that the model has; NaN where not seen.
    weights : dict of str to float
    targets : tuple of CoordinateTarget
    """

    def __init__(
        self,
        model: osim.Model,
        state: osim.State,
        coordinates: list[osim.Coordinate],
        markers: MarkerTrajectories,
        weights: dict[str, float],
        targets: tuple[CoordinateTarget, ...] = (),
    ) -> None:
        self._model = model
        self._matter = model.getMatterSubsystem()
        self._measured_m = markers.positions_m
        self._weights = np.array([weights[name] for name in markers.names])
        found = [model.getMarkerSet().get(name) for name in markers.names]
        bases = [osim.Body.safeDownCast(marker.getParentFrame().findBaseFrame()) for marker in found]
        self._markers = found
        self._bodies = {body.getName(): body for body in bases}
        body_names = list(self._bodies)
        self._body_of = np.array([body_names.index(body.getName()) for body in bases])
        # Six rows a body in OpenSim's system Jacobian: angular, then linear velocity in ground.
        first_rows = np.array([6 * int(self._bodies[name].getMobilizedBodyIndex()) for name in body_names])
        self._rows = first_rows[:, None] + np.arange(6)
        self._places = _places(coordinates, state)
        clamped = np.array([coordinate.getDefaultClamped() for coordinate in coordinates])
        self._low = np.where(clamped, [coordinate.getRangeMin() for coordinate in coordinates], -np.inf)
        self._high = np.where(clamped, [coordinate.getRangeMax() for coordinate in coordinates], np.inf)
        names = [coordinate.getName() for coordinate in coordinates]
        self._drawn = np.zeros(len(names))
        self._drawn_to = np.zeros(len(names))
        for target in targets:
            if target.coordinate in names:
                self._drawn[names.index(target.coordinate)] = target.weight
                self._drawn_to[names.index(target.coordinate)] = target.value

    def refine(self, state: osim.State, frame: int) -> None:
        """Move the state to the nearest minimum of the cost of a frame."""
        measured_m = self._measured_m[frame]
        seen = np.isfinite(measured_m).all(axis=1)
        values = state.getQ().to_numpy()[self._places]
        modelled_m = self._modelled(state, values)
        cost = self._cost(modelled_m, measured_m, seen, values)
        damping = _DAMPING
        for _ in range(_MAX_STEPS):
            gradient, hessian = self._normal_equations(state, modelled_m, measured_m, seen, values)
            blocked = ((values <= self._low) & (gradient < 0)) | ((values >= self._high) & (gradient > 0))
            free = np.flatnonzero(~blocked & (np.diag(hessian) > 0))
            longest = 0.0
            while damping < _DAMPING_END:
                damped = hessian[np.ix_(free, free)] + damping * np.diag(np.diag(hessian)[free])
                step = np.zeros(len(values))
                step[free] = np.clip(np.linalg.solve(damped, gradient[free]), -_LONGEST, _LONGEST)
                trial = np.clip(values + step, self._low, self._high)
                trial_m = self._modelled(state, trial)
                trial_cost = self._cost(trial_m, measured_m, seen, trial)
                if trial_cost <= cost:
                    longest = float(np.abs(trial - values).max())
                    values, modelled_m, cost = trial, trial_m, trial_cost
                    damping = max(damping / 10, 1e-9)
                    break
                damping *= 10
            if longest < _STEP:
                break
        self._modelled(state, values)

    def _normal_equations(
        self,
        state: osim.State,
        modelled_m: NDArray[np.float64],
        measured_m: NDArray[np.float64],
        seen: NDArray[np.bool_],
        values: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Negative half gradient, and half the Gauss-Newton Hessian, of the cost."""
        jacobian = osim.Matrix()
        self._matter.calcSystemJacobian(state, jacobian)
        by_body = jacobian.to_numpy()[self._rows][:, :, self._places]
        origins_m = np.array([body.getPositionInGround(state).to_numpy() for body in self._bodies.values()])
        arms_m = modelled_m - origins_m[self._body_of]
        # Velocity of a point: v + w x arm.
        turning, shifting = by_body[self._body_of, :3], by_body[self._body_of, 3:]
        of_points = shifting + np.cross(turning, arms_m[:, :, None], axis=1)
        roots = np.sqrt(self._weights * seen)
        weighted = (roots[:, None, None] * of_points).reshape(-1, len(values))
        misfit = np.where(seen[:, None], measured_m - modelled_m, 0.0)
        gradient = weighted.T @ (roots[:, None] * misfit).ravel() + self._drawn * (self._drawn_to - values)
        return gradient, weighted.T @ weighted + np.diag(self._drawn)

    def _cost(
        self,
        modelled_m: NDArray[np.float64],
        measured_m: NDArray[np.float64],
        seen: NDArray[np.bool_],
        values: NDArray[np.float64],
    ) -> float:
        misfit = (measured_m - modelled_m)[seen]
        of_markers = np.sum(self._weights[seen] * np.sum(misfit**2, axis=1))
        return float(of_markers + np.sum(self._drawn * (values - self._drawn_to) ** 2))

    def _modelled(self, state: osim.State, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put the state into a pose and return the markers' positions in ground [m]."""
        q = state.getQ().to_numpy()
        q[self._places] = values
        state.setQ(osim.Vector(q))
        self._model.realizePosition(state)
        return np.array([marker.getLocationInGround(state).to_numpy() for marker in self._markers])


def _places(coordinates: list[osim.Coordinate], state: osim.State) -> NDArray[np.int_]:
    """Places of the coordinates in the state's Q and U (the same: OpenSim's coordinates are their own speeds)."""
    probe = osim.State(state)
    found = []
    for coordinate in coordinates:
        probe.setU(osim.Vector(probe.getNU(), 0.0))
        coordinate.setSpeedValue(probe, 1.0)
        found.append(int(np.argmax(probe.getU().to_numpy())))
    return np.array(found)
