"""The torch skeleton's dynamics against OpenSim, textbook equations, and the balance of energy and momentum."""

from __future__ import annotations

import numpy as np
import opensim as osim
import pytest
import torch
from scipy.integrate import simpson

from models.errors import InverseDynamicsError
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.frame_jacobians import body_frames
from models.skeleton.heavy_skeleton import HeavySkeleton
from models.skeleton.inverse_dynamics import Dynamics, inverse_dynamics
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.mass_matrix import mass_matrix
from tests.models.skeleton.opensim_dynamics import (
    OpenSimDynamics,
    chain_of_links,
    two_rotations_at_the_knees,
    with_couplers,
)
from tests.models.skeleton.poses import body_names, scale

LAB_MODEL = "lab_opencap_labvalidation_subject4_nimble/Models/manually_scaled.osim"
# Random movements as violent as these: rad/s and rad/s2, m/s and m/s2.
SPEED, ACCELERATION = 5.0, 30.0


@pytest.fixture(scope="session", params=["with patellae", "without patellae", "bent couplers", "scaled", "laboratory"])
def model(request, shared_data) -> osim.Model:
    if request.param == "laboratory":
        return load_model(shared_data(LAB_MODEL))
    generic = load_model(GENERIC_MODEL)
    if request.param == "without patellae":
        return without_patellae(generic)
    if request.param == "bent couplers":
        return with_couplers(generic, [-0.3, 0.8, 0.1])
    if request.param == "scaled":
        rng = np.random.default_rng(11)
        scale(generic, {name: rng.uniform(0.8, 1.25, 3) for name in body_names(generic)}, 61.0)
    return generic


def random_motion(n_coordinates: int, seed: int = 0, n_frames: int = 4) -> list[torch.Tensor]:
    rng = np.random.default_rng(seed)
    return [torch.tensor(size * rng.uniform(-1, 1, (n_frames, n_coordinates))) for size in (1.0, SPEED, ACCELERATION)]


def both(model: osim.Model, motion: list[torch.Tensor]) -> tuple[Dynamics, np.ndarray, np.ndarray, np.ndarray]:
    theirs, frames = OpenSimDynamics(model), zip(*(one.numpy() for one in motion), strict=True)
    rows = [(theirs.forces(*frame), theirs.centre_of_mass_m(), theirs.central_momentum()) for frame in frames]
    return inverse_dynamics(HeavySkeleton.from_model(model), *motion), *(
        np.array(one) for one in zip(*rows, strict=True)
    )


def test_forces_centre_of_mass_and_momentum_are_opensims(model):
    model = two_rotations_at_the_knees(osim.Model(model))
    motion = random_motion(len(SkeletonTree.from_model(model).coordinates))
    ours, forces, centre, momentum = both(model, motion)
    assert ours.forces.numpy() == pytest.approx(forces, abs=1e-6)
    assert ours.centre_of_mass_m.numpy() == pytest.approx(centre, abs=1e-10)
    assert ours.central_momentum.numpy() == pytest.approx(momentum, abs=1e-8)


def test_forces_are_opensims_for_knees_as_they_are_as_long_as_these_do_not_turn(model):
    tree = SkeletonTree.from_model(model)
    motion = random_motion(len(tree.coordinates), seed=1)
    motion[1][:, [tree.coordinates.index(f"knee_angle_{side}") for side in "rl"]] = 0.0
    ours, forces, _, momentum = both(model, motion)
    assert ours.forces.numpy() == pytest.approx(forces, abs=1e-6)
    assert ours.central_momentum.numpy() == pytest.approx(momentum, abs=1e-8)


def test_turning_knees_follow_opensims_own_momentum_which_its_solver_does_not():
    """One coordinate turns them about three axes: the solver errs in what depends on speed."""
    model = without_patellae(load_model(GENERIC_MODEL))
    theirs, skeleton = OpenSimDynamics(model), HeavySkeleton.from_model(model)
    values, speeds, accelerations = (one[0] for one in random_motion(33, seed=2))
    root = [skeleton.tree.coordinates.index(f"pelvis_t{axis}") for axis in "xyz"]

    def linear_momentum(after_s: float) -> np.ndarray:
        at = values + after_s * speeds + after_s**2 / 2 * accelerations
        theirs.pose(at.numpy(), (speeds + after_s * accelerations).numpy(), np.zeros(33))
        return theirs.central_momentum()[3:]

    rate = (linear_momentum(1e-5) - linear_momentum(-1e-5)) / 2e-5
    needed = rate - skeleton.masses_kg.sum().item() * skeleton.gravity_m_per_s2.numpy()
    ours = inverse_dynamics(skeleton, values, speeds, accelerations).forces[root].numpy()
    solver = theirs.forces(values.numpy(), speeds.numpy(), accelerations.numpy())[root]
    assert ours == pytest.approx(needed, abs=1e-3)
    assert np.abs(solver - needed).max() > 0.1


