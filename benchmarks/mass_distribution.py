"""Whose mass distribution, and the trunk's mass from quiet standing: against force plates.

``python -m benchmarks.mass_distribution``: subject 4 of OpenCap's laboratory validation, through our own scaling and
inverse kinematics, whose sex is not recorded. One set of scale factors and angles; what differs is the distribution
(the generic model's, women's, men's) and whether the trunk's mass is moved by what quiet standing tells
(`pipeline.scaling.standing`; plates are not used for it). Walks with the weight that the walkway's plates have.

The first two columns judge the total alone: how far in front of the measured centre of pressure of both feet the
movement has it, mean and standard deviation over the frames in which the feet bear all. Moments are compared under each
model's own masses.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from assessment.validation import peak_errors
from benchmarks.dynamics import own
from benchmarks.dynamics.rows import Movement, Row, compare
from benchmarks.saving import save
from models.skeleton import load_model
from models.skeleton.segment_inertia import TabulatedSex, set_segment_inertia
from pipeline.contact.ground.soles import find_soles, heading
from pipeline.contact.wrench import total_wrench
from pipeline.motion.body_motion import body_motion
from pipeline.scaling.standing import judge_standing, move_trunk_mass

STATIC, WALKS, STATIC_MASS, WALKWAY_MASS = "static1", "walks", "60.05 kg", "62.6 kg"
DISTRIBUTIONS: dict[str, TabulatedSex | None] = {"generic": None, "women's": "f", "men's": "m"}
# A frame counts where the feet bear this share of the weight: no seat does.
ALL_ON_FEET = 0.9
COLUMNS = ("ahead mm", "SD mm", "GRF N/kg", "CoP mm", "hip", "knee", "ankle", "knee peaks %")


@dataclass(frozen=True)
class Trial:
    """A movement and the group whose mean it enters."""

    name: str
    group: str
    movement: Movement


def main() -> None:
    """Print and save the comparison."""
    torch.set_num_threads(1)
    figures: dict[str, dict[str, dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        trials = [
            Trial(name, group, movement)
            for name, group, movement in own.movements(work, lambda trial: not trial.startswith("bmc"))
            if name.endswith(WALKWAY_MASS if group == WALKS else STATIC_MASS)
        ]
        for name, sex in DISTRIBUTIONS.items():
            for stood in (False, True):
                variant = f"{name}, trunk moved" if stood else name
                rows = list(_rows(trials, work / variant, sex, stood=stood))
                figures[variant] = _means(rows)
                _print(variant, figures[variant])
    print(f"saved {save('mass_distribution', figures).name}")


def _rows(
    trials: list[Trial], work: Path, sex: TabulatedSex | None, *, stood: bool
) -> Iterator[tuple[str, tuple[float, float], Row]]:
    work.mkdir()
    static = next(trial.movement for trial in trials if trial.name.startswith(STATIC))
    middle = len(static.kinematics.time_s) // 2
    pose = dict(zip(static.kinematics.coordinates, static.kinematics.values[middle].tolist(), strict=True))
    for trial in trials:
        path = work / f"{trial.name}.osim"
        model = load_model(trial.movement.model)
        if sex is not None:
            set_segment_inertia(model, sex)
        model.printToXML(str(path))
        if stood:
            move_trunk_mass(model, judge_standing(path, pose))
            model.printToXML(str(path))
        movement = replace(trial.movement, model=path)
        yield trial.group, _ahead_mm(movement), compare(trial.name, trial.group, movement)


def _ahead_mm(movement: Movement) -> tuple[float, float]:
    """Mean and standard deviation of the distance of the total load in front of where the plates have it."""
    motion = body_motion(movement.model, movement.kinematics, cutoff_hz=movement.cutoff_hz)
    plates = movement.solve("measured").forces
    feet = [plates.forces[side] for side in "rl"]
    load_n = np.sum([foot.force_n[:, 1:2] for foot in feet], axis=0)
    measured = np.sum([foot.force_n[:, 1:2] * foot.point_m for foot in feet], axis=0) / np.maximum(load_n, 1.0)
    forward, _ = heading(find_soles(motion).values())
    asked = total_wrench(motion).low_passed(motion.time_s, motion.cutoff_hz)
    ahead = np.sum((asked.pressure_point_m(plates.floor_height_m, motion.weight_n) - measured) * forward, axis=1)
    ahead = 1000.0 * ahead[plates.valid & (load_n[:, 0] > ALL_ON_FEET * motion.weight_n)]
    return float(ahead.mean()), float(ahead.std())


def _means(rows: list[tuple[str, tuple[float, float], Row]]) -> dict[str, dict[str, float]]:
    groups = dict.fromkeys(group for group, _, _ in rows)
    return {group: _mean([(ahead, row) for name, ahead, row in rows if name == group]) for group in groups}


def _mean(rows: list[tuple[tuple[float, float], Row]]) -> dict[str, float]:
    table = []
    for ahead, row in rows:
        errors = row.agreement
        moments = [errors.moment_rmse_nm_per_kg[joint] for joint in ("hip_flexion", "knee_angle", "ankle_angle")]
        table.append([*ahead, errors.grf_n_per_kg, errors.pressure_point_mm, *moments])
    knee = peak_errors([pair for _, row in rows for pair in row.peaks]).get("knee_extension")
    values = np.mean(np.array(table, dtype=np.float64), axis=0).tolist()
    found = dict(zip(COLUMNS, values, strict=False))
    return found if knee is None else found | {COLUMNS[-1]: knee.mean_absolute_percent}


def _print(variant: str, groups: dict[str, dict[str, float]]) -> None:
    print(f"\n{variant:24s} " + " ".join(f"{column:>12s}" for column in COLUMNS))
    for group, found in groups.items():
        print(f"  {group:22s} " + " ".join(f"{found.get(column, np.nan):12.3f}" for column in COLUMNS), flush=True)


if __name__ == "__main__":
    main()
