"""How results are written down: from the pipeline's data types to the records of `assessment.summary`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assessment.activities import Activity
from assessment.catalogue import Definition, catalogue
from assessment.cycle_curves import CycleCurve
from assessment.indicators import Indicator
from assessment.motion import Side
from assessment.repetitions import Repetition
from assessment.summary import (
    ActivityRecord,
    ErrorRecord,
    FactorRecord,
    ForceRecord,
    IndicatorRecord,
    MarkerErrorRecord,
    ModelRecord,
    QualityRecord,
    RepetitionRecord,
    SearchStepRecord,
    SeatOffRecord,
    StrideRecord,
)
from models.errors import SarcoscopeError, SessionFailedError
from models.gravity import GRAVITY_M_PER_S2
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from pipeline.quality import Quality
from pipeline.scaling import ScaledModel
from pipeline.trajectories import ContactForces, JointMoments, Kinematics


def error_record(error: SarcoscopeError) -> ErrorRecord:
    """An error as it is kept in the summary."""
    return ErrorRecord(kind=type(error).__name__, message=error.message, hint=error.hint, where=error.where)


def session_failure(errors: dict[str, ErrorRecord | None]) -> SessionFailedError:
    """Why nothing could be made of a session, from what went wrong in each of its trials."""
    known = {name: error for name, error in errors.items() if error is not None}
    return SessionFailedError(
        " ".join(f"{name}: {error.message}" for name, error in known.items()),
        hint=" ".join(dict.fromkeys(error.hint for error in known.values())),
    )


def activity_record(activity: Activity) -> ActivityRecord:
    """Which movement it is taken to be."""
    return ActivityRecord(
        name=activity.name,
        variant=activity.variant,
        confidence=activity.confidence,
        evidence=list(activity.evidence),
    )


def repetition_record(repetition: Repetition) -> RepetitionRecord:
    """One repetition."""
    return RepetitionRecord(
        index=repetition.index,
        start_s=repetition.start_s,
        stop_s=repetition.stop_s,
        complete=repetition.complete,
        events_s=dict(repetition.events),
        note=repetition.note,
        lead_side=repetition.lead_side,
    )


def stride_records(curves: Sequence[CycleCurve]) -> list[StrideRecord]:
    """The strides that curves over the cycle were taken from; none for repetitions."""
    found = dict.fromkeys(
        (curve.side, curve.start_s, curve.stop_s, curve.toe_off_percent)
        for curve in curves
        if curve.toe_off_percent is not None
    )
    return [
        StrideRecord(side=side, start_s=start_s, stop_s=stop_s, toe_off_percent=toe_off)
        for side, start_s, stop_s, toe_off in found
    ]


def seat_off_records(forces: ContactForces) -> list[SeatOffRecord]:
    """When the pelvis leaves the seat, and how sure that is."""
    return [SeatOffRecord(time_s=found.time_s, standard_deviation_s=found.sd_s) for found in forces.seat_offs]


def model_record(folder: Path, model: ScaledModel) -> ModelRecord:
    """A scaled model in the results folder ``folder``."""
    factors = model.factors
    return ModelRecord(
        file=model.path.relative_to(folder).as_posix(),
        scaler=factors.scaler,
        policy=factors.policy or None,
        scaled_on=list(model.scaled_on),
        factor_estimates=factor_records(factors),
        mass_kg=model.mass_kg,
        mass_distribution=model.mass_distribution,
        scale_factors=_by_body(factors),
        measured_factors={} if model.measured_factors is None else _by_body(model.measured_factors),
        search_path=[
            SearchStepRecord(objective=step.objective, marker_rms_cm=step.marker_rms_m * 100.0)
            for step in factors.search
        ],
        static_marker_error_cm={name: error * 100.0 for name, error in model.static_marker_errors_m.items()},
        unplaced_marker_error_cm={name: error * 100.0 for name, error in model.unplaced_marker_errors_m.items()},
        notes=list(model.notes),
    )


def _by_body(factors: ScaleFactors) -> dict[str, tuple[float, float, float]]:
    return {
        body: (float(x), float(y), float(z)) for body, (x, y, z) in zip(factors.bodies, factors.factors, strict=True)
    }


def factor_records(factors: ScaleFactors) -> list[FactorRecord]:
    """How sure each factor is, where the scaler can tell."""
    return [
        FactorRecord(
            parameter=estimate.parameter,
            factor=estimate.factor,
            standard_error=estimate.standard_error,
            verdict=estimate.verdict,
            text=estimate.text,
        )
        for estimate in factors.estimates
    ]


def marker_error_record(kinematics: Kinematics, *, held_out: bool) -> MarkerErrorRecord:
    """Marker errors in centimetres."""
    per_marker_m = np.sqrt(np.nanmean(kinematics.marker_errors_m**2, axis=0))
    return MarkerErrorRecord(
        rms_cm=float(np.mean(kinematics.marker_rms_m)) * 100.0,
        max_cm=float(np.mean(kinematics.marker_max_m)) * 100.0,
        per_marker_cm={
            name: float(error) * 100.0
            for name, error in zip(kinematics.marker_names, per_marker_m, strict=True)
            if np.isfinite(error)
        },
        held_out=held_out,
    )


def force_record(forces: ContactForces, moments: JointMoments, subject: Subject) -> ForceRecord:
    """Contact forces over the frames that may be used."""
    weight_n = subject.mass_kg * GRAVITY_M_PER_S2
    used = forces.valid
    return ForceRecord(
        origin=forces.origin,
        contacts=sorted(forces.forces),
        floor_height_m=forces.floor_height_m,
        mean_vertical_share_of_weight=float(np.mean(forces.total_vertical_n[used])) / weight_n,
        residual_force_rms_n_per_kg=_rms_norm(forces.residual_force_n[used]) / subject.mass_kg,
        residual_moment_rms_nm_per_kg=_rms_norm(forces.residual_moment_nm[used]) / subject.mass_kg,
        cutoff_hz=moments.cutoff_hz,
        notes=list(forces.notes),
    )


def indicator_record(indicator: Indicator) -> IndicatorRecord:
    """One indicator."""
    return _indicator_record(
        indicator,
        indicator.value,
        indicator.standard_error,
        indicator.quality,
        side=indicator.side,
        repetition=indicator.repetition,
    )


def indicator_of(name: str, value: float | None, standard_error: float | None, quality: Quality) -> IndicatorRecord:
    """A declared indicator that no single trial gives."""
    return _indicator_record(catalogue()[name], value, standard_error, quality)


def _indicator_record(
    declared: Definition | Indicator,
    value: float | None,
    standard_error: float | None,
    quality: Quality,
    *,
    side: Side | None = None,
    repetition: int | None = None,
) -> IndicatorRecord:
    return IndicatorRecord(
        name=declared.name,
        label=declared.label,
        value=value,
        unit=declared.unit,
        tier=declared.tier,
        side=side,
        repetition=repetition,
        standard_error=standard_error,
        quality=QualityRecord.of(quality),
        definition=declared.definition,
        protocol=declared.protocol,
        source=declared.source,
    )


def _rms_norm(vectors: np.ndarray) -> float:
    """Root mean square of vector lengths."""
    return float(np.sqrt(np.mean(np.sum(vectors**2, axis=1))))
