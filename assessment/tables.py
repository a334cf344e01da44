"""Tables for statisticians: curves per trial, indicators per session."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from assessment.cycle_curves import CYCLE_PERCENT, CycleCurve
from assessment.summary import IndicatorRecord, Summary, TrialRecord
from pipeline.quality import Mark, Quality
from pipeline.trajectories import TRANSLATIONS, ContactForces, JointMoments, Kinematics


def write_curves(
    path: Path,
    kinematics: Kinematics,
    forces: ContactForces | None,
    moments: JointMoments | None,
    *,
    kinematic_gate: Quality,
    kinetic_gate: Quality,
) -> None:
    """Write one trial's curves, one row a frame: as CSV or, where ``path`` ends in it, as Parquet.

    Columns: ``time_s``, ``marker_rms_cm``, ``<coordinate>_deg`` (pelvis translations ``_m``); where moments exist also
    ``<coordinate>_nm`` and ``<coordinate>_w`` with their standard errors ``_se_nm`` and ``_se_w`` (empty where they are
    not known), ``<contact>_vertical_n``, ``valid``, and what the contacts do not explain, in every frame:
    ``residual_force_{x,y,z}_n`` and, about the centre of mass, ``residual_moment_{x,y,z}_nm``. Moments keep OpenSim's
    sign.
    ``angles_quality`` and ``moments_quality`` carry the trial's marks in every row, so that no curve travels without
    them; ``valid`` is false throughout where moments are withheld. Moments and powers are empty in frames in which they
    cannot be known: those of invalid frames, and where a seat or a hand may bear load that nothing measures. Estimated
    forces are empty while a hand may bear on a rest.
    """
    columns: dict[str, np.ndarray] = {
        "time_s": kinematics.time_s,
        "marker_rms_cm": kinematics.marker_rms_m * 100.0,
    }
    for name in kinematics.coordinates:
        values = kinematics.coordinate(name)
        if name in TRANSLATIONS:
            columns[f"{name}_m"] = values
        else:
            columns[f"{name}_deg"] = np.rad2deg(values)
    if forces is not None and moments is not None:
        for name in moments.coordinates:
            if name not in TRANSLATIONS:
                known = forces.valid & moments.known(name)
                for column, curve in (
                    ("nm", moments.moment_nm(name)),
                    ("se_nm", moments.standard_error_nm(name)),
                    ("w", moments.power_w(name)),
                    ("se_w", moments.power_standard_error_w(name)),
                ):
                    columns[f"{name}_{column}"] = np.where(known, np.nan if curve is None else curve, np.nan)
        for name, contact in forces.forces.items():
            columns[f"{name}_vertical_n"] = np.where(forces.partly_borne_by_hands, np.nan, contact.force_n[:, 1])
        for residual, unit, wrench in (
            ("force", "n", forces.residual_force_n),
            ("moment", "nm", forces.residual_moment_nm),
        ):
            columns |= {f"residual_{residual}_{axis}_{unit}": wrench[:, k] for k, axis in enumerate("xyz")}
        columns["valid"] = moments.valid & forces.valid & (kinetic_gate.mark is not Mark.WITHHELD)
    table = pd.DataFrame(columns).assign(
        angles_quality=kinematic_gate.mark.value, moments_quality=kinetic_gate.mark.value
    )
    write_curve_table(path, table)


def write_cycles(path: Path, curves: Sequence[CycleCurve]) -> None:
    """Write mean curves over a trial's cycles, one row per side, joint, quantity and per cent, as `write_curves` does.

    Columns: ``side``, ``coordinate``, ``quantity`` (angle, moment, power), ``unit``, ``percent``, ``mean``, ``sd``
    between the cycles (empty for a single one) and ``n``, how many are known there. A cycle is a stride from heel
    strike to heel strike, or a complete repetition. Extension and plantarflexion moments are positive.
    """
    rows = [
        {
            "side": curve.side,
            "coordinate": curve.coordinate,
            "quantity": curve.kind,
            "unit": curve.unit,
            "percent": CYCLE_PERCENT,
            "value": curve.values,
        }
        for curve in curves
    ]
    keys = ["side", "coordinate", "quantity", "unit", "percent"]
    every = pd.DataFrame(rows, columns=[*keys, "value"]).explode(["percent", "value"])
    known = every.astype({"percent": float, "value": float}).dropna(subset="value")
    table = known.groupby(keys, sort=False)["value"].agg(mean="mean", sd="std", n="count").reset_index()
    write_curve_table(path, table)


def indicator_table(summary: Summary) -> pd.DataFrame:
    """All indicators of a session, one row each (long form); withheld values are empty, their reasons are not.

    Those of the person, from several trials, have no trial and no activity.
    """
    of_trials = [(trial, one) for trial in summary.trials for one in trial.indicators]
    of_person: list[tuple[TrialRecord | None, IndicatorRecord]] = [(None, one) for one in summary.indicators]
    rows = [
        {
            "session": summary.session,
            "synthetic": summary.synthetic,
            "trial": trial.name if trial else "",
            "activity": trial.activity.name if trial and trial.activity else "",
            "variant": trial.activity.variant if trial and trial.activity else "",
            "indicator": indicator.name,
            "repetition": indicator.repetition,
            "side": indicator.side or "",
            "value": indicator.value,
            "unit": indicator.unit,
            "standard_error": indicator.standard_error,
            "tier": indicator.tier,
            "quality": indicator.quality.mark.value,
            "reasons": " ".join(indicator.quality.reasons),
        }
        for trial, indicator in [*of_trials, *of_person]
    ]
    columns = [
        "session", "synthetic", "trial", "activity", "variant", "indicator", "repetition", "side", "value", "unit",
        "standard_error", "tier", "quality", "reasons",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"repetition": "Int64"})


def trial_table(summary: Summary) -> pd.DataFrame:
    """One row a trial: what it is, how well it went, why it failed."""
    return pd.DataFrame(
        [
            {
                "session": summary.session,
                "trial": trial.name,
                "status": trial.status,
                "activity": trial.activity.name if trial.activity else "",
                "confidence": trial.activity.confidence if trial.activity else None,
                "repetitions": sum(repetition.complete for repetition in trial.repetitions),
                "marker_rms_cm": trial.marker_error.rms_cm if trial.marker_error else None,
                "marker_error_held_out": trial.marker_error.held_out if trial.marker_error else None,
                "kinematics": trial.kinematics_quality.mark.value if trial.kinematics_quality else "",
                "kinetics": trial.kinetics_quality.mark.value if trial.kinetics_quality else "",
                "forces": trial.forces.origin if trial.forces else "",
                "error": f"{trial.error.message} {trial.error.hint}" if trial.error else "",
            }
            for trial in summary.trials
        ]
    )


def write_curve_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table of curves by the path's suffix: CSV or Parquet.

    As CSV numbers have six digits. Parquet keeps them, except time, in single precision (seven digits): half the size,
    and bytes of one weight side by side compress better. The schema is left to Parquet's own types: copies of it for
    pandas and Arrow would be a third of a short trial's file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".parquet":
        table.to_csv(path, index=False, float_format="%.6g")
        return
    columns = {str(name): table[name].to_numpy() for name in table.columns}
    exact = pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()})
    single = pa.schema(
        [
            field.with_type(pa.float32()) if pa.types.is_float64(field.type) and field.name != "time_s" else field
            for field in exact.schema
        ]
    )
    numbers = [field.name for field in single if pa.types.is_floating(field.type)]
    pq.write_table(
        exact.cast(single),
        path,
        compression="zstd",
        use_dictionary=[name for name in single.names if name not in numbers],
        column_encoding=dict.fromkeys(numbers, "BYTE_STREAM_SPLIT"),
        write_statistics=False,
        store_schema=False,
    )
