"""The torch skeleton against OpenSim, and its derivatives against automatic ones and finite differences."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import numpy as np
import opensim as osim
import pytest
import torch

from models.errors import ModelError
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.functions import FunctionTable, read_function
from models.skeleton.kinematics import SkeletonTree
from tests.models.skeleton.poses import body_names, marker_positions, random_pose, scale

MODELS = [
    "opencap_grf_templates_apache/RajogopalArmless_Generic.osim",
    "opencap_grf_templates_apache/LaiUhlrich2022_Generic.osim",
    "reference_models_laiuhlrich2022_apache/LaiUhlrich2022.osim",
    "reference_models_laiuhlrich2022_apache/LaiUhlrich2022_shoulder.osim",
    "opencap_processing_moco_examples_apache/LaiArnoldModified2017_contacts.osim",
    "lab_opencap_labvalidation_subject4_nimble/Models/manually_scaled.osim",
]


def with_a_marker_on_every_body(model: osim.Model) -> osim.Model:
    for name in body_names(model):
        model.addMarker(osim.Marker(f"on_{name}", model.getBodySet().get(name), osim.Vec3(0.1, 0.2, -0.3)))
    model.finalizeConnections()
    return model


MakeJoint = Callable[[osim.Body, osim.Body], osim.Joint]
PLACES = (osim.Vec3(0.1, -0.3, 0.02), osim.Vec3(0.3, 0.2, 0.5)), (osim.Vec3(0.02, 0.1, 0), osim.Vec3(-0.2, 0, 0.4))


def joint_of_kind(kind: str) -> MakeJoint:
    return lambda thigh, shank: getattr(osim, kind)("knee", thigh, *PLACES[0], shank, *PLACES[1])


def two_bodies(make_joint: MakeJoint) -> osim.Model:
    """A thigh welded to ground and a shank, one marker on it."""
    model = osim.Model()
    thigh, shank = (osim.Body(name, 1.0, osim.Vec3(0), osim.Inertia(1)) for name in ("thigh", "shank"))
    model.addBody(thigh)
    model.addBody(shank)
    model.addJoint(osim.WeldJoint("hip", model.getGround(), thigh))
    model.addJoint(make_joint(thigh, shank))
    model.addMarker(osim.Marker("m", shank, osim.Vec3(0.1, -0.4, 0.05)))
    model.finalizeConnections()
    return model


def worst_difference_m(
    model: osim.Model, tree: SkeletonTree, log_scales: torch.Tensor, rng: np.random.Generator
) -> float:
    """Largest distance between OpenSim's markers and ours in three random poses of a model scaled accordingly."""
    scaled = osim.Model(model)
    factors = dict(zip(tree.bodies, log_scales.exp().numpy(), strict=True))
    state = scale(scaled, factors, 70.0)
    worst = 0.0
    for _ in range(3):
        pose = random_pose(scaled, rng)
        locked = dict(zip(tree.coordinates, tree.locked, strict=True))
        values = torch.tensor(
            [float(tree.default[index]) if locked[name] else pose[name] for index, name in enumerate(tree.coordinates)],
            dtype=torch.float64,
        )
        for name, value in zip(tree.driven, tree.with_couplers(values[:, None])[:, 0].tolist(), strict=True):
            scaled.getCoordinateSet().get(name).setValue(state, value, False)
        scaled.realizePosition(state)
        markers = scaled.getMarkerSet()
        theirs = np.array([markers.get(name).getLocationInGround(state).to_numpy() for name in tree.markers])
        worst = max(worst, float(np.abs(tree.forward(values, log_scales).numpy() - theirs).max()))
    return worst


def random_log_scales(tree: SkeletonTree, rng: np.random.Generator) -> torch.Tensor:
    return torch.tensor(rng.uniform(np.log(0.8), np.log(1.25), (len(tree.bodies), 3)))


@pytest.fixture(scope="module")
def tree() -> SkeletonTree:
    return SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL)))


@pytest.fixture(scope="module")
def posed(tree: SkeletonTree) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(5)
    return torch.tensor(rng.uniform(-1, 1, (2, len(tree.coordinates)))), random_log_scales(tree, rng)


@pytest.mark.parametrize("patellae", [True, False])
def test_equals_opensim_in_random_poses_and_scales(patellae):
    model = with_a_marker_on_every_body(load_model(GENERIC_MODEL))
    model = model if patellae else without_patellae(load_model(GENERIC_MODEL))
    tree, rng = SkeletonTree.from_model(model), np.random.default_rng(1)
    assert len(tree.coordinates) == 33
    assert len(tree.driven) == (35 if patellae else 33)
    for _ in range(3):
        assert worst_difference_m(model, tree, random_log_scales(tree, rng), rng) < 1e-12


@pytest.mark.parametrize("path", MODELS)
def test_equals_opensim_for_the_models_people_have(shared_data, path):
    model = with_a_marker_on_every_body(load_model(shared_data(path)))
    tree, rng = SkeletonTree.from_model(model), np.random.default_rng(2)
    assert worst_difference_m(model, tree, random_log_scales(tree, rng), rng) < 1e-12


