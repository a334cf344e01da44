"""Copies with other marker errors: as large as the errors, held where markers hold, the same for the same seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from assessment.example import EXAMPLE
from models.skeleton import load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.marker_sets import marker_set
from models.skeleton.pose_fit import fit_poses
from pipeline.kinematics import read_kinematics
from pipeline.kinematics import replicates as module
from pipeline.kinematics.replicates import marker_error_replicates, regime_of
from pipeline.motion.landmarks import find_landmarks
from pipeline.trajectories import Kinematics

MODEL = EXAMPLE / "OpenSimData" / "Model" / "LaiUhlrich2022_scaled.osim"
TRACKED = marker_set("study").tracked


@pytest.fixture(scope="module")
def walk() -> Kinematics:
    read = read_kinematics(EXAMPLE / "OpenSimData" / "Kinematics" / "walk.mot")
    errors = np.full((len(read.time_s), len(TRACKED)), 0.01)
    return Kinematics(read.time_s, read.coordinates, read.values, TRACKED, errors)


def changes(copies: list[Kinematics], original: Kinematics, name: str) -> np.ndarray:
    return np.array([copy.coordinate(name) - original.coordinate(name) for copy in copies])


def test_the_same_seed_gives_the_same_copies_and_another_seed_others(walk: Kinematics) -> None:
    first, again, other = (marker_error_replicates(MODEL, walk, "study", "gait", 2, seed) for seed in (1, 1, 2))
    assert np.array_equal(first[1].values, again[1].values)
    assert not np.allclose(first[1].values, other[1].values)
    assert not np.allclose(first[0].values, first[1].values)


def test_copies_differ_by_degrees_not_by_fractions_or_tens(walk: Kinematics) -> None:
    copies = marker_error_replicates(MODEL, walk, "study", "gait", 12)
    for name in ("hip_flexion_r", "knee_angle_l", "ankle_angle_r", "pelvis_tilt"):
        rms_deg = np.degrees(np.sqrt(np.mean(changes(copies, walk, name) ** 2)))
        # OpenCap's angles are off by 4.5 degrees on average (Uhlrich 2023); single ones by less and by more.
        assert 1.0 < rms_deg < 8.0, name


def test_feet_stay_where_their_markers_hold_them(walk: Kinematics) -> None:
    copies = marker_error_replicates(MODEL, walk, "study", "standing", 4)
    before = find_landmarks(MODEL, walk)["heel_r"]
    away_m = [np.linalg.norm(find_landmarks(MODEL, copy)["heel_r"] - before, axis=1) for copy in copies]
    # Angles err by degrees along a leg of 0.8 m: alone, each would move the foot by centimetres.
    assert np.sqrt(np.mean(np.square(away_m))) < 0.012


def test_the_linear_step_is_what_inverse_kinematics_would_find(
    walk: Kinematics, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Kinematics(walk.time_s[:60], walk.coordinates, walk.values[:60], TRACKED, walk.marker_errors_m[:60])
    drawn = []
    draw = module._Draw.errors_m
    monkeypatch.setattr(module._Draw, "errors_m", lambda self, values: drawn.append(draw(self, values)) or drawn[-1])
    (copy,) = marker_error_replicates(MODEL, short, "study", "standing", 1)
    tree = SkeletonTree.from_model(without_patellae(load_model(MODEL)))
    values = tree.default.repeat(60, 1)
    for place, name in enumerate(tree.coordinates):
        values[:, place] = torch.from_numpy(short.coordinate(name).copy())
    markers_m = tree.forward(values)
    tracked = [tree.markers.index(name) for name in tree.markers if name in TRACKED]
    markers_m[:, tracked] += drawn[0][0]
    weights = np.array([marker_set("study").ik_weights.get(name, 0.0) for name in tree.markers])
    solved = fit_poses(tree, markers_m, weights, start=values).values
    for name in ("hip_flexion_r", "knee_angle_r", "ankle_angle_l", "pelvis_tilt"):
        change, linear = (
            one - short.coordinate(name) for one in (solved[:, tree.coordinates.index(name)], copy.coordinate(name))
        )
        # Errors of centimetres turn segments by degrees: the second order of that is a tenth of it.
        assert np.sqrt(np.mean((change - linear) ** 2)) < 0.2 * np.sqrt(np.mean(change**2)) + np.radians(0.1), name


def test_long_trials_get_their_errors_in_pieces_without_a_seam(
    walk: Kinematics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PIECE", 120)
    monkeypatch.setattr(module, "FADE", 30)
    copies = marker_error_replicates(MODEL, walk, "study", "task", 6)
    change = changes(copies, walk, "knee_angle_r")
    steps = np.abs(np.diff(change, axis=1)).mean(axis=0)
    seams = [90, 180, 270]
    assert change.shape[1] == len(walk.time_s)
    assert max(steps[seam - 2 : seam + 2].max() for seam in seams) < 3.0 * np.median(steps)


def test_constant_errors_stay_for_the_whole_of_a_long_trial(walk: Kinematics, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 120)
    monkeypatch.setattr(module, "FADE", 30)
    still = replace(walk, values=np.repeat(walk.values[:1], len(walk.time_s), axis=0))
    change = changes(marker_error_replicates(MODEL, still, "study", "standing", 8), still, "hip_flexion_r")
    first, last = change[:, :90].mean(axis=1), change[:, -90:].mean(axis=1)
    assert np.std(first) > np.radians(0.5)
    assert np.corrcoef(first, last)[0, 1] > 0.95


def test_glued_markers_wander_less_than_video(walk: Kinematics) -> None:
    # The study markers stand in for glued ones: only the kind of error differs.
    glued = marker_error_replicates(MODEL, walk, "study", "task", 6)
    monocular = replace(walk, marker_names=tuple(name for name in TRACKED if "HJC" not in name))
    wander = {}
    for kind in ("study", "optical"):
        tree = SkeletonTree.from_model(without_patellae(load_model(MODEL)))
        names = [name for name in tree.markers if name in monocular.marker_names]
        draw = module._Draw(tree, names, kind, "task", 60.0, 6, torch.Generator().manual_seed(1))
        values = torch.zeros(len(tree.coordinates), 200, dtype=tree.default.dtype)
        errors_m = draw.errors_m(values)
        wander[kind] = float((errors_m - errors_m.mean(dim=1, keepdim=True)).std())
    assert 2.0 < wander["study"] / wander["optical"] < 8.0
    assert 0.5 < np.degrees(np.std(changes(glued, walk, "knee_angle_r"))) < 10.0


@pytest.mark.parametrize(
    ("activity", "regime"),
    [("walking", "gait"), ("timed-up-and-go", "gait"), ("standing", "standing"), ("squat", "task"), ("other", "task")],
)
def test_every_activity_has_a_regime(activity: str, regime: str) -> None:
    assert regime_of(activity) == regime
