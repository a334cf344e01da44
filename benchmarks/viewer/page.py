"""A page with nothing but the 3-D viewer, and a long synthetic movement in it; for the benchmark and the tests.

``streamlit run benchmarks/viewer/page.py``: 600 frames of 43 markers, the skeleton, the unscaled model and two forces.
"""

from __future__ import annotations

import numpy as np

from app.viewer.component import play
from app.viewer.payload import payload
from app.viewer.scene import Curve, Scene
from app.viewer.words import words
from assessment.summary import ForceRecord, QualityRecord, RepetitionRecord, TrialRecord
from pipeline.quality import Mark
from pipeline.stick_figure import StickFigure

FRAMES, MARKERS, RATE_HZ = 600, 43, 30.0
# Standing, in metres: forward, up, and to the right of the middle for the right side.
_SIDED = {
    "femur": (0.0, 0.90, 0.08), "tibia": (0.02, 0.48, 0.08), "talus": (0.0, 0.08, 0.08), "calcn": (-0.04, 0.04, 0.08),
    "toes": (0.13, 0.03, 0.09), "humerus": (0.0, 1.40, 0.18), "ulna": (-0.03, 1.10, 0.22),
    "radius": (-0.02, 1.09, 0.23), "hand": (0.05, 0.85, 0.25),
}  # fmt: skip
_FOOT = {"toe": (0.18, 0.03, 0.08), "5meta": (0.12, 0.03, 0.13), "calc": (-0.06, 0.05, 0.08)}
_FORCE_M = np.array([0.0, 0.4, 0.0])
_BONES = ("femur tibia", "tibia talus", "talus calcn", "calcn toes", "humerus ulna", "ulna radius", "radius hand")


def synthetic_trial() -> TrialRecord:
    """The record of a trial with estimated forces and five repetitions."""
    good = QualityRecord(mark=Mark.REPORTED, reasons=[])
    seconds = FRAMES / RATE_HZ
    return TrialRecord(
        name="synthetic",
        status="assessed",
        kinematics_quality=good,
        kinetics_quality=good,
        repetitions=[
            RepetitionRecord(
                index=i + 1, start_s=(i + 0.1) * seconds / 5, stop_s=(i + 0.9) * seconds / 5, complete=True, events_s={}
            )
            for i in range(5)
        ],
        forces=ForceRecord(
            origin="estimated", contacts=["r", "l"], floor_height_m=0.0, mean_vertical_share_of_weight=1.0,
            residual_force_rms_n_per_kg=0.0, residual_moment_rms_nm_per_kg=0.0, cutoff_hz=6.0, notes=[],
        ),
    )  # fmt: skip


def synthetic_scene(frames: int = FRAMES) -> Scene:
    """Somebody who squats and sways for 20 seconds, 30 pictures a second."""
    time_s = np.arange(frames) / RATE_HZ
    names = ["pelvis", "torso", "C7_study"]
    standing = [(0.0, 0.95, 0.0), (-0.05, 1.05, 0.0), (-0.05, 1.48, 0.0)]
    for side, sign in (("r", 1.0), ("l", -1.0)):
        names += [f"{part}_{side}" for part in _SIDED]
        names += [f"{prefix}_{part}_study" for prefix in [{"r": "r", "l": "L"}[side]] for part in _FOOT]
        standing += [(x, y, sign * z) for x, y, z in (_SIDED | _FOOT).values()]
    bones = [
        [names.index(f"{part}_{side}") for part in bone.split()] for side in "rl" for bone in _BONES
    ]  # fmt: skip
    low = 0.5 + 0.5 * np.cos(2.0 * np.pi * time_s / (time_s[-1] / 5.0))
    points_m = np.tile(np.array(standing), (frames, 1, 1))
    points_m[..., 1] *= 1.0 - 0.4 * (1.0 - low)[:, None] * (points_m[..., 1] > 0.3)
    points_m[..., 0] += 0.05 * np.sin(time_s)[:, None] * points_m[..., 1]
    random = np.random.default_rng(0)
    on = random.integers(0, len(names), MARKERS)
    markers_m = points_m[:, on] + random.normal(0.0, 0.04, (1, MARKERS, 3))
    toes_m = {side: points_m[:, names.index(f"toes_{side}")] for side in "rl"}
    arrows = {side: np.stack([start_m, start_m + _FORCE_M], axis=1) for side, start_m in toes_m.items()}
    angles = {side: 10.0 + 80.0 * (1.0 - low) + shift for side, shift in (("r", 0.0), ("l", 3.0))}
    titles = (("angle", "Hip flexion", "deg"), ("moment", "Hip extension moment", "Nm/kg"))
    return Scene(
        figure=StickFigure(
            time_s, tuple(names), points_m.astype(np.float32), np.array(bones), (1.05 * points_m).astype(np.float32)
        ),
        markers_m=markers_m.astype(np.float32),
        arrows_m={side: arrow.astype(np.float32) for side, arrow in arrows.items()},
        curves=[Curve(kind, title, unit, None, angles) for kind, title, unit in titles for _ in range(3)],
        floor_m=0.0,
    )


def synthetic_payload() -> bytes:
    """The scene as the browser gets it."""
    scene, trial = synthetic_scene(), synthetic_trial()
    return payload(scene, trial.repetitions, words(scene, trial), None)


if __name__ == "__main__":
    play(synthetic_payload(), "synthetic")
