"""OpenSim's part in the dynamics of a movement: one run of the model through all frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import opensim as osim
from numpy.typing import NDArray

from models.errors import InverseDynamicsError
from pipeline.trajectories import Array, Kinematics

# Bodies whose place in space contact needs (feet, seat, hands, trunk); those a model lacks are left out.
TRACKED_BODIES = (
    "pelvis", "torso", "femur_r", "femur_l", "calcn_r", "calcn_l", "toes_r", "toes_l", "hand_r", "hand_l",
)  # fmt: skip


@dataclass(frozen=True)
class BodyFrame:
    """Pose of one body over time and its frame Jacobian.

    Attributes
    ----------
    origin_m : ndarray, shape (n_frames, 3)
        Body origin in ground [m].
    body_to_ground : ndarray, shape (n_frames, 3, 3)
    jacobian : ndarray, shape (n_frames, 6, n_coordinates)
        Angular (rows 0-2) and linear (rows 3-5) velocity of the body frame in ground, per unit speed.
    """

    origin_m: Array
    body_to_ground: Array
    jacobian: Array

    def point_m(self, offset_m: Array) -> Array:
        """Ground position of a point fixed in the body, shape (n_frames, 3) [m]."""
        return self.origin_m + self.body_to_ground @ offset_m

    def generalised_force(self, force_n: Array, point_m: Array, moment_nm: Array) -> Array:
        """What a force at a point and a moment on this body do along every coordinate, (n_frames, n_coordinates)."""
        moment_at_origin = moment_nm + np.cross(point_m - self.origin_m, force_n)
        return np.einsum("tkc,tk->tc", self.jacobian, np.hstack([moment_at_origin, force_n]))


@dataclass(frozen=True)
class Segment:
    """Mass of one body and its mass centre in the body's frame."""

    mass_kg: float
    mass_centre_m: Array


@dataclass(frozen=True)
class _Coupler:
    """A coordinate that follows another one through a function (a patella on its knee)."""

    leader: int
    follower: int
    function: osim.Function
    scale: float

    def value(self, leader_value: float) -> float:
        return self.scale * self.function.calcValue(osim.Vector(1, leader_value))

    # Differences, not Function.calcDerivative: its list of indices cannot be passed once another SWIG module (ezc3d)
    # has registered its own vector of integers in the same process.
    def slope(self, leader_value: float) -> float:
        step = 1e-4
        return (self.value(leader_value + step) - self.value(leader_value - step)) / (2 * step)

    def curvature(self, leader_value: float) -> float:
        step = 1e-3
        beside = self.value(leader_value + step) + self.value(leader_value - step)
        return (beside - 2 * self.value(leader_value)) / step**2


