"""OpenSim's inverse kinematics solver, frame by frame, started where the pelvis is.

OpenSim starts from the model's default pose. That faces along X, whereas the heading of an OpenCap session is
arbitrary: seen from behind, the solver ends in a twisted pose. Here the pelvis is first laid onto its own markers
(rigid fit), and every solution is brought to the minimum of its cost (`pipeline.kinematics.pose_refinement`), so that
every heading gives the same joint angles.
"""

from __future__ import annotations

import numpy as np
import opensim as osim
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from models.errors import InverseKinematicsError
from models.markers import MarkerTrajectories
from pipeline.kinematics.engine import tracked_markers
from pipeline.kinematics.pose_refinement import CoordinateTarget, PoseRefinement

# Tolerance of OpenSim's solver. OpenCap uses 1e-5; here it only brings the refinement near: the result is the same
# to 0.001 degrees for 1e-2 to 1e-5.
ACCURACY = 1e-3
# A coordinate is observed if some marker moves by more than this when it turns by 0.1 rad (or shifts by 0.1 m).
_OBSERVED_M = 1e-4
_PROBE = 0.1
# Half the range left to a coordinate that no marker observes [rad or m].
_HELD = 1e-9


class PoseSolver:
    """Finds the pose of a model that brings its markers closest to measured ones.

    Parameters
    ----------
    model : opensim.Model
        Taken over and changed: coordinates that no measured marker observes are held at their default value.
    markers : MarkerTrajectories
        Measured positions; NaN where not seen.
    weights : dict of str to float
        Weight per marker; markers without one do not influence the pose.
    targets : tuple of CoordinateTarget
    accuracy : float
        Tolerance of OpenSim's solver.
    refined : bool
        False leaves OpenSim's answers as they are; for comparison.

    Attributes
    ----------
    coordinates : tuple of str
        All coordinates, in the model's order.
    unobserved : tuple of str
        Those that no marker sees, held at their default value.
    tracked : tuple of str
        Markers that influence the pose.

    Raises
    ------
    InverseKinematicsError
        None of the markers is in the model, or fewer than three sit on the root body (the pelvis).
    """

    def __init__(
        self,
        model: osim.Model,
        markers: MarkerTrajectories,
        weights: dict[str, float],
        *,
        targets: tuple[CoordinateTarget, ...] = (),
        accuracy: float = ACCURACY,
        refined: bool = True,
    ) -> None:
        self._model = model
        in_model = model.getMarkerSet()
        names = {in_model.get(index).getName() for index in range(in_model.getSize())}
        self.tracked = tracked_markers(names, markers, weights)
        self._markers = markers.select(self.tracked)
        self._state = model.initSystem()
        found = [model.getCoordinateSet().get(index) for index in range(model.getCoordinateSet().getSize())]
        self._coordinates = found
        self.coordinates = tuple(coordinate.getName() for coordinate in found)
        self._root = _Root(model, [in_model.get(name) for name in self.tracked])
        self.unobserved = self._hold_unobserved()
        self._state = model.initSystem()
        self._solver = self._make_solver(weights, targets, accuracy)
        self._refinement = (
            PoseRefinement(model, self._state, self._coordinates, self._markers, weights, targets) if refined else None
        )

    def solve_first(self, frame: int) -> None:
        """Solve a frame from scratch: pelvis onto its markers, joints at their default values.

        Raises
        ------
        InverseKinematicsError
            Fewer than three pelvis markers are seen, or OpenSim finds no pose.
        """
        for coordinate in self._coordinates:
            coordinate.setValue(self._state, coordinate.getDefaultValue(), False)
        measured = self._markers.select(self._root.marker_names).positions_m[frame]
        self._root.lay_onto(measured, self._state)
        self._state.setTime(float(self._markers.time_s[frame]))
        try:
            self._solver.assemble(self._state)
        except RuntimeError as error:
            raise InverseKinematicsError(
                f"OpenSim finds no pose for the markers at {self._markers.time_s[frame]:.2f} s.",
                hint="Look at the markers in this frame: some may be swapped or far off.",
            ) from error
        self._refine(frame)

    def solve_next(self, frame: int) -> bool:
        """Solve a frame from the pose of the frame solved before; False where OpenSim finds none."""
        self._state.setTime(float(self._markers.time_s[frame]))
        try:
            self._solver.track(self._state)
        except RuntimeError:
            return False
        self._refine(frame)
        return True

    @property
    def values(self) -> NDArray[np.float64]:
        """Coordinates of the current pose, shape (n_coordinates,) [rad or m]."""
        return np.array([coordinate.getValue(self._state) for coordinate in self._coordinates])

    @property
    def root_angles(self) -> tuple[int, ...]:
        """Places of the pelvis angles among the coordinates."""
        return tuple(self.coordinates.index(name) for name in self._root.angle_names)

    def distances_m(self, frame: int) -> NDArray[np.float64]:
        """Distance measured - modelled of the tracked markers in the current pose [m]; NaN where not seen."""
        self._model.realizePosition(self._state)
        in_model = self._model.getMarkerSet()
        modelled = [in_model.get(name).getLocationInGround(self._state).to_numpy() for name in self.tracked]
        return np.linalg.norm(self._markers.positions_m[frame] - np.array(modelled), axis=1)

    def distance_m(self, marker: str, measured_m: NDArray[np.float64]) -> float:
        """Distance of any marker of the model from where it was measured, in the current pose [m]."""
        if not self._model.getMarkerSet().contains(marker):
            return float("nan")
        self._model.realizePosition(self._state)
        modelled = self._model.getMarkerSet().get(marker).getLocationInGround(self._state).to_numpy()
        return float(np.linalg.norm(measured_m - modelled))

    def in_body_m(self, body: str, in_ground_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Position of a ground point in a body's frame, in the current pose [m]."""
        self._model.realizePosition(self._state)
        ground = self._model.getGround()
        point = osim.Vec3(*(float(value) for value in in_ground_m))
        return ground.findStationLocationInAnotherFrame(
            self._state, point, self._model.getBodySet().get(body)
        ).to_numpy()

    def _refine(self, frame: int) -> None:
        if self._refinement is not None:
            self._refinement.refine(self._state, frame)

    def _hold_unobserved(self) -> tuple[str, ...]:
        at_default = self._modelled()
        unobserved = []
        for coordinate in self._coordinates:
            default = coordinate.getDefaultValue()
            inwards = _PROBE if default + _PROBE <= coordinate.getRangeMax() else -_PROBE
            coordinate.setValue(self._state, default + inwards, False)
            moved_m = np.abs(self._modelled() - at_default).max()
            coordinate.setValue(self._state, default, False)
            if moved_m < _OBSERVED_M:
                # Not locked: a lock is a constraint, and constraints make OpenSim choose an optimiser ten times slower.
                coordinate.setRangeMin(default - _HELD)
                coordinate.setRangeMax(default + _HELD)
                coordinate.setDefaultClamped(True)
                unobserved.append(coordinate.getName())
        return tuple(unobserved)

    def _modelled(self) -> NDArray[np.float64]:
        self._model.realizePosition(self._state)
        in_model = self._model.getMarkerSet()
        return np.array([in_model.get(name).getLocationInGround(self._state).to_numpy() for name in self.tracked])

    def _make_solver(
        self, weights: dict[str, float], targets: tuple[CoordinateTarget, ...], accuracy: float
    ) -> osim.InverseKinematicsSolver:
        table = osim.TimeSeriesTableVec3()
        table.setColumnLabels(self.tracked)
        table.addTableMetaDataString("Units", "m")
        for time, positions in zip(self._markers.time_s, self._markers.positions_m, strict=True):
            table.appendRow(float(time), osim.RowVectorVec3([osim.Vec3(*map(float, point)) for point in positions]))
        marker_weights = osim.SetMarkerWeights()
        for name in self.tracked:
            marker_weights.cloneAndAppend(osim.MarkerWeight(name, weights[name]))
        references = osim.SimTKArrayCoordinateReference()
        for target in targets:
            if target.weight > 0 and target.coordinate in self.coordinates and target.coordinate not in self.unobserved:
                reference = osim.CoordinateReference(target.coordinate, osim.Constant(target.value))
                reference.setWeight(target.weight)
                references.push_back(reference)
        solver = osim.InverseKinematicsSolver(
            self._model, osim.MarkersReference(table, marker_weights), references, float("inf")
        )
        solver.setAccuracy(accuracy)
        return solver


class _Root:
    """The body that moves freely in ground (the pelvis), its joint and its tracked markers."""

    def __init__(self, model: osim.Model, tracked: list[osim.Marker]) -> None:
        joints = [model.getJointSet().get(index) for index in range(model.getJointSet().getSize())]
        free = [
            joint
            for joint in joints
            if joint.getParentFrame().findBaseFrame().getName() == "ground" and joint.numCoordinates() == 6
        ]
        if len(free) != 1:
            raise InverseKinematicsError(
                f"The model has {len(free)} bodies that move freely in space; one is expected, the pelvis.",
                hint="Use a model with a six-coordinate joint between ground and pelvis.",
            )
        joint = free[0]
        self.body = joint.getChildFrame().findBaseFrame().getName()
        own = [marker for marker in tracked if marker.getParentFrame().findBaseFrame().getName() == self.body]
        self.marker_names = tuple(marker.getName() for marker in own)
        self._offsets_m = np.array([marker.get_location().to_numpy() for marker in own]).reshape(-1, 3)
        if len(own) < 3:
            raise InverseKinematicsError(
                f"Only {len(own)} markers of the trial sit on the {self.body}; three are needed to find its position.",
                hint=f"Markers found there: {', '.join(self.marker_names) or 'none'}. Check the marker names.",
            )
        names = [joint.get_coordinates(index).getName() for index in range(6)]
        custom = osim.CustomJoint.safeDownCast(joint)
        if custom is None:
            # A FreeJoint: rotations about the body's X, Y, Z in turn, then translations.
            self._axes = np.vstack([np.eye(3), np.eye(3)])
        else:
            transform = custom.getSpatialTransform()
            self._axes = np.array([transform.getTransformAxis(index).getAxis().to_numpy() for index in range(6)])
        self.angle_names = tuple(names[:3])
        self._coordinates = [joint.get_coordinates(index) for index in range(6)]

    def lay_onto(self, measured_m: NDArray[np.float64], state: osim.State) -> None:
        """Set the joint's coordinates so that the body's markers come closest to the measured ones (Kabsch)."""
        seen = np.isfinite(measured_m).all(axis=1)
        if seen.sum() < 3:
            unseen = ", ".join(self.marker_names[index] for index in np.flatnonzero(~seen))
            raise InverseKinematicsError(
                f"Fewer than three markers of the {self.body} are seen in the first frame (missing: {unseen}).",
                hint="Cut the trial to where the pelvis is seen.",
            )
        own, there = self._offsets_m[seen], measured_m[seen]
        body_to_ground, _ = Rotation.align_vectors(there - there.mean(axis=0), own - own.mean(axis=0))
        origin_m = there.mean(axis=0) - body_to_ground.apply(own.mean(axis=0))
        letters = "".join("XYZ"[int(np.argmax(np.abs(axis)))] for axis in self._axes[:3])
        angles = body_to_ground.as_euler(letters) * self._axes[:3].sum(axis=1)
        shifts = self._axes[3:] @ origin_m
        for coordinate, value in zip(self._coordinates, [*angles, *shifts], strict=True):
            coordinate.setValue(state, float(value), False)
