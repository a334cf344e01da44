"""Where a bending body carries its mass: the two shares of `pipeline.motion.mass_shift`, found on force plates.

``python -m benchmarks.mass_shift [DATA]``: DATA is the folder of recordings (default: ../shared/data). The shares that
the product uses come from the drop jump alone, which no benchmark judges. The other movements of the same person are
shown beside it to say how far the shares are the same from movement to movement; they were not used. One young person:
how far they are the same from person to person nobody knows.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.dynamics.masses import model_with_mass
from benchmarks.dynamics.shipped import CUTOFF_HZ, FOLDER, STATIC_KG
from benchmarks.saving import save
from pipeline.contact import from_plates
from pipeline.contact.plates.reading import read_force_plates
from pipeline.contact.seat import HIGHEST_RISE_M, seat_rise_m
from pipeline.contact.wrench import total_wrench
from pipeline.kinematics import read_kinematics
from pipeline.motion.body_motion import body_motion
from pipeline.motion.mass_shift import THIGH_SAG, TRUNK_LOWERING
from pipeline.trajectories import Array

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
USED = "DJ1"
BESIDE = ("squats1", "squatsAsym1", "STS1", "STSAsym1", "STSweakLegs1")
# What the plates and the model disagree by otherwise: forward and vertical force [N/kg], sagittal moment [Nm/kg].
FORCE_SD, MOMENT_SD = 1.0, 0.3
# Errors last about a tenth of a second.
INDEPENDENT_EVERY = 10


def main(data: Path) -> None:
    """Print and save the shares, movement by movement."""
    figures = {}
    print(f"{'':14s} {'trunk':>14s} {'thighs':>14s}   centre of pressure off by [mm]: without, with the shipped shares")
    with tempfile.TemporaryDirectory() as work:
        model = model_with_mass(data / FOLDER / "Models/manually_scaled.osim", Path(work) / "model.osim", STATIC_KG)
        for trial in (USED, *BESIDE):
            figures[trial] = row = _shares(data / FOLDER, model, trial)
            print(
                f"{trial:14s} {row['trunk_share']:6.2f} +- {row['trunk_share_se']:4.2f} {row['thigh_share']:6.2f} +- "
                f"{row['thigh_share_se']:4.2f}   {row['without_mm']:4.0f} {row['with_mm']:4.0f}"
            )
    print(f"shipped        {TRUNK_LOWERING:6.2f}         {THIGH_SAG:6.2f}")
    print(f"saved {save('mass_shift', figures).name}")


def _shares(folder: Path, model: Path, trial: str) -> dict[str, float]:
    motion = body_motion(model, read_kinematics(folder / f"IK/{trial}_manual_scaling_ik.mot"), cutoff_hz=CUTOFF_HZ)
    plates = from_plates(motion, read_force_plates(folder / f"ID/{trial}_grf.mot", np.eye(3)), seated=False)
    clear = plates.valid & ((seat_rise_m(motion) > HIGHEST_RISE_M) | ~np.char.startswith(trial, "STS"))
    missing = total_wrench(replace(motion, shifts=()))
    for side in "rl":
        missing = missing.minus(plates.forces[side])

    def sagittal(force_n: Array, moment_nm: Array) -> Array:
        """The person faces X: forward and vertical force and the moment about Z, in standard deviations."""
        return np.concatenate(
            [force_n[clear, 0] / FORCE_SD, force_n[clear, 1] / FORCE_SD, moment_nm[clear, 2] / MOMENT_SD]
        )

    design = np.column_stack([sagittal(shift.force_n, shift.moment_nm) for shift in motion.shifts])
    target = -sagittal(missing.force_n, missing.moment_nm)
    factors, _, _, _ = np.linalg.lstsq(design, target, rcond=None)
    variance = np.mean((target - design @ factors) ** 2) * INDEPENDENT_EVERY
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * variance)
    shipped = missing
    for shift in motion.shifts:
        shipped = shipped.minus(shift.load)
    off_mm = {
        name: 1000.0 * float(np.sqrt(np.mean((wrench.moment_nm[clear, 2] / motion.weight_n) ** 2)))
        for name, wrench in (("without_mm", missing), ("with_mm", shipped))
    }
    return {
        "trunk_share": float(factors[0] * TRUNK_LOWERING),
        "trunk_share_se": float(errors[0] * TRUNK_LOWERING),
        "thigh_share": float(factors[1] * THIGH_SAG),
        "thigh_share_se": float(errors[1] * THIGH_SAG),
        **off_mm,
    }


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit("Usage: python -m benchmarks.mass_shift [DATA]")
    main(Path(sys.argv[1]) if len(sys.argv) == 2 else DATA)
