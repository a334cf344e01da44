"""Synthetic recordings: people with known truth, moving, seen as OpenCap sees them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.errors import SettingsError
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from rl_scaling.people.anthropometry import ties
from rl_scaling.people.movements import MOVEMENTS
from rl_scaling.people.population import ADULTS, OLDER_ADULTS
from rl_scaling.people.subjects import SubjectGenerator, SyntheticPeople


@pytest.fixture(scope="module")
def tree() -> SkeletonTree:
    return SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL)))


@pytest.fixture(scope="module")
def sample(tree: SkeletonTree) -> SyntheticPeople:
    return SubjectGenerator(tree, (*ADULTS, *OLDER_ADULTS)).sample(12, dict.fromkeys(MOVEMENTS, 60), seed=4)


def test_everything_has_its_shape_and_is_a_number(tree: SkeletonTree, sample: SyntheticPeople) -> None:
    assert set(sample.recordings) == set(MOVEMENTS)
    assert sample.log_scales.shape == (12, len(tree.bodies), 3)
    for recording in sample.recordings.values():
        assert recording.measured_m.shape == recording.true_m.shape == (12, 60, 43, 3)
        assert recording.values.shape == (12, 60, len(tree.coordinates))
        assert torch.isfinite(recording.measured_m).all()


def test_true_markers_are_the_skeletons_at_true_scales_and_poses(tree: SkeletonTree, sample: SyntheticPeople) -> None:
    # Hip centres have no placement error: they must be met exactly, once the session's heading and floor are taken out.
    hips = [tree.markers.index(name) for name in ("RHJC_study", "LHJC_study")]
    for recording in sample.recordings.values():
        model = tree.forward(recording.values, sample.log_scales[:, None])
        assert torch.allclose(model[:, :, hips][:, :, 0, 1] - model[:, :, hips][:, :, 1, 1],
                              recording.true_m[:, :, hips][:, :, 0, 1] - recording.true_m[:, :, hips][:, :, 1, 1],
                              atol=1e-9)  # fmt: skip
        cos, sin = sample.heading_rad.cos()[:, None, None], sample.heading_rad.sin()[:, None, None]
        x, _, z = recording.true_m.unbind(-1)
        assert torch.allclose((cos * x - sin * z)[:, :, hips], model[:, :, hips, 0], atol=1e-9)
        apart = (recording.true_m - recording.true_m[:, :, hips[:1]]).norm(dim=-1)
        expected = (model - model[:, :, hips[:1]]).norm(dim=-1)
        assert (apart - expected).abs().max() < 4.0 * 0.0066 * 3.0**0.5


def test_feet_are_on_the_sessions_floor(tree: SkeletonTree, sample: SyntheticPeople) -> None:
    feet = [index for index, name in enumerate(tree.markers) if name.endswith(("_calc_study", "_toe_study"))]
    floors = torch.stack([one.true_m[:, :, feet, 1].amin(dim=(1, 2)) for one in sample.recordings.values()])
    assert torch.allclose(floors, floors[:1].expand_as(floors), atol=1e-9)
    assert 0.01 < floors[0].std() < 0.1


def test_height_of_the_body_follows_the_height_that_is_told(tree: SkeletonTree) -> None:
    people = SubjectGenerator(tree, ("us_adults",)).sample(200, {"standing": 1}, seed=0)
    standing = people.recordings["standing"].true_m[:, 0]
    lowest = standing[:, :, 1].amin(dim=1)
    c7_m = standing[:, tree.markers.index("C7_study"), 1] - lowest
    told = np.array([person.subject.height_m for person in people.people])
    # ANSUR: cervicale height 0.865 of stature in men and women; the toe and heel markers are some 3 cm above the floor.
    assert np.mean(c7_m.numpy() / told) == pytest.approx(0.85, abs=0.02)
    assert np.corrcoef(c7_m.numpy(), told)[0, 1] > 0.8


def test_sides_differ_by_the_leg_difference_only(tree: SkeletonTree, sample: SyntheticPeople) -> None:
    tied = torch.as_tensor(ties(tree.bodies)) @ sample.log_factors[:, :, None]
    apart = (tied.view(12, -1, 3) - sample.log_scales).abs()
    assert 0.0 < apart.max() < 0.03


def test_the_error_of_a_session_stays_from_trial_to_trial(tree: SkeletonTree) -> None:
    people = SubjectGenerator(tree, OLDER_ADULTS).sample(60, {"standing": 60, "gait": 120, "reach": 60}, seed=1)
    mean = {}
    for name, recording in people.recordings.items():
        mean[name] = (recording.measured_m - recording.true_m).mean(dim=1)[:, tree.markers.index("L_shoulder_study"), 1]
    pair = torch.corrcoef(torch.stack([mean["standing"], mean["gait"]]))
    assert pair[0, 1] > 0.8


def test_a_seed_repeats_the_sample_and_precision_follows_the_tree(tree: SkeletonTree) -> None:
    single = SubjectGenerator(tree.to(torch.float32), ADULTS, dropout_chance=0.1)
    one, same, other = (single.sample(3, {"squat": 20}, seed) for seed in (7, 7, 8))
    first, again = one.recordings["squat"].measured_m, same.recordings["squat"].measured_m
    assert first.dtype == torch.float32
    assert torch.equal(first.nan_to_num(), again.nan_to_num())
    assert torch.isnan(first).any()
    assert not torch.equal(first.nan_to_num(), other.recordings["squat"].measured_m.nan_to_num())
    double = SubjectGenerator(tree, ADULTS).sample(3, {"squat": 20}, 7)
    assert [person.subject for person in double.people] == [person.subject for person in one.people]


def test_an_unknown_movement_is_refused(tree: SkeletonTree) -> None:
    with pytest.raises(SettingsError, match="no movement dance"):
        SubjectGenerator(tree, ADULTS).sample(1, {"dance": 3}, 0)  # type: ignore[dict-item]
