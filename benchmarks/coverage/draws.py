"""Sessions of the synthetic older adult with errors of their own, assessed from the markers on."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from assessment.assess import assess
from assessment.example import EXAMPLE
from assessment.summary import IndicatorRecord, Summary
from assessment.workers import Workers
from benchmarks.coverage.truth import ACTIVITIES, TRUE_MODEL, Key, true_kinematics, true_values
from benchmarks.opencap_errors import recorded_by_phones
from models.skeleton import load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.subject import Subject
from pipeline.files.trc_writer import write_trc
from pipeline.kinematics.replicates import regime_of
from pipeline.session import read_session
from pipeline.settings import Settings
from rl_scaling.people.marker_errors import Regime

SEAT_HEIGHT_M = 0.43
STATIC = "neutral"


@dataclass(frozen=True)
class Drawn:
    """One indicator of one draw beside its truth; no value where it was withheld."""

    trial: str
    key: Key
    truth: float
    unit: str
    value: float | None
    standard_error: float | None


def assess_draw(seed: int) -> list[Drawn]:
    """Film her, assess the session, and put every indicator beside its truth."""
    with tempfile.TemporaryDirectory() as work, Workers(1) as workers:
        folder = Path(work) / f"OpenCapData_draw-{seed}"
        _write_session(folder, seed)
        session = read_session(folder, Path(work))
        subject = session.subject.complete(age_years=72.0)
        settings = Settings(seat_height_m=SEAT_HEIGHT_M)
        summary = assess(session, subject, settings, Path(work) / "out", workers=workers)
        return _beside_truth(summary, subject)


def _write_session(folder: Path, seed: int) -> None:
    (folder / "MarkerData").mkdir(parents=True)
    shutil.copy(EXAMPLE / "sessionMetadata.yaml", folder)
    tree = SkeletonTree.from_model(without_patellae(load_model(TRUE_MODEL)))
    regimes: dict[str, Regime] = {STATIC: "standing"}
    regimes |= {trial: regime_of(activity) for trial, activity in ACTIVITIES.items()}
    true = {trial: (true_kinematics(trial), regime) for trial, regime in regimes.items()}
    for trial, seen in recorded_by_phones(tree, true, seed).items():
        write_trc(folder / "MarkerData" / f"{trial}.trc", seen, source="SYNTHETIC", decimals=5)


def _beside_truth(summary: Summary, subject: Subject) -> list[Drawn]:
    drawn = []
    for trial in summary.trials:
        cutoff_hz = trial.forces.cutoff_hz if trial.forces else 4.0
        found: dict[Key, IndicatorRecord] = {(one.name, one.side, one.repetition): one for one in trial.indicators}
        for key, truth in true_values(trial.name, subject, SEAT_HEIGHT_M, cutoff_hz).items():
            one = found.get(key)
            drawn.append(
                Drawn(
                    trial.name,
                    key,
                    truth,
                    "" if one is None else one.unit,
                    None if one is None else one.value,
                    None if one is None else one.standard_error,
                )
            )
    return drawn
