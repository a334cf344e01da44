"""The cut-off that residual analysis finds is the one that balances movement lost and noise kept."""

from dataclasses import replace

import numpy as np
import pytest

from models.errors import InverseDynamicsError
from pipeline.kinematics import read_kinematics
from pipeline.motion.cutoff import RULES, find_cutoff, residual_cutoffs_hz
from pipeline.motion.filtering import low_pass
from pipeline.trajectories import Kinematics
from tests.pipeline.movements import squat

TIME_S = np.arange(1500) / 100.0
OPTICAL = RULES["reflective markers"].noise_hz


def movement_and_noise(noise_rad, fastest_hz=3.0):
    """A movement of many frequencies up to ``fastest_hz``, ever smaller, and white noise: eight signals."""
    generator = np.random.default_rng(3)
    frequencies = np.arange(0.4, fastest_hz, 0.3)
    phases = generator.uniform(0, 2 * np.pi, (len(frequencies), 1, 8))
    waves = np.sin(2 * np.pi * frequencies[:, None, None] * TIME_S[:, None] + phases)
    movement = np.sum(0.3 * waves / frequencies[:, None, None] ** 2, axis=0)
    return movement, generator.normal(0, noise_rad, movement.shape)


@pytest.mark.parametrize("noise_rad", [0.002, 0.01, 0.03])
def test_movement_lost_and_noise_kept_are_in_balance(noise_rad):
    movement, noise = movement_and_noise(noise_rad)
    cutoffs = np.arange(1.0, 12.0, 0.1)
    lost = np.array([np.std(movement - low_pass(movement, TIME_S, cutoff)) for cutoff in cutoffs])
    kept = np.array([np.std(low_pass(noise, TIME_S, cutoff)) for cutoff in cutoffs])
    balance_hz = cutoffs[np.argmin(np.abs(lost - kept))]
    found = residual_cutoffs_hz(movement + noise, TIME_S, OPTICAL)
    assert np.median(found) == pytest.approx(balance_hz, abs=0.6)


def test_more_noise_asks_for_a_lower_cut_off():
    found = [np.median(residual_cutoffs_hz(sum(movement_and_noise(n)), TIME_S, OPTICAL)) for n in (0.002, 0.01, 0.03)]
    assert found == sorted(found, reverse=True)


def coordinates_with(noise_rad):
    values = sum(movement_and_noise(noise_rad, 8.0))
    names = tuple(
        f"{joint}_{side}" for joint in ("hip_flexion", "knee_angle", "ankle_angle", "mtp_angle") for side in "rl"
    )
    return Kinematics(TIME_S, names, values, (), np.zeros((len(TIME_S), 0)))


def test_the_sentence_tells_frequency_kind_and_limits():
    found = find_cutoff(coordinates_with(1e-5), "walking on video")
    assert found.hz == 6.0
    assert "6.0 Hz" in found.text
    assert "walking on video" in found.text
    assert "limited from" in found.text


def test_toes_and_arms_do_not_decide():
    quiet = coordinates_with(0.001)
    values = quiet.values.copy()
    values[:, -2:] += np.random.default_rng(0).normal(0, 1.0, (len(TIME_S), 2))
    assert find_cutoff(replace(quiet, values=values), "reflective markers") == find_cutoff(quiet, "reflective markers")


def test_a_frame_rate_that_hides_the_noise_is_refused():
    movement = squat(duration_s=6.0)
    slow = replace(movement, time_s=movement.time_s[::3], values=movement.values[::3])
    with pytest.raises(InverseDynamicsError, match="frame rate") as error:
        find_cutoff(slow, "reflective markers")
    assert "--cutoff-hz" in error.value.hint


@pytest.mark.parametrize(
    ("file", "kind", "expected_hz"),
    [
        ("lab_opencap_labvalidation_subject4_nimble/IK/squats1_manual_scaling_ik.mot", "reflective markers", 5.5),
        ("lab_opencap_labvalidation_subject4_nimble/IK/walking1_manual_scaling_ik.mot", "reflective markers", 7.0),
        (
            "opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0/OpenSimData/Kinematics/Squats_0.mot",
            "slow movement on video",
            3.0,
        ),
    ],
)
def test_real_recordings_get_what_laboratories_use(shared_data, file, kind, expected_hz):
    assert find_cutoff(read_kinematics(shared_data(file)), kind).hz == pytest.approx(expected_hz, abs=0.5)
