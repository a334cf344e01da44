"""Take the patellae out of a model: they bear no markers, yet their constraints cost most of the time of IK."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import defusedxml.ElementTree as ElementTree
import numpy as np
import opensim as osim
from numpy.typing import NDArray

from models.errors import ModelError
from models.skeleton.masses import central_inertia_kg_m2
from models.skeleton.model_files import opensim_cause, remove_actuation


def without_patellae(model: osim.Model) -> osim.Model:
    """Copy of a model in which coupled end bodies (the patellae) are merged into the bodies they slide on.

    Found by structure, not by name: a body that has no further body, marker or contact geometry on it, and whose
    joint moves only by coordinates that coordinate couplers prescribe. Its mass, centre of mass and inertia are added
    to its parent's in the default pose, so that total mass is unchanged. Coordinates of the couplers are gone from
    the copy, and so are muscles and other forces, which could refer to the bodies taken out.

    Parameters
    ----------
    model : opensim.Model
        It is not changed.

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
        remove_actuation(copy)
        state = copy.initSystem()
        joints = coupled_end_joints(copy)
        for joint in joints:
            _merge_into_parent(joint, state)
        return _rebuilt_without(copy, joints)
    except RuntimeError as error:
        raise ModelError(
            f"The model's patellae cannot be taken out for inverse kinematics: {opensim_cause(error)}.",
            hint="Open the model in the OpenSim application and take out what else refers to the patellae.",
        ) from error


def coupled_end_joints(model: osim.Model) -> list[osim.Joint]:
    """Joints of the end bodies that `without_patellae` takes out."""
    driven = {coupler.getDependentCoordinateName() for coupler in _couplers(model) if coupler.get_isEnforced()}
    joints = [model.getJointSet().get(index) for index in range(model.getJointSet().getSize())]
    joined = {joint.getParentFrame().findBaseFrame().getName() for joint in joints}
    carrying = joined | _bodies_under(model.getMarkerSet(), "getParentFrame")
    carrying |= _bodies_under(model.getContactGeometrySet(), "getFrame")
    return [
        joint
        for joint in joints
        if joint.numCoordinates() > 0
        and osim.Body.safeDownCast(joint.getParentFrame().findBaseFrame()) is not None
        and _coordinates([joint]) <= driven
        and _child(joint).getName() not in carrying
    ]


def _bodies_under(components: osim.Object, frame: str) -> set[str]:
    return {getattr(components.get(index), frame)().findBaseFrame().getName() for index in range(components.getSize())}


def _couplers(model: osim.Model) -> list[osim.CoordinateCouplerConstraint]:
    constraints = [model.getConstraintSet().get(index) for index in range(model.getConstraintSet().getSize())]
    couplers = [osim.CoordinateCouplerConstraint.safeDownCast(constraint) for constraint in constraints]
    return [coupler for coupler in couplers if coupler is not None]


def _merge_into_parent(joint: osim.Joint, state: osim.State) -> None:
    child = _child(joint)
    parent = osim.Body.safeDownCast(joint.getParentFrame().findBaseFrame())
    child_to_parent = child.findTransformBetween(state, parent)
    rotation = _matrix(child_to_parent.R())
    child_com_m = child_to_parent.shiftFrameStationToBase(child.get_mass_center()).to_numpy()
    parent_com_m = parent.get_mass_center().to_numpy()
    child_kg, parent_kg = child.getMass(), parent.getMass()
    com_m = (parent_kg * parent_com_m + child_kg * child_com_m) / (parent_kg + child_kg)
    inertia_kgm2 = (
        central_inertia_kg_m2(parent)
        + _point_inertia(parent_kg, parent_com_m - com_m)
        + rotation @ central_inertia_kg_m2(child) @ rotation.T
        + _point_inertia(child_kg, child_com_m - com_m)
    )
    parent.setMass(parent_kg + child_kg)
    parent.setMassCenter(osim.Vec3(*com_m))
    xx, yy, zz = np.diag(inertia_kgm2)
    parent.setInertia(osim.Inertia(xx, yy, zz, inertia_kgm2[0, 1], inertia_kgm2[0, 2], inertia_kgm2[1, 2]))


def _rebuilt_without(model: osim.Model, joints: list[osim.Joint]) -> osim.Model:
    """The model read anew from its XML: there OpenSim reports what refers to a missing body, in memory it crashes."""
    driven = _coordinates(joints)
    taken_out = {
        "BodySet": {_child(joint).getName() for joint in joints},
        "JointSet": {joint.getName() for joint in joints},
        "ConstraintSet": {
            coupler.getName() for coupler in _couplers(model) if coupler.getDependentCoordinateName() in driven
        },
    }
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.osim"
        model.printToXML(str(path))
        tree = ElementTree.parse(path)
        for component_set, names in taken_out.items():
            objects = tree.find(f"Model/{component_set}/objects")
            for element in [element for element in objects if element.get("name") in names]:
                objects.remove(element)
        tree.write(path)
        rebuilt = osim.Model(str(path))
    rebuilt.finalizeConnections()
    return rebuilt


def _child(joint: osim.Joint) -> osim.Body:
    return osim.Body.safeDownCast(joint.getChildFrame().findBaseFrame())


def _coordinates(joints: list[osim.Joint]) -> set[str]:
    return {joint.get_coordinates(index).getName() for joint in joints for index in range(joint.numCoordinates())}


def _point_inertia(mass_kg: float, offset_m: NDArray[np.float64]) -> NDArray[np.float64]:
    # Parallel-axis theorem.
    return mass_kg * (offset_m @ offset_m * np.eye(3) - np.outer(offset_m, offset_m))


def _matrix(rotation: osim.Rotation) -> NDArray[np.float64]:
    return np.array([[rotation.get(row, column) for column in range(3)] for row in range(3)])
