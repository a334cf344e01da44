"""OpenSim's answers, frame by frame, to what the torch skeleton answers for all frames at once."""

from __future__ import annotations

import numpy as np
import opensim as osim
from numpy.typing import NDArray

from tests.models.skeleton.poses import coordinate_names

Array = NDArray[np.float64]


def two_rotations_at_the_knees(model: osim.Model) -> osim.Model:
    """Take the smallest of the three rotations out that one coordinate drives at each knee (in place).

    With three, OpenSim's accelerations of a moving knee are not the derivatives of its own velocities.
    """
    for side in "rl":
        knee = osim.CustomJoint.safeDownCast(model.getJointSet().get(f"walker_knee_{side}"))
        knee.updSpatialTransform().updTransformAxis(1).set_function(osim.Constant(0.0))
    model.finalizeConnections()
    return model


def with_couplers(model: osim.Model, coefficients: list[float]) -> osim.Model:
    """Let the patellae follow by this polynomial, highest power first (in place)."""
    polynomial = osim.PolynomialFunction(osim.Vector.createFromMat(np.array(coefficients)))
    for index in range(model.getConstraintSet().getSize()):
        osim.CoordinateCouplerConstraint.safeDownCast(model.getConstraintSet().get(index)).setFunction(polynomial)
    model.finalizeConnections()
    return model


def chain_of_links(lengths_m=(0.4, 0.3), masses_kg=(2.0, 1.5), inertias_kg_m2=(0.03, 0.015)) -> osim.Model:
    """Rods on pins about Z, hanging along -Y from the ground; centres of mass half-way."""
    model = osim.Model()
    model.setGravity(osim.Vec3(0, -9.80665, 0))
    parent, offset = model.getGround(), osim.Vec3(0)
    for i, (length, mass, inertia) in enumerate(zip(lengths_m, masses_kg, inertias_kg_m2, strict=True)):
        body = osim.Body(f"link{i}", mass, osim.Vec3(0, -length / 2, 0), osim.Inertia(inertia, 1e-3, inertia, 0, 0, 0))
        model.addBody(body)
        zero = osim.Vec3(0)
        joint = osim.PinJoint(f"pin{i}", parent, offset, zero, body, zero, zero)
        joint.updCoordinate().setName(f"q{i}")
        model.addJoint(joint)
        parent, offset = body, osim.Vec3(0, -length, 0)
    model.finalizeConnections()
    return model


class OpenSimDynamics:
    """A model whose followers follow, and whose answers are by free coordinates in the model's order."""

    def __init__(self, model: osim.Model) -> None:
        self.model, self.state = model, model.initSystem()
        names = coordinate_names(model)
        self._solver, self._place = osim.InverseDynamicsSolver(model), {}
        for name in names:
            self.state.setU(osim.Vector(len(names), 0.0))
            model.getCoordinateSet().get(name).setSpeedValue(self.state, 1.0)
            self._place[name] = int(np.argmax(self.state.getU().to_numpy()))
        constraints = [model.getConstraintSet().get(i) for i in range(model.getConstraintSet().getSize())]
        self._couplers = [osim.CoordinateCouplerConstraint.safeDownCast(one) for one in constraints]
        followers = [one.getDependentCoordinateName() for one in self._couplers]
        self.free = [name for name in names if name not in followers]

    def pose(self, values: Array, speeds: Array, accelerations: Array) -> osim.Vector:
        """Put the state there; return accelerations in the state's order."""
        free = [self._place[name] for name in self.free]
        q, u, udot = (np.zeros(len(self._place)) for _ in range(3))
        q[free], u[free], udot[free] = values, speeds, accelerations
        self._fold = np.zeros((len(q), len(free)))
        self._fold[free, np.arange(len(free))] = 1.0
        for coupler in self._couplers:
            leader = self._place[coupler.getIndependentCoordinateNames().get(0)]
            follower = self._place[coupler.getDependentCoordinateName()]
            low, mid, high = (
                coupler.getFunction().calcValue(osim.Vector(1, float(q[leader] + step))) for step in (-1e-3, 0.0, 1e-3)
            )
            slope, curvature = (high - low) / 2e-3, (high - 2 * mid + low) / 1e-6
            q[follower], u[follower] = mid, slope * u[leader]
            udot[follower] = slope * udot[leader] + curvature * u[leader] ** 2
            self._fold[follower] = slope * self._fold[leader]
        self.state.setQ(osim.Vector.createFromMat(q))
        self.state.setU(osim.Vector.createFromMat(u))
        self.model.realizeVelocity(self.state)
        return osim.Vector.createFromMat(udot)

    def forces(self, values: Array, speeds: Array, accelerations: Array) -> Array:
        udot = self.pose(values, speeds, accelerations)
        return self._solver.solve(self.state, udot).to_numpy() @ self._fold

    def mass_matrix(self, values: Array) -> Array:
        self.pose(values, np.zeros_like(values), np.zeros_like(values))
        matrix = osim.Matrix()
        self.model.getMatterSubsystem().calcM(self.state, matrix)
        return self._fold.T @ matrix.to_numpy() @ self._fold

    def centre_of_mass_m(self) -> Array:
        return self.model.calcMassCenterPosition(self.state).to_numpy().copy()

    def central_momentum(self) -> Array:
        momentum = self.model.getMatterSubsystem().calcSystemCentralMomentum(self.state)
        return np.hstack([momentum.get(0).to_numpy(), momentum.get(1).to_numpy()])

    def frame(self, body: str) -> tuple[Array, Array, Array]:
        """Rotation to ground, origin and Jacobian."""
        matrix, component = osim.Matrix(), self.model.getBodySet().get(body)
        self.model.getMatterSubsystem().calcFrameJacobian(
            self.state, component.getMobilizedBodyIndex(), osim.Vec3(0), matrix
        )
        transform = component.getTransformInGround(self.state)
        rotation = np.array([[transform.R().get(row, column) for column in range(3)] for row in range(3)])
        return rotation, transform.p().to_numpy().copy(), matrix.to_numpy() @ self._fold
