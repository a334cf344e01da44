"""Curves of a trial as CSV and as Parquet: the same numbers, and what is not known is empty in both."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from assessment.cycle_curves import CYCLE_PERCENT, CycleCurve
from assessment.results_folder import trial_table
from assessment.summary import TrialRecord
from assessment.tables import write_curves, write_cycles
from pipeline.quality import Quality
from pipeline.trajectories import ContactForces, JointMoments
from tests.assessment import movements

KINDS: tuple[Literal["curves", "cycles"], ...] = ("curves", "cycles")


def written(folder: Path, suffix: str) -> TrialRecord:
    squats = movements.squats(1)
    n = len(squats.time_s)
    zero, valid = np.zeros((n, 3)), np.arange(n) >= 10
    noise = np.random.default_rng(0).normal(0.0, 50.0, squats.values.shape)
    trial = TrialRecord(name="s", status="assessed", files={kind: f"Tables/s_{kind}.{suffix}" for kind in KINDS})
    write_curves(
        folder / trial.files["curves"],
        squats,
        ContactForces(squats.time_s, {}, "measured", 0.0, zero, zero, valid),
        JointMoments(squats.time_s, squats.coordinates, squats.values, noise, noise, 4.0, valid, zero),
        kinematic_gate=Quality(),
        kinetic_gate=Quality.caution("Roughly."),
    )
    values = np.where(CYCLE_PERCENT < 5.0, np.nan, CYCLE_PERCENT / 3.0)
    write_cycles(
        folder / trial.files["cycles"],
        [CycleCurve("r", "knee_angle", "angle", start, start + 1.0, None, start * values) for start in (1.0, 2.0)],
    )
    return trial


def test_parquet_holds_what_csv_holds(tmp_path: Path) -> None:
    texts, columns = written(tmp_path, "csv"), written(tmp_path, "parquet")
    for kind in KINDS:
        table, expected = (trial_table(tmp_path, trial, kind) for trial in (columns, texts))
        # CSV has six digits, and does not know that a column of zeros has fractions.
        pd.testing.assert_frame_equal(table, expected, rtol=1e-5, check_dtype=False)
    curves = trial_table(tmp_path, columns, "curves")
    assert curves is not None
    assert set(curves.dtypes.astype(str)) == {"float64", "bool", "str"}
    assert curves["knee_angle_r_nm"].isna().sum() == 10
    assert np.array_equal(curves["time_s"], movements.squats(1).time_s)


def test_what_is_not_known_is_null_so_that_databases_leave_it_out_of_means(tmp_path: Path) -> None:
    path = tmp_path / written(tmp_path, "parquet").files["curves"]
    moments = pq.read_table(path)["knee_angle_r_nm"]
    assert moments.null_count == 10
    assert np.isfinite(moments.drop_null().to_numpy()).all()