@pytest.mark.parametrize("kind", ["PinJoint", "UniversalJoint", "BallJoint", "FreeJoint", "WeldJoint"])
def test_every_kind_of_joint_is_opensims(kind):
    model = two_bodies(joint_of_kind(kind))
    tree, rng = SkeletonTree.from_model(model), np.random.default_rng(3)
    assert worst_difference_m(model, tree, random_log_scales(tree, rng), rng) < 1e-12


def test_frames_on_frames_scale_as_opensim_scales_them():
    model = two_bodies(joint_of_kind("WeldJoint"))
    thigh = model.getBodySet().get("thigh")
    inner = osim.PhysicalOffsetFrame("inner", thigh, osim.Transform(osim.Vec3(0.1, 0.2, 0.3)))
    turn = osim.Transform(osim.Rotation(0.7, osim.CoordinateAxis(2)), osim.Vec3(0.2, -0.1, 0.05))
    model.addComponent(inner)
    outer = osim.PhysicalOffsetFrame("outer", inner, turn)
    model.addComponent(outer)
    model.addMarker(osim.Marker("far", outer, osim.Vec3(0.3, 0.1, -0.2)))
    model.finalizeConnections()
    tree, rng = SkeletonTree.from_model(model), np.random.default_rng(4)
    assert worst_difference_m(model, tree, random_log_scales(tree, rng), rng) < 1e-12


def with_oblique_knee() -> osim.Model:
    model = without_patellae(load_model(GENERIC_MODEL))
    knee = osim.CustomJoint.safeDownCast(model.getJointSet().get("walker_knee_r"))
    knee.updSpatialTransform().updTransformAxis(3).setAxis(osim.Vec3(0.6, 0.8, 0))
    model.finalizeConnections()
    return model


def test_translations_along_oblique_axes_scale_as_opensim_scales_them():
    model = with_oblique_knee()
    tree, rng = SkeletonTree.from_model(model), np.random.default_rng(4)
    assert worst_difference_m(model, tree, random_log_scales(tree, rng), rng) < 1e-12


def test_a_model_that_is_not_scaled_keeps_its_translations_along_oblique_axes():
    model = with_oblique_knee()
    tree, pose = SkeletonTree.from_model(model), random_pose(model, np.random.default_rng(4))
    theirs = marker_positions(model, model.initSystem(), pose)
    ours = tree.forward(torch.tensor([pose[name] for name in tree.coordinates], dtype=torch.float64)).numpy()
    assert ours == pytest.approx(np.array([theirs[name] for name in tree.markers]), abs=1e-12)


def test_splines_are_opensims_within_and_beyond_their_knots():
    spline = osim.SimmSpline()
    for x, y in ((-1.0, 0.3), (0.0, 1.0), (0.4, 2.0), (2.0, -1.0)):
        spline.addPoint(x, y)
    places = np.linspace(-2, 3, 41)
    inputs = torch.tensor(places[None])
    values, slopes = FunctionTable.of([read_function(spline, "test")])(inputs)
    theirs = [spline.calcValue(osim.Vector(1, float(place))) for place in places]
    np.testing.assert_allclose(values[0], theirs, atol=1e-12)
    steeper = [spline.calcDerivative(osim.StdVectorInt([0]), osim.Vector(1, float(place))) for place in places]
    np.testing.assert_allclose(slopes[0], steeper, atol=1e-11)


def test_derivatives_of_functions_are_the_automatic_ones():
    spline = osim.SimmSpline()
    for x, y in ((-1.0, 0.3), (0.0, 1.0), (0.4, 2.0), (2.0, -1.0)):
        spline.addPoint(x, y)
    polynomial = osim.PolynomialFunction(osim.Vector.createFromMat(np.array([0.5, -1.0, 2.0, 3.0, 0.1])))
    table = FunctionTable.of([read_function(spline, "test"), read_function(polynomial, "test")])
    inputs = torch.linspace(-1.9, 2.9, 12, dtype=torch.float64).expand(2, -1).clone().requires_grad_()
    value, *derivatives = table.derivatives(2, inputs)
    for derivative in derivatives:
        (value,) = torch.autograd.grad(value.sum(), inputs, create_graph=True)
        torch.testing.assert_close(derivative, value, atol=1e-10, rtol=0)


def test_pose_jacobian_is_the_automatic_one_and_that_of_finite_differences(tree, posed):
    values, log_scales = posed[0][0], posed[1]
    analytic = tree.pose_jacobian(values, log_scales)
    automatic = torch.autograd.functional.jacobian(lambda q: tree.forward(q, log_scales), values)
    torch.testing.assert_close(analytic, automatic, atol=1e-12, rtol=0)
    step = 1e-6
    for place in range(len(tree.coordinates)):
        aside = torch.zeros_like(values)
        aside[place] = step
        difference = tree.forward(values + aside, log_scales) - tree.forward(values - aside, log_scales)
        torch.testing.assert_close(analytic[..., place], difference / (2 * step), atol=1e-8, rtol=0)


