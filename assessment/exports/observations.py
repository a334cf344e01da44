"""FHIR Observations: the person, what was typed in, every indicator, the circumstances of the visit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from assessment.catalogue import catalogue
from assessment.criteria.definitions import quantities
from assessment.exports.codes import Json, absent, category, concept, loinc, quantity, reference, resource_id, term
from assessment.exports.content import Content
from assessment.exports.judged import Judged, judged_indicators, judged_quantity
from assessment.person import typed_in
from assessment.presentation import SIDE_NAMES, places
from assessment.uncertainty import interval
from assessment.uncertainty.measured import Measured, measured_values

CIRCUMSTANCES = ("referral_question", "footwear", "walking_aid", "pain", "history", "adverse_events")


@dataclass(frozen=True)
class Frame:
    """What all observations of a bundle share.

    Attributes
    ----------
    content : Content
    seed : str
        Of ids: the same session has the same.
    patient, device : dict
        Resources.
    """

    content: Content
    seed: str
    patient: Json
    device: Json

    def observation(self, key: str, code: Json, kind: str, body: Json) -> Json:
        """An Observation of this session."""
        found: Json = {
            "resourceType": "Observation",
            "id": resource_id(self.seed, "Observation", key),
            "status": "final" if self.content.signed else "preliminary",
            "category": category(kind),
            "code": code,
            "subject": reference(self.patient),
        }
        if self.content.when:
            found["effectiveDateTime"] = self.content.when
        if self.content.visit.operator:
            found["performer"] = [{"display": self.content.visit.operator}]
        return found | body


def person_observations(frame: Frame) -> Iterator[Json]:
    """Height, mass, body mass index, age and what was measured by hand."""
    subject, by_hand = frame.content.summary.subject, {"method": term("typed-in")}
    bmi = round(subject.mass_kg / subject.height_m**2, 1)
    for name, value, unit in (
        ("height", round(100.0 * subject.height_m, 1), "cm"),
        ("mass", subject.mass_kg, "kg"),
        ("bmi", bmi, "kg/m²"),
    ):
        coding = loinc(name)
        assert coding is not None  # noqa: S101 - stands in fhir_codes.toml
        code = {"coding": [coding], "text": coding["display"]}
        yield frame.observation(name, code, "vital-signs", {"valueQuantity": quantity(value, unit)} | by_hand)
    yield frame.observation("age", term("age"), "social-history", _age(frame.content))
    for name, measurement in typed_in(frame.content.summary.clinical).items():
        declared = quantities()[name]
        code = concept("indicators", name, declared.label, display=declared.label)
        body: Json = {"valueQuantity": quantity(measurement.value, declared.unit)} | by_hand
        if measurement.protocol:
            body["note"] = [{"text": f"Method: {measurement.protocol.upper()}."}]
        kind = "survey" if declared.unit == "points" else "exam"
        body |= _ranges(judged_quantity(frame.content.summary, name))
        yield frame.observation(name, code, kind, body)


def _age(content: Content) -> Json:
    if content.age_text:
        return {"valueString": f"{content.age_text} years"}
    age = content.summary.subject.age_years
    if age is None:
        return {"dataAbsentReason": absent("unknown", "Not given.")}
    return {"valueQuantity": quantity(age, "years")}


def indicator_observations(frame: Frame) -> Iterator[tuple[Measured, Json]]:
    """One for each indicator, movement and side: the mean over repetitions and trials of that movement."""
    counts = _counts(frame.content)
    for one in measured_values(frame.content.summary):
        yield one, frame.observation("|".join(one.key), _code(one), "exam", _body(frame, one, counts[one.key]))


def _counts(content: Content) -> Counter[tuple[str, str, str]]:
    """How many values went into each mean."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for trial in content.summary.trials:
        movement = "" if trial.activity is None else trial.activity.text.replace(", ", "/")
        counts.update((one.name, movement, one.side or "") for one in trial.indicators if one.value is not None)
    counts.update((one.name, "", one.side or "") for one in content.summary.indicators if one.value is not None)
    return counts


def _code(one: Measured) -> Json:
    found = concept("indicators", one.indicator, one.label, display=one.label)
    coding = loinc(one.indicator)
    return found if coding is None else found | {"coding": [*found["coding"], coding]}


def _body(frame: Frame, one: Measured, count: int) -> Json:
    reasons = " ".join(one.reasons)
    body: Json = {
        "device": reference(frame.device),
        "method": term(_method(one)),
        "note": [{"text": f"Quality: {one.mark.value}. {reasons}".rstrip()}],
    }
    if one.side:
        side = SIDE_NAMES[one.side]
        body["bodySite"] = term(side, f"{side.capitalize()} side")
    parts: list[Json] = []
    if one.activity:
        parts.append({"code": term("movement"), "valueCodeableConcept": {"text": one.activity}})
    if one.value is None:
        body["dataAbsentReason"] = absent("unknown", reasons)
    else:
        digits = places(one.indicator, one.unit, one.standard_error or None)
        # The mean of several counts is no whole number.
        value = round(one.value, 1 if one.unit == "1" and count > 1 else digits)
        body["valueQuantity"] = quantity(value, one.unit)
        parts += _uncertainty(one.value, one.standard_error, one.unit, digits)
        if count > 1:
            parts.append({"code": term("values-averaged"), "valueInteger": count})
        body |= _ranges(judged_indicators(frame.content.summary, one.indicator, one.activity.partition("/")[2]))
    return body | ({"component": parts} if parts else {})


def _uncertainty(value: float, error: float | None, unit: str, digits: int) -> list[Json]:
    if not error:
        return []
    low, high = (round(end, digits) for end in interval(value, error))
    return [
        {"code": term("standard-error"), "valueQuantity": quantity(float(f"{error:.2g}"), unit)},
        {"code": term("95-percent-interval"), "valueRange": {"low": quantity(low, unit), "high": quantity(high, unit)}},
    ]


def _method(one: Measured) -> str:
    """How direct the value is; of several origins the least direct."""
    declared = catalogue().get(one.indicator)
    if declared is None or declared.needs != "moments" or not one.origin:
        return "from-recording"
    origins = one.origin.split(" / ")
    return next(f"forces-{origin}" for origin in ("simulated", "estimated", "measured") if origin in origins)


def _ranges(judged: list[Judged]) -> Json:
    """Ranges that do not meet a published criterion, each with the population it was made for."""
    ranges = []
    for one in judged:
        criterion = one.criterion
        assert criterion.cut_off is not None  # noqa: S101 - see `judged_quantity`
        end = "low" if criterion.operator.startswith("<") else "high"
        ranges.append(
            {
                end: quantity(criterion.cut_off, criterion.unit),
                "appliesTo": [{"text": one.framework.population}],
                "text": one.range_text,
            }
        )
    return {"referenceRange": ranges} if ranges else {}


def circumstance_observations(frame: Frame) -> Iterator[Json]:
    """What the visit's header says of the circumstances, where it says anything."""
    visit = frame.content.visit
    for name in CIRCUMSTANCES:
        if text := getattr(visit, name):
            yield frame.observation(name, term(name.replace("_", "-")), "social-history", {"valueString": text})
    if visit.chair_has_arms is not None:
        yield frame.observation("chair", term("chair-has-arms"), "exam", {"valueBoolean": visit.chair_has_arms})
    if visit.walk_length_m is not None:
        body = {"valueQuantity": quantity(visit.walk_length_m, "m")}
        yield frame.observation("walk_length", term("walk-length"), "exam", body)
