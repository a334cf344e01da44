"""Build the generic skeleton's OpenSim model from its tables.

``python -m models.skeleton.builder`` writes the .osim beside this file anew; it is committed, so that OpenSim's own
tools can open it without this code.
"""

from __future__ import annotations

from pathlib import Path

import opensim as osim

from models.gravity import GRAVITY_M_PER_S2
from models.skeleton.marker_sets import marker_set
from models.skeleton.model_files import GENERIC_MODEL, quiet_opensim, replace_markers
from models.skeleton.tables import (
    AxisParameters,
    BodyParameters,
    CouplerParameters,
    JointParameters,
    SkeletonParameters,
    Vector,
    read_skeleton,
)

# Keys of parameters/sources.toml.
GENERIC_SOURCES = ("rajagopal2016", "lai2017", "uhlrich2022", "opencap2023")


def build_model() -> osim.Model:
    """Build the generic skeleton with its 43 video markers.

    Returns
    -------
    opensim.Model
        Finalised and connected; ``initSystem`` has not been called.
    """
    skeleton = read_skeleton()
    model = osim.Model()
    model.setName("LaiUhlrich2022")
    model.setGravity(osim.Vec3(0.0, -GRAVITY_M_PER_S2, 0.0))
    _credit(model, skeleton)
    for body in skeleton.bodies:
        _add_body(model, body)
    for joint in skeleton.joints:
        model.addJoint(_joint(model, joint))
    _set_coordinates(model, skeleton)
    for coupler in skeleton.couplers:
        model.addConstraint(_coupler(coupler))
    model.finalizeConnections()
    replace_markers(model, marker_set("study").markers)
    return model


def write_model(path: Path) -> None:
    """Write the generic skeleton as an .osim file."""
    quiet_opensim()
    build_model().printToXML(str(path))


def _credit(model: osim.Model, skeleton: SkeletonParameters) -> None:
    model.set_credits(
        "Rajagopal et al. (2016), Lai et al. (2017), Uhlrich et al. (2022), OpenCap (Uhlrich et al. 2023). "
        "Skeleton of OpenCap's LaiUhlrich2022 without muscles, written from tables of its parameters by Sarcoscope."
    )
    # Sources of other tables, such as segment inertias by sex, have no part in the generic model.
    model.set_publications("\n".join(skeleton.sources[key] for key in GENERIC_SOURCES))


def _add_body(model: osim.Model, body: BodyParameters) -> None:
    made = osim.Body(body.name, body.mass_kg, _vec3(body.com_m), osim.Inertia(*body.inertia_kgm2))
    model.addBody(made)
    # Only now: a mesh on a body outside a model makes OpenSim report an error.
    for index, (file, scale) in enumerate(body.meshes, start=1):
        mesh = osim.Mesh(file)
        mesh.setName(f"{body.name}_geom_{index}")
        mesh.set_scale_factors(osim.Vec3(scale))
        made.attachGeometry(mesh)


def _joint(model: osim.Model, joint: JointParameters) -> osim.Joint:
    parent = model.getGround() if joint.parent == "ground" else model.getBodySet().get(joint.parent)
    frames = (
        parent,
        _vec3(joint.parent_translation_m),
        _vec3(joint.parent_orientation_rad),
        model.getBodySet().get(joint.child),
        _vec3(joint.child_translation_m),
        _vec3(joint.child_orientation_rad),
    )
    if joint.kind == "CustomJoint":
        return osim.CustomJoint(joint.name, *frames, _spatial_transform(joint.axes))
    if joint.kind == "WeldJoint":
        return osim.WeldJoint(joint.name, *frames)
    pin = osim.PinJoint(joint.name, *frames)
    pin.updCoordinate().setName(joint.coordinates[0])
    return pin


def _spatial_transform(axes: tuple[AxisParameters, ...]) -> osim.SpatialTransform:
    transform = osim.SpatialTransform()
    for index, axis in enumerate(axes):
        made = transform.updTransformAxis(index)
        made.setAxis(_vec3(axis.direction))
        names = osim.ArrayStr()
        if axis.coordinate is not None:
            names.append(axis.coordinate)
        made.setCoordinateNames(names)
        # Not setFunction: it takes the function over from Python, which then frees it a second time.
        made.set_function(_function(axis))
    return transform


def _function(axis: AxisParameters) -> osim.Function:
    if axis.function == "LinearFunction":
        return osim.LinearFunction(*axis.values)
    if axis.function == "PolynomialFunction":
        return osim.PolynomialFunction(osim.Vector.createFromMat(axis.values))
    if axis.function == "Constant":
        return osim.Constant(*axis.values)
    spline = osim.SimmSpline()
    knots = len(axis.values) // 2
    for x, y in zip(axis.values[:knots], axis.values[knots:], strict=True):
        spline.addPoint(x, y)
    return spline


def _set_coordinates(model: osim.Model, skeleton: SkeletonParameters) -> None:
    for parameters in skeleton.coordinates:
        coordinate = model.updCoordinateSet().get(parameters.name)
        coordinate.setRangeMin(parameters.minimum)
        coordinate.setRangeMax(parameters.maximum)
        coordinate.setDefaultValue(parameters.default)
        coordinate.setDefaultClamped(parameters.clamped)
        coordinate.setDefaultLocked(parameters.locked)


def _coupler(coupler: CouplerParameters) -> osim.CoordinateCouplerConstraint:
    made = osim.CoordinateCouplerConstraint()
    made.setName(coupler.name)
    independent = osim.ArrayStr()
    independent.append(coupler.independent)
    made.setIndependentCoordinateNames(independent)
    made.setDependentCoordinateName(coupler.dependent)
    made.setFunction(osim.LinearFunction(coupler.slope, coupler.offset))
    return made


def _vec3(values: Vector) -> osim.Vec3:
    return osim.Vec3(*values)


if __name__ == "__main__":
    write_model(GENERIC_MODEL)