def test_pose_jacobian_sees_what_couplers_move():
    tree = SkeletonTree.from_model(with_a_marker_on_every_body(load_model(GENERIC_MODEL)))
    values = torch.linspace(-0.5, 0.9, 33, dtype=torch.float64)
    automatic = torch.autograd.functional.jacobian(tree.forward, values)
    torch.testing.assert_close(tree.pose_jacobian(values), automatic, atol=1e-12, rtol=0)
    kneecap, knee = tree.markers.index("on_patella_r"), tree.coordinates.index("knee_angle_r")
    assert tree.pose_jacobian(values)[kneecap, :, knee].norm() > 0.01


def test_scale_jacobian_is_the_automatic_one(tree, posed):
    values, log_scales = posed[0][0], posed[1]
    automatic = torch.autograd.functional.jacobian(lambda s: tree.forward(values, s), log_scales)
    torch.testing.assert_close(tree.scale_jacobian(values, log_scales), automatic, atol=1e-12, rtol=0)
    torch.testing.assert_close(
        tree.scale_jacobian(values),
        torch.autograd.functional.jacobian(lambda s: tree.forward(values, s), torch.zeros_like(log_scales)),
        atol=1e-12, rtol=0,
    )  # fmt: skip


def test_people_and_frames_are_batched_each_with_its_own_scales(tree, posed):
    """Two people, three frames each: the same as one by one, for markers, frames and both Jacobians."""
    rng = np.random.default_rng(6)
    values = torch.tensor(rng.uniform(-1, 1, (2, 3, len(tree.coordinates))))
    log_scales = torch.stack([posed[1], random_log_scales(tree, rng)])
    for method in ("forward", "pose_jacobian", "scale_jacobian"):
        together = getattr(tree, method)(values, log_scales[:, None])
        for person in range(2):
            for frame in range(3):
                alone = getattr(tree, method)(values[person, frame], log_scales[person])
                torch.testing.assert_close(together[person, frame], alone, atol=1e-13, rtol=0)
    rotations, origins = tree.body_frames(values, log_scales[:, None])
    assert rotations.shape == (2, 3, 20, 3, 3)
    assert origins.shape == (2, 3, 20, 3)
    torch.testing.assert_close(rotations @ rotations.mT, torch.eye(3, dtype=torch.float64).expand(2, 3, 20, 3, 3))


def test_turning_a_tree_into_single_precision_and_back_through_a_pickle(tree, posed):
    again = pickle.loads(pickle.dumps(tree))  # noqa: S301
    torch.testing.assert_close(again.forward(*posed), tree.forward(*posed), atol=0, rtol=0)
    single = tree.to(torch.float32).forward(posed[0].float(), posed[1].float())
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), tree.forward(*posed), atol=1e-5, rtol=0)


@pytest.mark.parametrize("method", ["forward", "pose_jacobian", "scale_jacobian"])
def test_torch_can_trace_all_of_it_as_one_graph(tree, posed, method):
    """What `torch.compile` needs; the back end that writes machine code is not used here, it takes a minute."""
    traced = torch.compile(getattr(tree, method), backend="eager", fullgraph=True)
    torch.testing.assert_close(traced(*posed), getattr(tree, method)(*posed), atol=1e-14, rtol=0)


def test_an_unknown_joint_is_named():
    with pytest.raises(ModelError, match="The joint knee is a SliderJoint") as caught:
        SkeletonTree.from_model(two_bodies(joint_of_kind("SliderJoint")))
    assert "PinJoint" in caught.value.hint


def test_an_unknown_function_is_named():
    model = load_model(GENERIC_MODEL)
    coupler = osim.CoordinateCouplerConstraint.safeDownCast(model.getConstraintSet().get(0))
    coupler.setFunction(osim.Sine(1.0, 1.0, 0.0))
    with pytest.raises(ModelError, match="uses a Sine") as caught:
        SkeletonTree.from_model(model)
    assert "SimmSpline" in caught.value.hint


def test_a_constraint_that_is_no_coupler_is_named():
    model = load_model(GENERIC_MODEL)
    bodies = model.getBodySet()
    grip = osim.PointConstraint(bodies.get("hand_r"), osim.Vec3(0), bodies.get("hand_l"), osim.Vec3(0))
    grip.setName("grip")
    model.addConstraint(grip)
    model.finalizeConnections()
    with pytest.raises(ModelError, match="does not know: grip"):
        SkeletonTree.from_model(model)


def test_a_closed_loop_is_named():
    model = two_bodies(joint_of_kind("PinJoint"))
    model.addJoint(osim.PinJoint("ankle", model.getGround(), model.getBodySet().get("shank")))
    model.finalizeConnections()
    with pytest.raises(ModelError, match="closes a loop at shank"):
        SkeletonTree.from_model(model)
