"""Read an OpenSim model as a kinematic tree: bodies, joint axes, couplers, markers, ranges; plain NumPy.

Fixed frames and markers are held as *levers*, 3x3 matrices: ``lever @ scale`` is the offset [m] on a body with these
scale factors. OpenSim scales an offset component by component in the frame it is given in, so a lever is the diagonal
of the offset; for frames upon frames the levers add up, turned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import opensim as osim
from numpy.typing import NDArray

from models.errors import ModelError
from models.skeleton.functions import PiecewisePolynomial, read_function

Array = NDArray[np.float64]

SUPPORTED_JOINTS = ("PinJoint", "UniversalJoint", "BallJoint", "CustomJoint", "FreeJoint", "WeldJoint")
_IDENTITY = PiecewisePolynomial.polynomial(0.0, 1.0)


@dataclass(frozen=True)
class Axis:
    """One rotation about or translation along an axis of a joint's frame on its parent.

    Attributes
    ----------
    direction : ndarray, shape (3,)
    function : PiecewisePolynomial
        Angle [rad] or distance [m] of the coordinate's value.
    coordinate : str or None
        None where the function is constant.
    scaled : bool
        Whether scaling the parent scales the distance.
    """

    direction: Array
    function: PiecewisePolynomial
    coordinate: str | None
    scaled: bool = False


@dataclass(frozen=True)
class FixedFrame:
    """A frame fixed to a body (or ground): its body, axes in the body's frame, and lever."""

    body: str
    rotation: Array
    lever: Array


@dataclass(frozen=True)
class TreeJoint:
    """A joint: rotations are applied in order, each about an axis turned by those before; translations come first."""

    name: str
    parent: FixedFrame
    child: FixedFrame
    rotations: tuple[Axis, ...]
    translations: tuple[Axis, ...]


@dataclass(frozen=True)
class Coupler:
    """``dependent = function(independent)``."""

    dependent: str
    independent: str
    function: PiecewisePolynomial


@dataclass(frozen=True)
class TreeCoordinate:
    """A coordinate [rad or m]; the range is infinite where it is not clamped."""

    name: str
    default: float
    low: float
    high: float
    locked: bool


@dataclass(frozen=True)
class ModelTree:
    """All of a model that its kinematics depend on.

    Attributes
    ----------
    joints : tuple of TreeJoint
        From ground outwards; joint ``i`` carries body ``i``.
    coordinates : tuple of TreeCoordinate
        Free ones, in the model's order.
    order : tuple of str
        All coordinates, those of couplers too, in the model's order.
    couplers : tuple of Coupler
    markers : dict of str to FixedFrame
        In the model's order.
    """

    joints: tuple[TreeJoint, ...]
    coordinates: tuple[TreeCoordinate, ...]
    order: tuple[str, ...]
    couplers: tuple[Coupler, ...] = ()
    markers: dict[str, FixedFrame] = field(default_factory=dict)


def read_tree(model: osim.Model, *, leaving_out: Sequence[osim.Joint] = ()) -> ModelTree:
    """Read a model.

    Parameters
    ----------
    model : opensim.Model
        Its system is initialised; nothing else changes.
    leaving_out : sequence of opensim.Joint
        Joints of bodies that nothing hangs on: they, their coordinates and what drives these are left out.

    Raises
    ------
    ModelError
        A joint, function or constraint is of a kind that is not supported, or the joints form no tree.
    """
    model.initSystem()
    ends = {joint.getName() for joint in leaving_out}
    gone = {joint.get_coordinates(index).getName() for joint in leaving_out for index in range(joint.numCoordinates())}
    joint_set = [model.getJointSet().get(index) for index in range(model.getJointSet().getSize())]
    joints = _from_ground_outwards([_read_joint(joint) for joint in joint_set if joint.getName() not in ends])
    couplers = tuple(coupler for coupler in _read_couplers(model) if coupler.dependent not in gone)
    dependent = {coupler.dependent for coupler in couplers}
    every = [model.getCoordinateSet().get(index) for index in range(model.getCoordinateSet().getSize())]
    found = [coordinate for coordinate in every if coordinate.getName() not in gone]
    marker_set = model.getMarkerSet()
    markers = [marker_set.get(index) for index in range(marker_set.getSize())]
    return ModelTree(
        joints=joints,
        coordinates=tuple(_read_coordinate(one) for one in found if one.getName() not in dependent),
        order=tuple(one.getName() for one in found),
        couplers=couplers,
        markers={
            marker.getName(): _fixed_frame(marker.getParentFrame(), np.diag(marker.get_location().to_numpy()))
            for marker in markers
        },
    )