class BodySweep:
    """A model, the order of its coordinates, and a run through all frames of a movement.

    Raises
    ------
    InverseDynamicsError
        The model's coordinates or constraints are of kinds that inverse dynamics cannot follow.
    """

    def __init__(self, model: osim.Model) -> None:
        self.model = model
        self.state = model.initSystem()
        self.mass_kg = float(model.getTotalMass(self.state))
        coordinates = model.getCoordinateSet()
        self.names = [coordinates.get(i).getName() for i in range(coordinates.getSize())]
        self.mobility = self._mobilities()
        self.couplers = self._couplers()
        followers = {coupler.follower for coupler in self.couplers}
        self.free_index = [i for i in range(len(self.names)) if i not in followers]
        self.free = tuple(self.names[i] for i in self.free_index)

    def _mobilities(self) -> NDArray[np.intp]:
        """Place of every coordinate in the state's vector of speeds, which follows the tree, not the model's list."""
        coordinates = self.model.getCoordinateSet()
        places = []
        for i in range(len(self.names)):
            self.state.setU(osim.Vector(self.state.getNU(), 0.0))
            coordinates.get(i).setSpeedValue(self.state, 1.0)
            places.append(int(np.argmax(np.abs(self.state.getU().to_numpy()))))
        self.state.setU(osim.Vector(self.state.getNU(), 0.0))
        if sorted(places) != list(range(len(self.names))):
            raise InverseDynamicsError(
                "The model's coordinates do not match its degrees of freedom one to one.",
                hint="Use a model without ball or free joints: every degree of freedom needs a coordinate of its own.",
            )
        return np.array(places)

    def _couplers(self) -> list[_Coupler]:
        constraints = self.model.getConstraintSet()
        couplers = []
        for i in range(constraints.getSize()):
            coupler = osim.CoordinateCouplerConstraint.safeDownCast(constraints.get(i))
            if coupler is None or coupler.getIndependentCoordinateNames().getSize() != 1:
                raise InverseDynamicsError(
                    f"Inverse dynamics cannot follow the model's constraint {constraints.get(i).getName()}.",
                    hint="Accepted: coordinate couplers with one leading coordinate, such as the patella's.",
                )
            couplers.append(
                _Coupler(
                    leader=self.names.index(coupler.getIndependentCoordinateNames().get(0)),
                    follower=self.names.index(coupler.getDependentCoordinateName()),
                    function=coupler.getFunction(),
                    scale=osim.PropertyHelper.getValueDouble(coupler.getPropertyByName("scale_factor")),
                )
            )
        return couplers

    def arrange(self, kinematics: Kinematics) -> tuple[Array, tuple[str, ...]]:
        """Values of the free coordinates in the model's order; absent ones rest at the default, and are noted."""
        unknown = [name for name in kinematics.coordinates if name not in self.names]
        if unknown:
            raise InverseDynamicsError(
                f"The movement holds coordinates that the model does not have: {', '.join(unknown)}.",
                hint="Use the model with which the joint angles were found.",
            )
        columns, absent = [], []
        for i, name in zip(self.free_index, self.free, strict=True):
            coordinate = self.model.getCoordinateSet().get(i)
            if name in kinematics.coordinates:
                column = kinematics.coordinate(name)
                turns = coordinate.getMotionType() == osim.Coordinate.Rotational
                columns.append(np.unwrap(column) if turns else column)
            else:
                absent.append(name)
                columns.append(np.full(len(kinematics.time_s), coordinate.getDefaultValue()))
        notes = (f"Not in the joint angles, held at the model's default: {', '.join(absent)}.",) if absent else ()
        return np.column_stack(columns), notes

    def with_followers(self, values: Array) -> Array:
        """All coordinates in the model's order from the free ones, shape (n_frames, n_all), as OpenSim's tools want."""
        every = np.zeros((len(values), len(self.names)))
        every[:, self.free_index] = values
        for coupler in self.couplers:
            every[:, coupler.follower] = [coupler.value(value) for value in every[:, coupler.leader]]
        return every

    def run(self, values: Array, speeds: Array, accelerations: Array) -> dict[str, Any]:
        """Everything OpenSim knows of each frame; see `BodyMotion` for the meaning of the results."""
        model, state, matter = self.model, self.state, self.model.getMatterSubsystem()
        solver = osim.InverseDynamicsSolver(model)
        n_frames, n_all = len(values), len(self.names)
        present = [name for name in TRACKED_BODIES if self._has(name)]
        bodies = {name: model.getBodySet().get(name) for name in present}
        mobile = {name: body.getMobilizedBodyIndex() for name, body in bodies.items()}
        origin = {name: np.zeros((n_frames, 3)) for name in present}
        rotation = {name: np.zeros((n_frames, 3, 3)) for name in present}
        jacobian = {name: np.zeros((n_frames, 6, len(self.free))) for name in present}
        unloaded = np.zeros((n_frames, len(self.free)))
        centre_of_mass, momentum = np.zeros((n_frames, 3)), np.zeros((n_frames, 6))
        matrix, at_origin = osim.Matrix(), osim.Vec3(0)
        q, u, udot = (np.zeros(n_all) for _ in range(3))

        for t in range(n_frames):
            q[self.mobility[self.free_index]] = values[t]
            u[self.mobility[self.free_index]] = speeds[t]
            udot[self.mobility[self.free_index]] = accelerations[t]
            fold = self._follow(q, u, udot)
            state.setQ(osim.Vector.createFromMat(q))
            state.setU(osim.Vector.createFromMat(u))
            model.realizeVelocity(state)
            unloaded[t] = solver.solve(state, osim.Vector.createFromMat(udot)).to_numpy() @ fold
            centre_of_mass[t] = model.calcMassCenterPosition(state).to_numpy()
            central = matter.calcSystemCentralMomentum(state)
            momentum[t] = np.hstack([central.get(0).to_numpy(), central.get(1).to_numpy()])
            for name, body in bodies.items():
                transform = body.getTransformInGround(state)
                origin[name][t] = transform.p().to_numpy()
                axes = transform.R().asMat33()
                rotation[name][t] = [[axes.get(row, column) for column in range(3)] for row in range(3)]
                matter.calcFrameJacobian(state, mobile[name], at_origin, matrix)
                jacobian[name][t] = matrix.to_numpy() @ fold
        return {
            "unloaded_forces": unloaded,
            "centre_of_mass_m": centre_of_mass,
            "central_momentum": momentum,
            "bodies": {name: BodyFrame(origin[name], rotation[name], jacobian[name]) for name in present},
        }

    def _follow(self, q: Array, u: Array, udot: Array) -> Array:
        """Let the followers follow (in place); return speeds of all mobilities per unit speed of the free coordinates.

        The same matrix, read the other way (virtual work), adds a follower's generalised force to its leader's.
        """
        fold = np.zeros((len(q), len(self.free)))
        fold[self.mobility[self.free_index], np.arange(len(self.free))] = 1.0
        for coupler in self.couplers:
            leader, follower = self.mobility[coupler.leader], self.mobility[coupler.follower]
            slope = coupler.slope(q[leader])
            q[follower] = coupler.value(q[leader])
            u[follower] = slope * u[leader]
            udot[follower] = slope * udot[leader] + coupler.curvature(q[leader]) * u[leader] ** 2
            fold[follower] = slope * fold[leader]
        return fold

    def segments(self) -> dict[str, Segment]:
        """Mass and mass centre of the bodies in ``TRACKED_BODIES`` that the model has."""
        bodies = {name: self.model.getBodySet().get(name) for name in TRACKED_BODIES if self._has(name)}
        return {
            name: Segment(float(body.getMass()), body.getMassCenter().to_numpy().copy())
            for name, body in bodies.items()
        }

    def _has(self, name: str) -> bool:
        return bool(self.model.getBodySet().contains(name))

    def foot_offsets_m(self) -> dict[str, Array]:
        """Where the foot's joints sit in their parent bodies; empty for a model without feet."""
        offsets = {}
        joints = self.model.getJointSet()
        for i in range(joints.getSize()):
            joint = joints.get(i)
            child = joint.getChildFrame().findBaseFrame().getName()
            parent = joint.getParentFrame().findBaseFrame().getName()
            if child.startswith(("calcn_", "toes_")):
                place = joint.getParentFrame().findTransformInBaseFrame().p().to_numpy().copy()
                offsets[f"{parent.rsplit('_', 1)[0]}_to_{child}"] = place
        return offsets
