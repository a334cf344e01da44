"""Joint moments and powers of walking from estimated forces against those of force plates.

``python -m benchmarks.gait_joints [DATA]``: DATA is the folder of recordings (default: ../shared/data). Every number
that assessment takes from the gait cycle, side by side, wherever a whole stride has both: two walks of one person on
four plates, through our own scaling, and one of another on two plates, with the model that comes with the data. Two
people and three walks: it tells the direction of the errors and their order, not more. The catalogue of indicators
declares the root mean squares.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from assessment.activities import Activity
from assessment.catalogue import catalogue
from assessment.gait.walk import describe_walk
from assessment.indicators.base import TrialResults
from assessment.indicators.gait_joints import joint_indicators
from benchmarks.dynamics import own, shipped
from benchmarks.dynamics.rows import Movement
from benchmarks.saving import save
from pipeline.motion.landmarks import find_landmarks
from pipeline.quality import Quality
from pipeline.settings import ForceMode

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
# The one of subject 4's walks that shows a whole stride; with the mass that the walkway's plates carry.
LAB_WALK = "walkingTO1"


def main(data: Path) -> None:
    """Print and save the errors of every number."""
    pairs: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as work:
        for movement in _movements(data, Path(work)):
            measured, estimated = (_values(movement, mode) for mode in ("measured", "estimated"))
            for key in measured.keys() & estimated.keys():
                pairs.setdefault(key[0], []).append((measured[key], estimated[key]))
    figures = {}
    for name in sorted(pairs):
        plates, error = (
            np.array([pair[0] for pair in pairs[name]]),
            np.array([pair[1] - pair[0] for pair in pairs[name]]),
        )
        figures[name] = {
            "n": len(plates),
            "plates": round(float(np.mean(plates)), 3),
            "bias": round(float(np.mean(error)), 3),
            "rms": round(float(np.sqrt(np.mean(error**2))), 3),
        }
        print(f"{name:38s} n {len(plates)}  plates {np.mean(plates):5.2f}", end="  ")
        print(f"bias {figures[name]['bias']:+5.2f}  rms {figures[name]['rms']:5.2f} {catalogue()[name].unit}")
    print(f"saved {save('gait_joints', figures).name}")


def _movements(data: Path, work: Path) -> Iterator[Movement]:
    for _, _, movement in own.movements(work, lambda name: name in own.WALKS_OF_OTHERS):
        yield movement
    for name, _, movement in shipped.movements(data, work, lambda wanted: wanted == LAB_WALK):
        if f"{shipped.WALKWAY_KG:g} kg" in name:
            yield movement


def _values(movement: Movement, mode: ForceMode) -> dict[tuple[str, str | None], float]:
    """Moments and powers of a walk by name and side."""
    dynamics = movement.solve(mode)
    landmarks = find_landmarks(movement.model, movement.kinematics)
    results = TrialResults(
        activity=Activity("walking", 1.0, ()),
        repetitions=(),
        kinematics=movement.kinematics,
        landmarks=landmarks,
        forces=dynamics.forces,
        moments=dynamics.moments,
        subject=movement.subject,
        kinematic_gate=Quality(),
        kinetic_gate=Quality(),
    )
    return {
        (one.name, one.side): one.value
        for one in joint_indicators(results, describe_walk(movement.kinematics, landmarks), Quality())
        if one.value is not None and catalogue()[one.name].needs == "moments"
    }


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit("Usage: python -m benchmarks.gait_joints [DATA]")
    main(Path(sys.argv[1]) if len(sys.argv) == 2 else DATA)
