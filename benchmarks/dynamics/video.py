"""Subject 4 as two phones would have seen him: markers of the scaled skeleton in his poses, with OpenCap's errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

from benchmarks.dynamics import own
from benchmarks.dynamics.rows import Movement
from benchmarks.dynamics.shipped import GROUPS, SUBJECT
from benchmarks.opencap_errors import RATE_HZ, recorded_by_phones
from models.skeleton import GENERIC_MODEL, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.subject import SubjectMetadata
from pipeline.files.trc_writer import write_trc
from pipeline.scaling import ScaledModel
from pipeline.scaling.generic import load_generic
from pipeline.scaling.scaled_model import apply_factors
from pipeline.session import read_session, session_of_files
from pipeline.trajectories import Kinematics
from rl_scaling.people.marker_errors import Regime

SEEDS = (1, 2)
STATIC = "static1"
DECIMALS = 5


def movements(work: Path, wanted: own.Wanted) -> Iterator[tuple[str, Movement, Movement]]:
    """Name of the row, the movement as it was (with plates) and as video shows it, for every draw of errors."""
    names = [name for name in GROUPS if name != STATIC and wanted(name)]
    if not names:
        return
    session = read_session(own.DESCRIPTIONS / f"{own.SUBJECT_4}.toml", work)
    model = own.scaled(session, session.trial(STATIC), work / "true")
    true = {name: _at_video_rate(own.movement(session, session.trial(name), model, work)) for name in (STATIC, *names)}
    tree = study_tree(model)
    for seed in SEEDS:
        folder = work / f"draw_{seed}"
        movements_of = {name: (one.kinematics, _regime(name)) for name, one in true.items()}
        for name, seen in recorded_by_phones(tree, movements_of, seed).items():
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


def _regime(trial: str) -> Regime:
    regimes: dict[str, Regime] = {"standing": "standing", "walks": "gait"}
    return regimes.get(GROUPS[trial], "task")