def _read_joint(joint: osim.Joint) -> TreeJoint:
    kind = joint.getConcreteClassName()
    names = [joint.get_coordinates(index).getName() for index in range(joint.numCoordinates())]
    x, y, z = np.eye(3)
    rotations: list[Axis] = []
    translations: list[Axis] = []
    if kind == "CustomJoint":
        rotations, translations = _read_spatial_transform(osim.CustomJoint.safeDownCast(joint))
    elif kind == "PinJoint":
        rotations = [Axis(z, _IDENTITY, names[0])]
    elif kind == "UniversalJoint":
        rotations = [Axis(x, _IDENTITY, names[0]), Axis(y, _IDENTITY, names[1])]
    elif kind in {"BallJoint", "FreeJoint"}:
        rotations = [Axis(axis, _IDENTITY, name) for axis, name in zip((x, y, z), names[:3], strict=True)]
        translations = [Axis(axis, _IDENTITY, name) for axis, name in zip((x, y, z), names[3:], strict=False)]
    elif kind != "WeldJoint":
        raise ModelError(
            f"The joint {joint.getName()} is a {kind}, which the batched skeleton does not know.",
            hint=f"Supported joints: {', '.join(SUPPORTED_JOINTS)}. Inverse kinematics with OpenSim's own solver "
            "(--ik-engine opensim) takes any.",
        )
    parent, child = _fixed_frame(joint.getParentFrame()), _fixed_frame(joint.getChildFrame())
    return TreeJoint(joint.getName(), parent, child, tuple(rotations), tuple(translations))


def _read_spatial_transform(joint: osim.CustomJoint) -> tuple[list[Axis], list[Axis]]:
    groups: tuple[list[Axis], list[Axis]] = ([], [])
    for index in range(6):
        axis = joint.getSpatialTransform().getTransformAxis(index)
        drivers = axis.getCoordinateNames()
        if drivers.size() > 1:
            raise ModelError(
                f"The joint {joint.getName()} has an axis that {drivers.size()} coordinates drive together.",
                hint="The batched skeleton takes axes driven by one coordinate. Use --ik-engine opensim.",
            )
        function = axis.getFunction()
        values = read_function(function, f"The joint {joint.getName()}")
        if values.is_zero:
            continue
        # OpenSim's SpatialTransform scales translations, but not those that are a coordinate as it stands.
        is_coordinate = function.getConcreteClassName() == "LinearFunction" and np.array_equal(
            values.coefficients, _IDENTITY.coefficients
        )
        groups[index >= 3].append(
            Axis(
                direction=axis.getAxis().to_numpy(),
                function=values,
                coordinate=drivers.getValue(0) if drivers.size() else None,
                scaled=index >= 3 and not is_coordinate,
            )
        )
    return groups


def _fixed_frame(frame: osim.Frame, lever: Array | None = None) -> FixedFrame:
    """Follow frames upon frames down to the body; ``lever``: of a point in the outermost frame."""
    rotation = np.eye(3)
    lever = np.zeros((3, 3)) if lever is None else lever
    while (offset := osim.PhysicalOffsetFrame.safeDownCast(frame)) is not None:
        transform = offset.getOffsetTransform()
        turn = np.array([[transform.R().get(row, column) for column in range(3)] for row in range(3)])
        rotation, lever = turn @ rotation, np.diag(transform.p().to_numpy()) + turn @ lever
        frame = offset.getParentFrame()
    return FixedFrame(frame.getName(), rotation, lever)


def _from_ground_outwards(joints: list[TreeJoint]) -> tuple[TreeJoint, ...]:
    """Sort joints so that parents stand before their children, level by level."""
    ordered: list[TreeJoint] = []
    reached, level = {"ground"}, {"ground"}
    while level:
        following = [joint for joint in joints if joint.parent.body in level]
        level = {joint.child.body for joint in following}
        for joint in following:
            if joint.child.body in reached:
                raise ModelError(
                    f"The joint {joint.name} closes a loop at {joint.child.body}.",
                    hint="The batched skeleton takes models whose joints form a tree. Use --ik-engine opensim.",
                )
            reached.add(joint.child.body)
        ordered += following
    if len(ordered) < len(joints):
        adrift = ", ".join(joint.name for joint in joints if joint not in ordered)
        raise ModelError(
            f"These joints are not connected to ground, or point towards it: {adrift}.",
            hint="Give every joint as parent the body that is nearer to ground.",
        )
    return tuple(ordered)


def _read_couplers(model: osim.Model) -> tuple[Coupler, ...]:
    couplers = []
    constraints = [model.getConstraintSet().get(index) for index in range(model.getConstraintSet().getSize())]
    for constraint in constraints:
        if not constraint.get_isEnforced():
            continue
        coupler = osim.CoordinateCouplerConstraint.safeDownCast(constraint)
        drivers = None if coupler is None else coupler.getIndependentCoordinateNames()
        if coupler is None or drivers is None or drivers.getSize() != 1:
            raise ModelError(
                f"The model has a constraint that the batched skeleton does not know: {constraint.getName()}.",
                hint="Only couplers of one coordinate to one other are supported. Use --ik-engine opensim.",
            )
        function = read_function(coupler.getFunction(), f"The constraint {coupler.getName()}")
        factor = coupler.getPropertyByName("scale_factor").toString()
        couplers.append(Coupler(coupler.getDependentCoordinateName(), drivers.get(0), function.times(float(factor))))
    return tuple(couplers)


def _read_coordinate(coordinate: osim.Coordinate) -> TreeCoordinate:
    clamped = coordinate.getDefaultClamped()
    return TreeCoordinate(
        name=coordinate.getName(),
        default=coordinate.getDefaultValue(),
        low=coordinate.getRangeMin() if clamped else -np.inf,
        high=coordinate.getRangeMax() if clamped else np.inf,
        locked=coordinate.getDefaultLocked(),
    )
