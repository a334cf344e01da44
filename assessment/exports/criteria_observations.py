"""FHIR Observations of published criteria: a verdict on each, never a Condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assessment.criteria import CriterionResult, FrameworkResult, Verdict
from assessment.criteria.wording import SIGN
from assessment.exports.codes import Json, concept, quantity, reference, term
from assessment.exports.observations import Frame
from assessment.uncertainty import decimals

VERDICTS = {
    Verdict.MEETS: "Meets",
    Verdict.DOES_NOT_MEET: "Does not meet",
    Verdict.INDETERMINATE: "Indeterminate (within measurement error) for",
    Verdict.NOT_ASSESSABLE: "Not assessable for",
}


def criteria_observations(frame: Frame, sources: Mapping[str, Json]) -> Iterator[Json]:
    """One for each criterion, then one for its framework with the criteria as members.

    Parameters
    ----------
    frame : Frame
    sources : mapping of str to dict
        Quantity of the criteria -> the observation that gave its value.
    """
    for framework in frame.content.summary.criteria:
        members = [_criterion(frame, framework, one, sources) for one in framework.criteria]
        yield from members
        yield _framework(frame, framework, members)


def _framework(frame: Frame, result: FrameworkResult, members: list[Json]) -> Json:
    body: Json = {
        "valueCodeableConcept": term(result.verdict.value, result.sentence),
        "note": [{"text": text} for text in (f"{result.citation}. doi:{result.doi}", *result.notes)],
    }
    if members:
        body["hasMember"] = [reference(member) for member in members]
    return frame.observation(result.framework, concept("criteria", result.framework, result.title), "exam", body)


def _criterion(frame: Frame, of: FrameworkResult, one: CriterionResult, sources: Mapping[str, Json]) -> Json:
    code = f"{of.framework}.{one.name}"
    cut_off = "" if one.cut_off is None else f" {SIGN[one.operator]} {one.cut_off:g} {one.unit}"
    wording = f"{one.label}{cut_off} ({of.title})"
    body: Json = {"valueCodeableConcept": term(one.verdict.value, f"{VERDICTS[one.verdict]} {wording}")}
    notes = [f"Protocol of the cut-off: {one.protocol}", *one.protocol_notes]
    if not one.completed:
        notes.append("The test was begun and could not be completed.")
    if not one.verified:
        notes.append(f"The cut-off is still to be checked against the paper ({one.provenance}).")
    body["note"] = [{"text": text} for text in notes]
    if parts := _components(one):
        body["component"] = parts
    used = [reference(sources[name]) for name in one.inputs if name in sources]
    if used:
        body["derivedFrom"] = used
    return frame.observation(code, concept("criteria", code, wording), "exam", body)


def _components(one: CriterionResult) -> list[Json]:
    parts: list[Json] = []
    if one.value is not None:
        value = round(one.value, decimals(one.unit, one.standard_error or None))
        parts.append({"code": term("compared-value"), "valueQuantity": quantity(value, one.unit)})
        if one.standard_error:
            error = float(f"{one.standard_error:.2g}")
            parts.append({"code": term("standard-error"), "valueQuantity": quantity(error, one.unit)})
    if one.cut_off is not None:
        bound = quantity(one.cut_off, one.unit) | {"comparator": one.operator}
        parts.append({"code": term("cut-off", "cut-off"), "valueQuantity": bound})
    if one.probability_beyond is not None:
        share = quantity(round(one.probability_beyond, 2), "1")
        parts.append({"code": term("probability"), "valueQuantity": share})
    return parts
