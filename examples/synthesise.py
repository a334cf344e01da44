"""Make the synthetic older adult: ``python -m examples.synthesise`` writes the committed files again, bit for bit.

The way: published proportions -> scaled skeleton -> planned movement with feet that stand -> balance -> true wrench and
its known distribution -> joint moments; then video-like noise, an arbitrary heading, OpenCap's vertical shift, files.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from assessment.synthetic import sit_to_stand, standing, walking
from assessment.synthetic.balance import in_balance
from assessment.synthetic.body import Body
from assessment.synthetic.files import MARKER_SOURCE, write_settings
from assessment.synthetic.points import points_of
from assessment.synthetic.smooth import RATE_HZ
from assessment.synthetic.truth import Truth, lifted, truth_of, turned
from examples import pick_up, step_up
from examples.body import ExampleBody
from examples.person import marker_deviations_m, scale_factors, write_model
from examples.session_files import (
    MARKER_DECIMALS,
    METADATA,
    README,
    write_angles,
    write_events,
    write_scale_factors,
    write_truth,
)
from examples.video_noise import NEUTRAL, STANDING_TASK, WALKING, Jitter, disturbed
from models.markers import MarkerTrajectories
from models.skeleton.scale_factors import ScaleFactors
from pipeline.files.trc_writer import write_trc
from pipeline.kinematics import solve_kinematics

HERE = Path(__file__).parent
SESSION = "OpenCapData_synthetic-older-adult"
TRUE_MODEL = "LaiUhlrich2022_true.osim"
# The board that defines OpenCap's axes stood at an angle to the walkway.
HEADING_RAD = np.deg2rad(37.0)
# OpenCap shifts every trial until its lowest marker is this high [m].
LOWEST_MARKER_M = 0.010
MODEL_SEED, SESSION_MODEL_SEED = 7201, 7202
# Standard deviation of the scale factors of the session's own model.
SESSION_MODEL_ERROR = 0.01

TRIALS: dict[str, tuple[ModuleType, Jitter, int]] = {
    "neutral": (standing, NEUTRAL, 7210),
    "5xSTS": (sit_to_stand, STANDING_TASK, 7211),
    "walk": (walking, WALKING, 7212),
    "step_up": (step_up, STANDING_TASK, 7213),
    "pick_up": (pick_up, STANDING_TASK, 7214),
}


def main() -> None:
    """Write the session and its truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into (default: the committed example)")
    parser.add_argument("--trial", choices=list(TRIALS), action="append", help="only this trial; may be repeated")
    arguments = parser.parse_args()
    synthesise(arguments.out, tuple(arguments.trial or TRIALS))


def synthesise(out: Path, trials: tuple[str, ...] = tuple(TRIALS)) -> None:
    """Write ``OpenCapData_synthetic-older-adult`` and ``truth`` into a folder."""
    session, truth_folder = out / SESSION, out / "truth"
    for folder in (session / "OpenSimData" / "Model", truth_folder):
        folder.mkdir(parents=True, exist_ok=True)
    (session / "sessionMetadata.yaml").write_text(METADATA, encoding="utf-8")
    (session / "README.txt").write_text(README, encoding="utf-8")

    factors, deviations = scale_factors(), marker_deviations_m(MODEL_SEED)
    true_model = truth_folder / TRUE_MODEL
    write_model(true_model, factors, deviations, "SYNTHETIC_true_model")
    session_model = session / "OpenSimData" / "Model" / "LaiUhlrich2022_scaled.osim"
    write_model(session_model, _misjudged(factors), deviations, "LaiUhlrich2022_scaled_SYNTHETIC")
    write_scale_factors(truth_folder / "scale_factors.csv", factors)

    body = ExampleBody(true_model)
    truths = {}
    for trial in trials:
        truths[trial], markers, offset_m = recording(body, trial)
        path = session / "MarkerData" / f"{trial}.trc"
        write_trc(path, markers, source=MARKER_SOURCE, decimals=MARKER_DECIMALS)
        write_settings(session / "MarkerData" / "Settings" / f"settings_{trial}.yaml", offset_m)
        write_truth(truth_folder, trial, body.coordinates, truths[trial])
        if trial != "neutral":
            kinematics = solve_kinematics(session_model, markers, "study")
            kept = [kinematics.coordinates.index(name) for name in body.coordinates]
            path = session / "OpenSimData" / "Kinematics" / f"{trial}.mot"
            write_angles(path, body.coordinates, kinematics.time_s, kinematics.values[:, kept], 3)
    write_events(truth_folder / "trials.toml", truths, {trial: TRIALS[trial][2] for trial in trials})


def recording(body: Body, trial: str) -> tuple[Truth, MarkerTrajectories, float]:
    """Truth of a trial in the session's frame, the markers seen in it, and OpenCap's vertical offset [m]."""
    movement_of, jitter, seed = TRIALS[trial]
    plan = movement_of.plan(body, seed)
    movement = in_balance(body, plan)
    margin = round(walking.MARGIN_S * RATE_HZ) if movement_of is walking else 0
    truth = truth_of(body, movement, slice(margin, len(plan.time_s) - margin))

    points = points_of(body)
    true_m = body.markers(truth.q, points.bodies, points.offsets_m)
    flexion = {side: truth.q[:, body.index(f"knee_angle_{side}")] for side in ("r", "l")}
    seen_m = disturbed(true_m, points.names, points.bodies, flexion, jitter, seed)
    seen_m = _rotated(seen_m)
    rise_m = float(np.round(LOWEST_MARKER_M - seen_m[..., 1].min(), 6))
    seen_m[..., 1] += rise_m
    truth = lifted(turned(truth, HEADING_RAD), rise_m)
    return truth, MarkerTrajectories(points.names, np.round(seen_m, 4), truth.time_s), rise_m


def _rotated(positions_m: NDArray[np.float64]) -> NDArray[np.float64]:
    cosine, sine = np.cos(HEADING_RAD), np.sin(HEADING_RAD)
    return positions_m @ np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]]).T


def _misjudged(factors: ScaleFactors) -> ScaleFactors:
    """Scale factors as a session's own scaling might find them: each a little off."""
    generator = np.random.default_rng(SESSION_MODEL_SEED)
    errors = generator.normal(1.0, SESSION_MODEL_ERROR, factors.factors.shape)
    return replace(factors, factors=np.round(factors.factors * errors, 4), scaler="synthetic, 1 % off")


if __name__ == "__main__":
    main()
