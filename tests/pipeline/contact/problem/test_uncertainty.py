"""Standard errors of moments: there where something bears, larger where less is known."""

from dataclasses import replace

import numpy as np
import pytest

from models.skeleton import GENERIC_MODEL
from pipeline.contact import estimate
from pipeline.dynamics import joint_moments
from pipeline.motion.body_motion import body_motion
from tests.pipeline.movements import movement, squat, standing


def moments_of(motion):
    return joint_moments(motion, estimate(motion, seated=False))


@pytest.fixture(scope="module")
def still():
    return body_motion(GENERIC_MODEL, standing(), cutoff_hz=6.0)


def test_the_ankle_is_uncertain_by_load_times_centimetres(still):
    error = moments_of(still).standard_error_nm("ankle_angle_r")
    # The centre of pressure of half the weight, known to 1 to 5 cm.
    half = still.weight_n / 2
    assert np.all((error > 0.01 * half) & (error < 0.05 * half))


def test_a_foot_in_the_air_leaves_no_doubt_from_contact():
    lift = np.clip((np.arange(121) / 60.0 - 0.4) / 0.4, 0.0, 1.0)
    motion = body_motion(
        GENERIC_MODEL, movement({"knee_angle_l": 1.2 * lift, "hip_flexion_l": 0.8 * lift}), cutoff_hz=6.0
    )
    moments = moments_of(motion)
    lifted = slice(75, 105)
    in_air, standing_leg = (moments.standard_error_nm(f"knee_angle_{side}")[lifted] for side in "lr")
    assert np.all(in_air < 0.2 * standing_leg)


def test_noisy_angles_make_larger_errors(still):
    clean = squat()
    noisy = clean.values + np.random.default_rng(0).normal(0.0, 0.01, clean.values.shape)
    errors = [
        np.median(moments_of(body_motion(GENERIC_MODEL, one, cutoff_hz=6.0)).standard_error_nm("knee_angle_r"))
        for one in (clean, replace(clean, values=noisy))
    ]
    assert errors[1] > 1.3 * errors[0]


def test_left_and_right_are_equally_uncertain(still):
    moments = moments_of(still)
    for joint in ("hip_flexion", "knee_angle", "ankle_angle"):
        right, left = (moments.standard_error_nm(f"{joint}_{side}") for side in "rl")
        assert right == pytest.approx(left, rel=0.02)


def test_where_the_trunk_carries_its_mass_makes_the_back_uncertain_and_the_pelvis_has_no_moment(still):
    bent = body_motion(GENERIC_MODEL, movement({"lumbar_extension": np.full(91, -0.8)}, 1.5), cutoff_hz=6.0)
    back = [np.median(moments_of(one).standard_error_nm("lumbar_extension")[one.valid]) for one in (still, bent)]
    assert back[1] > back[0] + 3.0
    assert np.isnan(moments_of(still).standard_error_nm("pelvis_ty")).all()
