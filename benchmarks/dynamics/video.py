"""Subject 4 as two phones would have seen him: markers of the scaled skeleton in his poses, with OpenCap's errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from assessment.motion import mean_heading, pelvis_rotation
from benchmarks.dynamics import own
from benchmarks.dynamics.rows import Movement
from benchmarks.dynamics.shipped import GROUPS, SUBJECT
from models.markers import MarkerTrajectories
from models.skeleton import GENERIC_MODEL, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.subject import SubjectMetadata
from pipeline.files.trc_writer import write_trc
from pipeline.scaling import ScaledModel
from pipeline.scaling.generic import load_generic
from pipeline.scaling.scaled_model import apply_factors
from pipeline.session import read_session, session_of_files
from pipeline.trajectories import Kinematics
from rl_scaling.marker_errors import MarkerErrors, PosedMarkers, Regime

# OpenCap records at 60 Hz; the errors' correlation from frame to frame holds for it.
RATE_HZ = 60.0
SEEDS = (1, 2)
STATIC = "static1"
DECIMALS = 5


def movements(work: Path, wanted: own.Wanted) -> Iterator[tuple[str, Movement, Movement]]:
    """Name of the row, the movement as it was (with plates) and as video shows it, for every draw of errors.

    A draw is one session: its bias is the same in the static trial, on which the model is scaled, and in the movements.
    """
    names = [name for name in GROUPS if name != STATIC and wanted(name)]
    if not names:
        return
    session = read_session(own.DESCRIPTIONS / f"{own.SUBJECT_4}.toml", work)
    model = own.scaled(session, session.trial(STATIC), work / "true")
    true = {name: _at_video_rate(own.movement(session, session.trial(name), model, work)) for name in (STATIC, *names)}
    tree = study_tree(model)
    for seed in SEEDS:
        folder = work / f"draw_{seed}"
        for name, seen in _recorded(tree, true, seed).items():
            write_trc(folder / f"{name}.trc", seen, source=name, decimals=DECIMALS)
        files = tuple(folder / f"{name}.trc" for name in names)
        video = replace(
            session_of_files(folder / f"{STATIC}.trc", files, names="study"),
            subject=SubjectMetadata(height_m=SUBJECT.height_m, mass_kg=SUBJECT.mass_kg, sex=SUBJECT.sex),
        )
        filmed = own.scaled(video, video.trial(STATIC), folder)
        for name in names:
            yield f"{name}, draw {seed}", true[name], own.movement(video, video.trial(name), filmed, folder)


def study_tree(model: ScaledModel) -> SkeletonTree:
    """The person's skeleton with the markers that OpenCap predicts."""
    skeleton, _ = load_generic(GENERIC_MODEL, "study")
    apply_factors(skeleton, model.factors, model.mass_kg)
    return SkeletonTree.from_model(without_patellae(skeleton))


def _at_video_rate(movement: Movement) -> Movement:
    old = movement.kinematics
    time_s = np.arange(old.time_s[0], old.time_s[-1] + 1e-9, 1.0 / RATE_HZ)
    values = CubicSpline(old.time_s, old.values)(time_s)
    return replace(movement, kinematics=Kinematics(time_s, old.coordinates, values, (), np.zeros((len(time_s), 0))))


def _recorded(tree: SkeletonTree, true: dict[str, Movement], seed: int) -> dict[str, MarkerTrajectories]:
    """What OpenCap would say of each trial of one session."""
    errors = MarkerErrors(tree.markers)
    noise = torch.Generator().manual_seed(seed)
    bias_m = errors.session_bias(1, noise, tree.default)
    seen = {}
    for name, movement in true.items():
        kinematics = movement.kinematics
        # The error model knows people who face X.
        forward = mean_heading(pelvis_rotation(kinematics))
        to_x = Rotation.from_euler("Y", np.arctan2(forward[1], forward[0])).as_matrix()
        posed = _posed(tree, kinematics, torch.as_tensor(to_x).to(tree.default))
        disturbed = errors.disturb(posed, bias_m, _regime(name), RATE_HZ, noise)[0]
        positions_m = disturbed.numpy().astype(np.float64) @ to_x
        seen[name] = MarkerTrajectories(tree.markers, positions_m, kinematics.time_s)
    return seen


def _regime(trial: str) -> Regime:
    regimes: dict[str, Regime] = {"standing": "standing", "walks": "gait"}
    return regimes.get(GROUPS[trial], "task")


def _posed(tree: SkeletonTree, kinematics: Kinematics, ground_to_x: torch.Tensor) -> PosedMarkers:
    order = [kinematics.coordinates.index(name) for name in tree.coordinates]
    values = torch.as_tensor(kinematics.values[:, order]).to(tree.default)
    pose = tree.kinematics(
        values.T[:, None], tree.offsets(tree.default.new_zeros(len(tree.bodies), 3, 1, 1)), twists=False
    )
    of_marker = pose.rotations[tree.marker_bodies + 1].permute(3, 4, 0, 1, 2)
    positions_m = pose.markers.permute(2, 3, 0, 1)
    knees = [tree.coordinates.index(f"knee_angle_{side}") for side in ("r", "l")]
    return PosedMarkers(
        torch.einsum("ij,btmj->btmi", ground_to_x, positions_m),
        torch.einsum("ij,btmjk->btmik", ground_to_x, of_marker),
        values[None, :, knees],
    )
