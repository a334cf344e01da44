"""Points on bodies move as the markers at the same places do."""

import pytest
import torch

from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.body_points import BodyPoints
from models.skeleton.kinematics import SkeletonTree


@pytest.mark.parametrize("patellae", [False, True])
def test_points_at_the_places_of_markers_move_as_these_do(patellae):
    model = load_model(GENERIC_MODEL)
    tree = SkeletonTree.from_model(model if patellae else without_patellae(model))
    offsets = tree.offsets()
    points = BodyPoints(tree, tree.marker_bodies, offsets.markers[..., 0])
    values = torch.linspace(-0.6, 0.9, 33 * 4, dtype=torch.float64).reshape(33, 4)
    pose = tree.kinematics(values, offsets)
    torch.testing.assert_close(points.positions_m(pose).permute(2, 0, 1), tree.forward(values.T), atol=1e-13, rtol=0)
    jacobian = points.jacobian(values, pose).permute(3, 1, 2, 0)
    torch.testing.assert_close(jacobian, tree.pose_jacobian(values.T), atol=1e-13, rtol=0)


def test_limbs_of_points_under_the_feet_are_the_legs():
    tree = SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL)))
    soles = BodyPoints(tree, torch.tensor([tree.bodies.index(f"toes_{side}") for side in "rl"]), torch.zeros(2, 3))
    legs = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle", "subtalar_angle", "mtp_angle")
    assert {tree.coordinates[place] for place in soles.limbs.tolist()} == {f"{n}_{side}" for n in legs for side in "rl"}