def test_frames_and_jacobians_are_opensims(model):
    theirs, skeleton = OpenSimDynamics(model), HeavySkeleton.from_model(model)
    values, speeds, accelerations = random_motion(len(theirs.free), seed=3, n_frames=2)
    names = body_names(model)
    frames = body_frames(skeleton, values, names)
    for t in range(2):
        theirs.pose(values[t].numpy(), speeds[t].numpy(), accelerations[t].numpy())
        for place, name in enumerate(names):
            rotation, origin_m, jacobian = theirs.frame(name)
            assert frames.body_to_ground[place, t].numpy() == pytest.approx(rotation, abs=1e-12)
            assert frames.origins_m[place, t].numpy() == pytest.approx(origin_m, abs=1e-12)
            assert frames.jacobians[place, t].numpy() == pytest.approx(jacobian, abs=1e-9)


def test_double_pendulum_follows_the_textbook_equations():
    (q1, q2), (v1, v2), (a1, a2) = motion = torch.tensor([[0.7, -1.1], [2.0, -3.5], [-9.0, 14.0]], dtype=torch.float64)
    m1, m2, l1, c1, c2, i1, i2, g = 2.0, 1.5, 0.4, 0.2, 0.15, 0.03, 0.015, 9.80665
    # Lagrange's equations of a planar double pendulum, angles from hanging, the second relative to the first.
    h = m2 * l1 * c2
    m12 = i2 + m2 * c2**2 + h * torch.cos(q2)
    m11 = i1 + m1 * c1**2 + i2 + m2 * (l1**2 + c2**2) + 2 * h * torch.cos(q2)
    weight = m2 * g * c2 * torch.sin(q1 + q2)
    first = m11 * a1 + m12 * a2 - h * torch.sin(q2) * (2 * v1 * v2 + v2**2) + (m1 * c1 + m2 * l1) * g * torch.sin(q1)
    second = m12 * a1 + (i2 + m2 * c2**2) * a2 + h * torch.sin(q2) * v1**2
    ours = inverse_dynamics(HeavySkeleton.from_model(chain_of_links()), *motion)
    torch.testing.assert_close(ours.forces, torch.stack([first, second]) + weight, atol=1e-12, rtol=0)


def test_work_of_the_forces_is_the_change_of_kinetic_and_potential_energy():
    skeleton, rng = HeavySkeleton.from_model(load_model(GENERIC_MODEL)), np.random.default_rng(4)
    time_s, pace = np.linspace(0, 1, 2001)[:, None], rng.uniform(2, 6, 33)
    height, start = rng.uniform(0.2, 0.6, 33), rng.uniform(0, 6, 33)
    values = torch.from_numpy(height * np.sin(pace * time_s + start))
    speeds = torch.from_numpy(height * pace * np.cos(pace * time_s + start))
    dynamics = inverse_dynamics(skeleton, values, speeds, -values * torch.from_numpy(pace) ** 2)
    ends = [0, -1]
    kinetic = 0.5 * torch.einsum("ti,tij,tj->t", speeds[ends], mass_matrix(skeleton, values[ends]), speeds[ends])
    weight = skeleton.masses_kg.sum() * skeleton.gravity_m_per_s2
    energy = kinetic - dynamics.centre_of_mass_m[ends] @ weight
    work = simpson((dynamics.forces * speeds).sum(dim=1).numpy(), x=time_s[:, 0])
    assert abs(work) > 20.0
    assert work == pytest.approx(float(energy[1] - energy[0]), abs=1e-4)


def test_people_and_frames_are_batched():
    skeleton = HeavySkeleton.from_model(load_model(GENERIC_MODEL))
    motion = random_motion(33, seed=5, n_frames=6)
    together = inverse_dynamics(skeleton, *(one.reshape(2, 3, 33) for one in motion))
    one_by_one = [inverse_dynamics(skeleton, *frame) for frame in zip(*motion, strict=True)]
    torch.testing.assert_close(together.forces.reshape(6, 33), torch.stack([one.forces for one in one_by_one]))
    momenta = torch.stack([one.central_momentum for one in one_by_one])
    torch.testing.assert_close(together.central_momentum.reshape(6, 6), momenta)


@pytest.mark.parametrize("kind", ["BallJoint", "FreeJoint"])
def test_joints_whose_speeds_are_no_rates_are_named(kind):
    model = osim.Model()
    body = osim.Body("thigh", 1.0, osim.Vec3(0), osim.Inertia(1))
    model.addBody(body)
    model.addJoint(getattr(osim, kind)("hip", model.getGround(), body))
    model.finalizeConnections()
    with pytest.raises(InverseDynamicsError, match=f"The joint hip is a {kind}") as caught:
        HeavySkeleton.from_model(model)
    assert "custom joint" in caught.value.hint
