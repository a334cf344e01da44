"""Inverse kinematics without patellae: same markers, same mass, same inertia."""

from __future__ import annotations

import numpy as np
import opensim as osim
import pytest
import torch

from models.errors import ModelError
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.functions import FunctionTable
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.trees_of_files import tree_without_patellae
from tests.models.skeleton.poses import (
    body_names,
    coordinate_names,
    largest_distance,
    marker_positions,
    random_pose,
    scale,
    set_pose,
)


@pytest.fixture
def generic() -> osim.Model:
    return load_model(GENERIC_MODEL)


def test_only_the_patellae_and_their_couplers_go(generic):
    light = without_patellae(generic)
    assert set(body_names(generic)) - set(body_names(light)) == {"patella_r", "patella_l"}
    assert set(coordinate_names(generic)) - set(coordinate_names(light)) == {"knee_angle_r_beta", "knee_angle_l_beta"}
    assert light.getConstraintSet().getSize() == 0


def test_the_given_model_stays_as_it_was(generic):
    without_patellae(generic)
    assert generic.getNumBodies() == 22
    assert generic.getBodySet().get("femur_r").getMass() == pytest.approx(9.3014)


def test_markers_do_not_move_in_any_pose_of_a_scaled_model(generic):
    rng = np.random.default_rng(3)
    state = scale(generic, {body: rng.uniform(0.8, 1.2, 3) for body in body_names(generic)}, 62.0)
    light = without_patellae(generic)
    light_state = light.initSystem()
    for _ in range(5):
        pose = random_pose(light, rng)
        assert (
            largest_distance(marker_positions(generic, state, pose), marker_positions(light, light_state, pose)) < 1e-12
        )


def test_mass_centre_and_inertia_of_the_whole_body_are_kept(generic):
    """The pelvis block of the mass matrix holds mass, centre of mass and inertia of everything that hangs on it."""
    light = without_patellae(generic)
    blocks = []
    for model in (generic, light):
        state = model.initSystem()
        # The patellae are merged at straight knees; the hips turn, so that all axes of the femurs matter.
        set_pose(
            model, state, {"hip_flexion_r": 0.7, "hip_rotation_l": 0.4, "pelvis_list": 0.2, "hip_adduction_l": -0.3}
        )
        matrix = osim.Matrix()
        model.getMatterSubsystem().calcM(state, matrix)
        blocks.append(matrix.to_numpy()[:6, :6])
    assert blocks[1] == pytest.approx(blocks[0], abs=1e-7)
    assert blocks[0][3, 3] == pytest.approx(75.337)


def test_a_model_without_couplers_is_only_copied(generic):
    light = without_patellae(generic)
    again = without_patellae(light)
    assert body_names(again) == body_names(light)
    assert again.getTotalMass(again.initSystem()) == pytest.approx(75.337)


def test_a_coupled_body_that_carries_a_marker_stays(generic):
    generic.addMarker(osim.Marker("kneecap", generic.getBodySet().get("patella_r"), osim.Vec3(0)))
    generic.finalizeConnections()
    assert "patella_r" in body_names(without_patellae(generic))
    assert "patella_l" not in body_names(without_patellae(generic))


def test_a_coupled_joint_in_the_middle_of_a_chain_stays(generic):
    """As in shoulder models, where the scapula follows the arm and carries it."""
    independent = osim.ArrayStr()
    independent.append("hip_flexion_r")
    coupler = osim.CoordinateCouplerConstraint()
    coupler.setName("knee_follows_hip")
    coupler.setIndependentCoordinateNames(independent)
    coupler.setDependentCoordinateName("ankle_angle_r")
    coupler.setFunction(osim.LinearFunction(1.0, 0.0))
    generic.addConstraint(coupler)
    generic.finalizeConnections()
    light = without_patellae(generic)
    assert "talus_r" in body_names(light)
    assert light.getConstraintSet().getSize() == 1


def test_muscles_on_the_patellae_are_no_obstacle(generic):
    muscle = osim.Thelen2003Muscle("vasti", 1000.0, 0.1, 0.1, 0.0)
    muscle.addNewPathPoint("origin", generic.getBodySet().get("femur_r"), osim.Vec3(0))
    muscle.addNewPathPoint("insertion", generic.getBodySet().get("patella_r"), osim.Vec3(0))
    generic.addForce(muscle)
    generic.finalizeConnections()
    light = without_patellae(generic)
    assert light.getForceSet().getSize() == 0
    assert light.getTotalMass(light.initSystem()) == pytest.approx(75.337)


def test_contact_geometry_keeps_its_body(generic):
    sphere = osim.ContactSphere(0.02, osim.Vec3(0), generic.getBodySet().get("patella_l"))
    sphere.setName("kneeling")
    generic.addContactGeometry(sphere)
    generic.finalizeConnections()
    assert "patella_l" in body_names(without_patellae(generic))


def test_a_further_constraint_on_a_patella_is_named_as_the_obstacle(generic):
    bodies = generic.getBodySet()
    constraint = osim.PointConstraint(bodies.get("femur_r"), osim.Vec3(0), bodies.get("patella_r"), osim.Vec3(0))
    constraint.setName("tendon")
    generic.addConstraint(constraint)
    generic.finalizeConnections()
    with pytest.raises(ModelError, match="/bodyset/patella_r") as caught:
        without_patellae(generic)
    assert "what else refers to the patellae" in caught.value.hint


@pytest.mark.parametrize(
    ("path", "bodies"),
    [
        ("reference_models_laiuhlrich2022_apache/LaiUhlrich2022.osim", 20),
        # Its couplers drive the clavicle and scapula, which carry the arm: they stay.
        ("reference_models_laiuhlrich2022_apache/LaiUhlrich2022_shoulder.osim", 22),
        ("opencap_grf_templates_apache/RajogopalArmless_Generic.osim", 12),
        ("opencap_processing_moco_examples_apache/LaiArnoldModified2017_contacts.osim", 20),
    ],
)
def test_works_for_the_models_people_have(shared_data, path, bodies):
    model = load_model(shared_data(path))
    light = without_patellae(model)
    assert light.getNumBodies() == bodies == model.getNumBodies() - 2
    assert light.getTotalMass(light.initSystem()) == pytest.approx(model.getTotalMass(model.initSystem()))


def test_the_tree_that_leaves_patellae_out_is_the_tree_of_the_model_without_them(generic):
    left_out, taken_out = tree_without_patellae(GENERIC_MODEL), SkeletonTree.from_model(without_patellae(generic))
    for name, value in vars(taken_out).items():
        parts = (vars(one) if isinstance(one, FunctionTable) else {"": one} for one in (vars(left_out)[name], value))
        for ours, theirs in zip(*(part.values() for part in parts), strict=True):
            if isinstance(theirs, torch.Tensor):
                torch.testing.assert_close(ours, theirs, rtol=0.0, atol=1e-15)
            else:
                assert ours == theirs
