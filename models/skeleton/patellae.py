"""Take the patellae out of a model: they carry no markers, but their constraints cost most of the time of OpenSim's IK."""

from __future__ import annotations

import numpy as np
import opensim as osim
from numpy.typing import NDArray

from models.errors import ModelError


def without_patellae(model: osim.Model) -> osim.Model:
    """Copy of a model in which coupled end bodies (the patellae) are merged into the bodies they slide on.

    Found by structure, not by name: a body that has no further body or marker on it, and whose joint moves only by
    coordinates that coordinate couplers prescribe. Its mass, centre of mass and inertia are added to its parent's in
    the default pose, so that total mass is unchanged. Coordinates of the couplers are gone from the copy.

    Parameters
    ----------
    model : opensim.Model
        As `load_model` returns it; it is not changed.

    Returns
    -------
    opensim.Model
        Connected; ``initSystem`` has not been called. A plain copy where there is nothing to take out.

    Raises
    ------
    ModelError
        OpenSim cannot build the model without them.
    """
    copy = osim.Model(model)
    try:
        copy.finalizeConnections()
        state = copy.initSystem()
        for joint in _coupled_end_joints(copy):
            _merge_into_parent(joint, state)
        _remove(copy, [joint.getName() for joint in _coupled_end_joints(copy)])
        copy.finalizeFromProperties()
        copy.finalizeConnections()
    except RuntimeError as error:
        raise ModelError(
            "The model cannot be simplified for inverse kinematics: other parts refer to its patellae.",
            hint="Load the model with load_model, which removes muscles, and take constraints off the patellae.",
        ) from error
    return copy


def _coupled_end_joints(model: osim.Model) -> list[osim.Joint]:
    driven = {coupler.getDependentCoordinateName() for coupler in _couplers(model) if coupler.get_isEnforced()}
    joints = [model.getJointSet().get(index) for index in range(model.getJointSet().getSize())]
    carrying = {joint.getParentFrame().findBaseFrame().getName() for joint in joints}
    markers = [model.getMarkerSet().get(index) for index in range(model.getMarkerSet().getSize())]
    carrying |= {marker.getParentFrame().findBaseFrame().getName() for marker in markers}
    return [
        joint
        for joint in joints
        if joint.numCoordinates() > 0
        and osim.Body.safeDownCast(joint.getParentFrame().findBaseFrame()) is not None
        and {joint.get_coordinates(index).getName() for index in range(joint.numCoordinates())} <= driven
        and joint.getChildFrame().findBaseFrame().getName() not in carrying
    ]


def _couplers(model: osim.Model) -> list[osim.CoordinateCouplerConstraint]:
    constraints = [model.getConstraintSet().get(index) for index in range(model.getConstraintSet().getSize())]
    couplers = [osim.CoordinateCouplerConstraint.safeDownCast(constraint) for constraint in constraints]
    return [coupler for coupler in couplers if coupler is not None]


def _merge_into_parent(joint: osim.Joint, state: osim.State) -> None:
    child = osim.Body.safeDownCast(joint.getChildFrame().findBaseFrame())
    parent = osim.Body.safeDownCast(joint.getParentFrame().findBaseFrame())
    child_to_parent = child.findTransformBetween(state, parent)
    rotation = _matrix(child_to_parent.R())
    child_com_m = child_to_parent.shiftFrameStationToBase(child.get_mass_center()).to_numpy()
    parent_com_m = parent.get_mass_center().to_numpy()
    child_kg, parent_kg = child.getMass(), parent.getMass()
    com_m = (parent_kg * parent_com_m + child_kg * child_com_m) / (parent_kg + child_kg)
    inertia_kgm2 = (
        _inertia(parent)
        + _point_inertia(parent_kg, parent_com_m - com_m)
        + rotation @ _inertia(child) @ rotation.T
        + _point_inertia(child_kg, child_com_m - com_m)
    )
    parent.setMass(parent_kg + child_kg)
    parent.setMassCenter(osim.Vec3(*com_m))
    xx, yy, zz = np.diag(inertia_kgm2)
    parent.setInertia(osim.Inertia(xx, yy, zz, inertia_kgm2[0, 1], inertia_kgm2[0, 2], inertia_kgm2[1, 2]))


def _remove(model: osim.Model, joint_names: list[str]) -> None:
    for name in joint_names:
        joint = model.getJointSet().get(name)
        body = joint.getChildFrame().findBaseFrame().getName()
        coordinates = {joint.get_coordinates(index).getName() for index in range(joint.numCoordinates())}
        for coupler in _couplers(model):
            if coupler.getDependentCoordinateName() in coordinates:
                constraints = model.updConstraintSet()
                constraints.remove(constraints.getIndex(coupler.getName()))
        model.updJointSet().remove(model.getJointSet().getIndex(name))
        model.updBodySet().remove(model.getBodySet().getIndex(body))


def _inertia(body: osim.Body) -> NDArray[np.float64]:
    xx, yy, zz, xy, xz, yz = (body.get_inertia().get(index) for index in range(6))
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def _point_inertia(mass_kg: float, offset_m: NDArray[np.float64]) -> NDArray[np.float64]:
    # Parallel-axis theorem.
    return mass_kg * (offset_m @ offset_m * np.eye(3) - np.outer(offset_m, offset_m))


def _matrix(rotation: osim.Rotation) -> NDArray[np.float64]:
    return np.array([[rotation.get(row, column) for column in range(3)] for row in range(3)])
