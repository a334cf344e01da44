"""A person of known size, recorded standing and squatting in any of the marker sets: what every scaler must take."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

import rl_scaling
from models.markers import MarkerTrajectories
from models.skeleton import GENERIC_MODEL
from models.skeleton.marker_sets import MONOCULAR_TO_STUDY, MarkerSetName
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from pipeline.scaling import apply_factors, load_generic
from pipeline.session import MarkerNames
from rl_scaling.learning.checkpoint import save_policy
from rl_scaling.learning.experiment import read_experiment
from rl_scaling.people.anthropometry import parameters, prior, ties
from rl_scaling.search.networks import Actor
from tests.pipeline.synthetic import markers_of, squat

EXPERIMENTS = Path(rl_scaling.__file__).parent / "experiments"
SUBJECT = Subject(height_m=1.66, mass_kg=68.0, sex="f", age_years=70.0)
SET_OF: dict[MarkerNames, MarkerSetName] = {"study": "study", "monocular": "study", "optical": "optical"}


def true_factors(set_name: MarkerSetName = "study") -> ScaleFactors:
    """Factors of every body: what the person's build lets expect."""
    model, _ = load_generic(GENERIC_MODEL, set_name)
    bodies = tuple(model.getBodySet().get(index).getName() for index in range(model.getBodySet().getSize()))
    return ScaleFactors(bodies, np.exp(ties(bodies) @ prior(SUBJECT).mean_log).reshape(-1, 3), "true")


def record(set_name: MarkerSetName = "study") -> tuple[MarkerTrajectories, MarkerTrajectories]:
    """1.5 s of standing and 1.5 s of squatting, half a millimetre of noise."""
    model, _ = load_generic(GENERIC_MODEL, set_name)
    apply_factors(model, true_factors(set_name), SUBJECT.mass_kg)
    noise = np.random.default_rng(4)
    standing, moving = (markers_of(model, poses) for poses in ([{}] * 90, squat(90)))
    return tuple(  # type: ignore[return-value]
        one.with_positions(one.positions_m + noise.normal(0.0, 0.0005, one.positions_m.shape))
        for one in (standing, moving)
    )


def record_files(folder: Path, names: MarkerNames) -> tuple[Path, Path]:
    """The same as TRC files with the names of a producer: ``neutral.trc`` and ``squat.trc``."""
    name_of = {new: old for old, new in MONOCULAR_TO_STUDY.items()}
    paths = (folder / "neutral.trc", folder / "squat.trc")
    for path, markers in zip(paths, record(SET_OF[names]), strict=True):
        write_trc(path, markers.select(list(name_of)).rename(name_of) if names == "monocular" else markers)
    return paths


def untrained_policy(folder: Path) -> Path:
    """A policy that has learnt nothing yet: its corrections are zero, so that it takes the least-squares step."""
    experiment = read_experiment(EXPERIMENTS / "smoke.toml")
    environment = replace(experiment.environment, n_steps=40, reward="objective")
    experiment = experiment.model_copy(update={"environment": environment})
    actor = Actor(torch.ones(len(parameters()) // 3, 3, dtype=torch.bool), experiment.network)
    folder.mkdir()
    path = folder / "policy.safetensors"
    save_policy(path, actor, experiment.network, {"experiment": experiment.model_dump(mode="json")})
    return path


def write_trc(path: Path, markers: MarkerTrajectories) -> Path:
    """Write a TRC in metres."""
    rate_hz, n_markers = round(markers.rate_hz), len(markers.names)
    rows = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate_hz}\t{rate_hz}\t{markers.n_frames}\t{n_markers}\tm\t{rate_hz}\t1\t{markers.n_frames}",
        "Frame#\tTime\t" + "\t\t\t".join(markers.names) + "\t\t",
        "\t\t" + "\t".join(f"X{n}\tY{n}\tZ{n}" for n in range(1, n_markers + 1)),
        "",
    ]
    for index, (time, frame) in enumerate(zip(markers.time_s, markers.positions_m, strict=True)):
        rows.append(f"{index + 1}\t{time:.10f}\t" + "\t".join(f"{value:.12f}" for value in frame.ravel()))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
