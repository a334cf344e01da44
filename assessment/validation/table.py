"""`validation.csv`: every error of every trial, one row each."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from assessment.validation.records import Agreement, TrialValidation, Validation

Row = tuple[str, str, float | None, str]


def validation_table(validation: Validation) -> pd.DataFrame:
    """Long form: trial, activity, quantity, of (direction or joint), value, unit, and why where there is none."""
    rows: list[dict[str, object]] = []
    for trial in validation.trials:
        known: dict[str, object] = {
            "session": validation.session,
            "trial": trial.name,
            "status": trial.status,
            "activity": trial.activity.name if trial.activity else None,
        }
        if trial.agreement is None:
            rows.append(known | {"reason": trial.error.message if trial.error else trial.status})
            continue
        for quantity, of, value, unit in (*agreement_rows(trial.agreement), *_peak_rows(trial)):
            rows.append(known | {"quantity": quantity, "of": of, "value": value, "unit": unit})
    columns = ["session", "trial", "status", "activity", "quantity", "of", "value", "unit", "reason"]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def agreement_rows(agreement: Agreement) -> Iterator[Row]:
    """What `Agreement` holds as quantity, of what, value and unit."""
    yield "compared frames", "", 100.0 * agreement.share_of_trial, "%"
    yield "GRF error, mean norm", "both feet", agreement.grf_n_per_kg, "N/kg"
    for direction, error in agreement.force_rmse_n_per_kg.items():
        yield "force RMSE", direction, error, "N/kg"
    yield "CoP error in contact", "both feet", agreement.pressure_point_mm, "mm"
    yield "CoP error, masked mean", "both feet", agreement.pressure_point_masked_mm, "mm"
    yield "load split error", "right foot's share", agreement.load_split_points, "points"
    for joint, error in agreement.moment_rmse_nm_per_kg.items():
        yield "moment RMSE", joint, error, "Nm/kg"
    for joint, share in agreement.interval_coverage.items():
        yield "95 % interval coverage", joint, 100.0 * share, "%"


def _peak_rows(trial: TrialValidation) -> Iterator[Row]:
    for joint, error in trial.peak_errors.items():
        yield "peak moment, bias", joint, error.bias_percent, "%"
        yield "peak moment, absolute error", joint, error.mean_absolute_percent, "%"
    for pair in trial.peaks:
        which = "whole trial" if pair.repetition is None else f"repetition {pair.repetition}"
        place = f"{pair.joint} {pair.side}, {which}"
        yield "peak moment, measured", place, pair.measured_nm_per_kg, "Nm/kg"
        yield "peak moment, estimated", place, pair.estimated_nm_per_kg, "Nm/kg"
