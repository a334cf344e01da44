"""Inverse kinematics of many trials together: each gets the angles that it gets alone, whoever else is in the batch."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import SarcoscopeError
from models.skeleton import GENERIC_MODEL, load_model
from models.subject import Subject
from pipeline.kinematics import TrialMarkers, solve_kinematics, solve_kinematics_of_many
from pipeline.scaling import build_scaled_model
from pipeline.settings import Settings
from tests.pipeline.synthetic import markers_of, squat

# What rounding may do to an angle [rad].
ROUNDING = 1e-9


@pytest.fixture(scope="module")
def clean():
    return markers_of(load_model(GENERIC_MODEL), squat(40))


@pytest.fixture(scope="module")
def scaled(clean, tmp_path_factory):
    """Models of two people of different size."""
    models = []
    for stretch in (0.93, 1.08):
        person = clean.frames(0, 1).with_positions(clean.positions_m[:1] * stretch)
        path = tmp_path_factory.mktemp("people") / "scaled.osim"
        subject = Subject(height_m=1.7 * stretch, mass_kg=70.0, sex="f")
        build_scaled_model(person, subject, Settings(scaler="measurement"), "study", path)
        models.append(path)
    return models


def noisy(markers, stretch, seed, n_frames):
    rng = np.random.default_rng(seed)
    positions_m = markers.positions_m * stretch + rng.normal(scale=0.012, size=markers.positions_m.shape)
    return markers.with_positions(positions_m).frames(0, n_frames)


@pytest.fixture(scope="module")
def trials(clean, scaled):
    """Two people's trials; one begins before the pelvis is seen, one has gaps, one never shows an arm."""
    late, gaps, armless = (noisy(clean, 0.93, seed, n) for seed, n in ((1, 40), (2, 23), (3, 31)))
    pelvis = [late.names.index(name) for name in late.names if "ASIS" in name.upper() or "PSIS" in name.upper()]
    late.positions_m[:4, pelvis] = np.nan
    gaps.positions_m[5:9, :12] = np.nan
    without = [name for name in armless.names if "elbow" not in name.lower() and "wrist" not in name.lower()]
    return [
        TrialMarkers(scaled[0], late, "study"),
        TrialMarkers(scaled[1], noisy(clean, 1.08, 4, 37), "study"),
        TrialMarkers(scaled[0], gaps, "study"),
        TrialMarkers(scaled[1], armless.select(tuple(without)), "study"),
    ]


def test_every_trial_gets_what_it_gets_alone(trials):
    for trial, found in zip(trials, solve_kinematics_of_many(trials), strict=True):
        alone = solve_kinematics(trial.model_path, trial.markers, trial.marker_set)
        np.testing.assert_allclose(found.values, alone.values, rtol=0.0, atol=ROUNDING)
        np.testing.assert_allclose(found.marker_errors_m, alone.marker_errors_m, rtol=0.0, atol=ROUNDING)
        assert (found.notes, found.interpolated) == (alone.notes, alone.interpolated)


def test_the_same_batch_gives_the_same_bits(trials):
    first, second = solve_kinematics_of_many(trials), solve_kinematics_of_many(trials)
    assert all(np.array_equal(one.values, other.values) for one, other in zip(first, second, strict=True))


def test_a_trial_that_fails_leaves_the_others_as_they_are(trials, tmp_path):
    unseen = trials[1].markers.with_positions(np.full_like(trials[1].markers.positions_m, np.nan))
    unknown = TrialMarkers(tmp_path / "missing.osim", trials[1].markers, "study")
    bad = [TrialMarkers(trials[1].model_path, unseen, "study"), unknown]
    found = solve_kinematics_of_many([bad[0], trials[0], bad[1], trials[1]])
    for failure, trial in zip((found[0], found[2]), bad, strict=True):
        with pytest.raises(type(failure), match=failure.message[:30]):
            solve_kinematics(trial.model_path, trial.markers, trial.marker_set)
        assert isinstance(failure, SarcoscopeError)
    for one, expected in zip((found[1], found[3]), solve_kinematics_of_many(trials[:2]), strict=True):
        np.testing.assert_allclose(one.values, expected.values, rtol=0.0, atol=ROUNDING)


def test_no_trials_no_angles():
    assert solve_kinematics_of_many([]) == []
