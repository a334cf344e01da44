"""What people read: means with their standard errors, times of seat-off with their standard deviations."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assessment.catalogue import Tier
from assessment.presentation import height_text, indicator_rows, seat_off_text, time_text
from assessment.summary import IndicatorRecord, QualityRecord, SeatOffRecord, TrialRecord
from assessment.tables import write_curves
from pipeline.quality import Mark, Quality
from pipeline.trajectories import ContactForce, ContactForces, ForceOrigin, HandSupport, JointMoments
from tests.assessment import movements


def record(
    value: float | None, error: float | None, repetition: int, unit: str = "Nm/kg", tier: Tier = "descriptive"
) -> IndicatorRecord:
    mark = Mark.WITHHELD if value is None else Mark.REPORTED
    return IndicatorRecord(
        name="peak", label="Peak", value=value, unit=unit, tier=tier, side="r", repetition=repetition,
        standard_error=error, quality=QualityRecord(mark=mark, reasons=[]), definition="", protocol="", source="",
    )  # fmt: skip


def trial(*records: IndicatorRecord, seat_offs: tuple[tuple[float, float], ...] = ()) -> TrialRecord:
    found = [SeatOffRecord(time_s=time_s, standard_deviation_s=sd_s) for time_s, sd_s in seat_offs]
    return TrialRecord(name="t", status="assessed", indicators=list(records), seat_offs=found)


@pytest.mark.parametrize(
    ("records", "text"),
    [
        # Moments are told to 0.1 Nm/kg, times to 0.1 s, speeds to 0.01 m/s, and coarser where the error is larger.
        ((record(1.5, 0.196, 1),), "1.5 [1.1, 1.9]"),
        ((record(1.0, 0.1, 1), record(2.0, 0.14, 2)), "1.5 [1.3, 1.7]"),
        ((record(150.0, 125.0, 1, "Nm"),), "200 [-100, 400]"),
        ((record(0.951, 0.0096, 1, "m/s"),), "0.95 [0.93, 0.97]"),
        ((record(12.84, 0.9, 1, "s"),), "12.8 [11.1, 14.6]"),
        ((record(1234.0, 56.7, 1, "J"),), "1230 [1120, 1350]"),
        ((record(1.0, None, 1), record(2.0, None, 2)), "1.5"),
        ((record(1.0, 0.1, 1), record(None, None, 2)), "1.0 [0.8, 1.2]"),
        ((record(5.0, 0.0, 1, "1"),), "5"),
        ((record(None, None, 1),), "–"),
    ],
)
def test_a_mean_is_shown_with_its_interval_and_no_more_digits_than_its_error_supports(
    records: tuple[IndicatorRecord, ...], text: str
) -> None:
    (row,) = indicator_rows(trial(*records))
    assert row.text == f"right {text}"


def test_what_is_for_researchers_stays_behind_the_rest() -> None:
    tiers: tuple[Tier, ...] = ("clinical", "descriptive", "research")
    rows = {tier: indicator_rows(trial(record(1.0, None, 1, tier=tier)))[0] for tier in tiers}
    assert [tier for tier, row in rows.items() if row.is_detail] == ["research"]


def test_curves_without_standard_errors_keep_their_empty_columns(tmp_path: Path) -> None:
    squats = movements.squats(1)
    zero, good = np.zeros((len(squats.time_s), 3)), np.ones(len(squats.time_s), dtype=bool)
    moments = JointMoments(
        squats.time_s, squats.coordinates, squats.values, squats.values, squats.values, 4.0, good, zero
    )
    forces = ContactForces(squats.time_s, {}, "measured", 0.0, zero, zero, good)
    write_curves(tmp_path / "curves.csv", squats, forces, moments, kinematic_gate=Quality(), kinetic_gate=Quality())
    curves = pd.read_csv(tmp_path / "curves.csv")
    assert curves[["knee_angle_r_se_nm", "knee_angle_r_se_w"]].isna().all(axis=None)
    assert not curves[["knee_angle_r_nm", "knee_angle_r_w"]].isna().any(axis=None)


def test_seat_offs_are_told_with_how_sure_they_are() -> None:
    assert seat_off_text(trial(seat_offs=((1.234, 0.02), (4.0, 0.006)))) == "Seat-off at 1.23 ± 0.02, 4.00 ± 0.01 s."
    assert seat_off_text(trial()) == ""


@pytest.mark.parametrize(("origin", "place"), [("estimated", "rest"), ("estimated", "thigh"), ("measured", "rest")])
def test_curves_are_empty_where_they_cannot_be_known(tmp_path: Path, origin: ForceOrigin, place: str) -> None:
    squats = movements.squats(1)
    n = len(squats.time_s)
    zero, frames = np.zeros((n, 3)), np.arange(n)
    residual_n, residual_nm = np.tile([7.0, 8.0, 9.0], (n, 1)), np.tile([1.0, 2.0, 3.0], (n, 1))
    valid, unknown = frames >= 10, (frames >= 30) & (frames < 40)
    foot = ContactForce("calcn_r", zero, zero, zero)
    hand = HandSupport("l", place, float(squats.time_s[50]), float(squats.time_s[59]), ())  # type: ignore[arg-type]
    ones = np.ones_like(squats.values)
    write_curves(
        tmp_path / "curves.csv",
        squats,
        ContactForces(squats.time_s, {"r": foot}, origin, 0.0, residual_n, residual_nm, valid,
                      hand_supports=(hand,)),
        JointMoments(
            squats.time_s, squats.coordinates, squats.values, ones, ones, 4.0, valid, zero,
            unknown={"hip_flexion_r": unknown}, standard_errors_nm=4.0 * ones,
        ),
        kinematic_gate=Quality(),
        kinetic_gate=Quality(),
    )  # fmt: skip
    curves = pd.read_csv(tmp_path / "curves.csv")
    for column in ("hip_flexion_r_nm", "hip_flexion_r_w", "hip_flexion_r_se_nm", "hip_flexion_r_se_w"):
        assert np.array_equal(curves[column].isna(), ~valid | unknown)
    assert np.array_equal(curves["knee_angle_r_nm"].isna(), ~valid)
    assert set(curves["knee_angle_r_se_nm"].dropna()) == set(curves["knee_angle_r_se_w"].dropna()) == {4.0}
    for axis, (force, moment) in enumerate(((7.0, 1.0), (8.0, 2.0), (9.0, 3.0))):
        assert (curves[f"residual_force_{'xyz'[axis]}_n"] == force).all()
        assert (curves[f"residual_moment_{'xyz'[axis]}_nm"] == moment).all()
    assert not curves["hip_flexion_r_deg"].isna().any()
    # What the feet bear is wrong only where something else bears and no plate is under them.
    missing = curves["r_vertical_n"].isna()
    assert list(np.flatnonzero(missing)) == (list(range(50, 60)) if (origin, place) == ("estimated", "rest") else [])


def test_a_moment_is_told_with_its_zone_wherever_it_was_taken() -> None:
    assert time_text(datetime.fromisoformat("2026-01-05T01:30:00+09:00")) == "2026-01-04 16:30 UTC"


def test_height_in_either_unit() -> None:
    assert (height_text(1.6, "m"), height_text(1.6, "cm")) == ("1.60 m", "160 cm")
