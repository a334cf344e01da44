"""Records of trials and models made anew: only what is a number or is known of itself is taken over."""

from __future__ import annotations

from collections.abc import Mapping

from assessment.activities import ACTIVITY_NAMES, VARIANTS
from assessment.catalogue import catalogue
from assessment.exports.sentences import known, known_reasons
from assessment.exports.vocabulary import CONTACTS, EVENTS, bodies, markers
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
    TrialRecord,
)
from models.policy_folders import SHIPPED
from pipeline.settings import SCALER_NAMES

NOT_ASSESSED = ErrorRecord(
    kind="TrialNotAssessed", message="This trial could not be assessed.", hint="The identified results say why."
)
OWN_POLICY = "a policy of the user's own"
VERDICTS = ("measured", "partly", "from anthropometry")


def rebuilt_trial(trial: TrialRecord, name: str) -> TrialRecord:
    """A trial under another name, without free text and without the paths of its files."""
    return TrialRecord(
        name=name,
        status=trial.status,
        error=NOT_ASSESSED if trial.error else None,
        duration_s=trial.duration_s,
        rate_hz=trial.rate_hz,
        n_frames=trial.n_frames,
        activity=_activity(trial.activity),
        seat_offs=trial.seat_offs,
        repetitions=[_repetition(one) for one in trial.repetitions],
        kinematics_quality=_quality(trial.kinematics_quality),
        kinetics_quality=_quality(trial.kinetics_quality),
        explanation=next(iter(known([trial.explanation])), ""),
        marker_error=_marker_error(trial.marker_error),
        notes=known(trial.notes),
        forces=_forces(trial.forces),
        indicators=rebuilt_indicators(trial.indicators),
    )


def rebuilt_indicators(indicators: list[IndicatorRecord]) -> list[IndicatorRecord]:
    """Those of the catalogue, with the catalogue's own words."""
    rebuilt = []
    for one in indicators:
        declared = catalogue().get(one.name)
        if declared is None or declared.unit != one.unit:
            continue
        words = {
            "label": declared.label,
            "unit": declared.unit,
            "definition": declared.definition,
            "protocol": declared.protocol,
            "source": declared.source,
        }
        rebuilt.append(one.model_copy(update=words | {"quality": _quality(one.quality)}))
    return rebuilt


def rebuilt_model(model: ModelRecord, names: Mapping[str, str]) -> ModelRecord:
    """A scaled model: numbers by body and marker of the generic skeleton.

    Parameters
    ----------
    model : ModelRecord
    names : mapping of str to str
        What trials are called in the export.
    """
    shipped = model.policy is not None and model.policy.partition(" ")[0] in SHIPPED
    return ModelRecord(
        file="",
        scaler=model.scaler if model.scaler in SCALER_NAMES else "",
        policy=None if model.policy is None else model.policy.partition(" ")[0] if shipped else OWN_POLICY,
        scaled_on=[names[trial] for trial in model.scaled_on],
        factor_estimates=[_factor(one) for one in model.factor_estimates if _body_of(one.parameter) in bodies()],
        mass_kg=model.mass_kg,
        mass_distribution=model.mass_distribution,
        scale_factors={body: factors for body, factors in model.scale_factors.items() if body in bodies()},
        static_marker_error_cm=_of_markers(model.static_marker_error_cm),
        unplaced_marker_error_cm=_of_markers(model.unplaced_marker_error_cm),
        notes=known(model.notes),
    )


def _activity(activity: ActivityRecord | None) -> ActivityRecord | None:
    if activity is None or activity.name not in ACTIVITY_NAMES:
        return None
    variants = {variant for of_one in VARIANTS.values() for variant in of_one}
    variant = activity.variant if activity.variant in variants else ""
    return ActivityRecord(name=activity.name, variant=variant, confidence=activity.confidence, evidence=[])


def _repetition(one: RepetitionRecord) -> RepetitionRecord:
    events = {event: time_s for event, time_s in one.events_s.items() if event in EVENTS}
    return one.model_copy(update={"events_s": events, "note": next(iter(known([one.note])), "")})


def _quality(quality: QualityRecord | None) -> QualityRecord | None:
    return None if quality is None else QualityRecord(mark=quality.mark, reasons=known_reasons(quality.reasons))


def _marker_error(error: MarkerErrorRecord | None) -> MarkerErrorRecord | None:
    return None if error is None else error.model_copy(update={"per_marker_cm": _of_markers(error.per_marker_cm)})


def _forces(forces: ForceRecord | None) -> ForceRecord | None:
    if forces is None:
        return None
    contacts = [contact for contact in forces.contacts if contact in CONTACTS]
    return forces.model_copy(update={"contacts": contacts, "notes": known(forces.notes)})


def _factor(one: FactorRecord) -> FactorRecord:
    verdict = one.verdict if one.verdict in VERDICTS else ""
    return one.model_copy(update={"verdict": verdict, "text": ""})


def _body_of(parameter: str) -> str:
    return parameter.rpartition("_")[0]


def _of_markers(errors_cm: Mapping[str, float]) -> dict[str, float]:
    return {marker: error for marker, error in errors_cm.items() if marker in markers()}
