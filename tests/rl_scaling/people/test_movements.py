"""Movements as joint angles: plausible, smooth, and different from person to person."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import SettingsError
from models.skeleton.tables import read_skeleton
from rl_scaling.people.movements import MOVEMENTS, MovementName, sample_movement
from rl_scaling.people.tables import published_curve

COORDINATES = tuple(c.name for c in read_skeleton().coordinates if not c.name.endswith("_beta"))
RANGES = {c.name: (c.minimum, c.maximum) for c in read_skeleton().coordinates}


def movement(name: MovementName, n: int = 120, *, older: bool = False, n_frames: int = 300) -> np.ndarray:
    return sample_movement(name, np.full(n, older), n_frames, 60.0, COORDINATES, np.random.default_rng(5))


def angle(values: np.ndarray, coordinate: str) -> np.ndarray:
    return np.rad2deg(values[..., COORDINATES.index(coordinate)])


@pytest.mark.parametrize("name", MOVEMENTS)
def test_every_movement_stays_in_range_and_moves_smoothly(name: MovementName) -> None:
    values = movement(name, 20)
    assert values.shape == (20, 300, len(COORDINATES))
    for column, coordinate in enumerate(COORDINATES):
        low, high = RANGES[coordinate]
        assert values[..., column].min() >= low - 1e-12
        assert values[..., column].max() <= high + 1e-12
    # No joint turns faster than 800 degrees a second, nor does the pelvis jump.
    assert np.abs(np.diff(values, axis=1)).max() * 60.0 < np.deg2rad(800.0)
    assert np.all(angle(values, "mtp_angle_r") == 0.0)
    # People differ.
    assert values[:, :, COORDINATES.index("hip_rotation_r")].mean(axis=1).std() > np.deg2rad(3.0)


@pytest.mark.parametrize("name", MOVEMENTS)
def test_the_same_generator_gives_the_same_movement(name: MovementName) -> None:
    np.testing.assert_array_equal(movement(name, 3), movement(name, 3))


def test_walking_follows_the_published_curves() -> None:
    values = movement("gait")
    knee = angle(values, "knee_angle_r")
    assert np.median(knee.max(axis=1)) == pytest.approx(published_curve("walking")["knee"].max(), abs=5.0)
    assert np.median(angle(values, "hip_flexion_r").min(axis=1)) == pytest.approx(-8.0, abs=4.0)
    way_m = values[:, -1, COORDINATES.index("pelvis_tx")]
    assert way_m.mean() / (299 / 60.0) == pytest.approx(1.25, abs=0.05)
    # Legs take turns: the knees are half a stride apart.
    right, left = knee[0] - knee[0].mean(), angle(values, "knee_angle_l")[0]
    assert np.corrcoef(right, left)[0, 1] < 0.3
    # Older people extend the hip less.
    older = movement("gait", older=True)
    assert (
        np.median(angle(older, "hip_flexion_r").min(axis=1)) > np.median(angle(values, "hip_flexion_r").min(axis=1)) + 4
    )


def test_rising_leads_from_the_chair_to_standing_and_back() -> None:
    values = movement("sit_to_stand")
    knee = angle(values, "knee_angle_r")
    assert np.median(knee.max(axis=1)) == pytest.approx(98.0, abs=5.0)
    assert np.median(knee.min(axis=1)) < 15.0
    older = movement("sit_to_stand", older=True, n_frames=400)
    lean, lean_older = (-(angle(v, "pelvis_tilt") + angle(v, "lumbar_extension")).min(axis=1) for v in (values, older))
    assert np.median(lean_older) > np.median(lean) + 4.0


@pytest.mark.parametrize("name", ["squat", "reach", "sit_to_stand", "standing"])
def test_feet_stay_flat_where_they_stand(name: MovementName) -> None:
    values = movement(name, 10)
    pitch = angle(values, "pelvis_tilt") + 0.5 * sum(
        angle(values, f"hip_flexion_{s}") - angle(values, f"knee_angle_{s}") + angle(values, f"ankle_angle_{s}")
        for s in "rl"
    )
    # Where a joint is at the end of its range the others cannot make up for it: allow those frames a few degrees.
    assert np.median(np.abs(pitch)) < 0.01


def test_older_people_squat_less() -> None:
    depth, depth_older = (
        np.median(angle(movement("squat", older=o), "knee_angle_r").max(axis=1)) for o in (False, True)
    )
    assert depth == pytest.approx(97.0, abs=6.0)
    assert depth_older == pytest.approx(70.0, abs=6.0)


def test_either_leg_leads_the_step_and_either_or_both_hands_reach() -> None:
    step = movement("step")
    first = angle(step, "knee_angle_r").max(axis=1) > angle(step, "knee_angle_l").max(axis=1)
    assert 0.2 < first.mean() < 0.8
    reach = movement("reach")
    assert np.all(angle(reach, "arm_flex_r").max(axis=1) > 40.0)
    both = angle(reach, "arm_flex_l").max(axis=1) > 45.0
    assert 0.3 < both.mean() < 0.7


def test_an_unknown_movement_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"no movement 'cartwheel'.*standing, sit_to_stand"):
        movement("cartwheel")  # type: ignore[arg-type]
