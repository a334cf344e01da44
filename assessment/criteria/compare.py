"""One value against one cut-off."""

from __future__ import annotations

import math

from assessment.criteria.definitions import Criterion, CutOff, Framework, quantities
from assessment.criteria.inputs import Inputs, Measurement
from assessment.criteria.results import CriterionResult
from assessment.criteria.verdicts import Verdict
from assessment.uncertainty import COMPARE, Z95, Operator, probability_beyond


def compare(framework: Framework, name: str, inputs: Inputs) -> CriterionResult:
    """Judge one criterion of a framework.

    A value nearer to the cut-off than 1.96 standard errors is indeterminate; an exact one is judged by the operator.
    """
    criterion = framework.criteria[name]
    quantity = quantities()[criterion.quantity]
    measurement = inputs.measurement(criterion.quantity)
    missing = _missing(criterion, inputs)
    rows = candidates(criterion, inputs)
    cut_off = rows[0] if len({row.value for row in rows}) == 1 else None
    usable = measurement is not None and not missing and _is_accepted(criterion, measurement)
    verdict, probability = Verdict.NOT_ASSESSABLE, None
    if usable and measurement is not None and cut_off is not None:
        verdict, probability = judge(measurement, criterion.operator, cut_off.value)
    completed = measurement is None or math.isfinite(measurement.value)
    return CriterionResult(
        name=name,
        quantity=criterion.quantity,
        label=quantity.label,
        value=measurement.value if measurement is not None and completed else None,
        completed=completed,
        standard_error=None if measurement is None else measurement.standard_error,
        unit=quantity.unit,
        operator=criterion.operator,
        cut_off=None if cut_off is None else cut_off.value,
        verdict=verdict,
        probability_beyond=probability,
        origin=None if measurement is None else measurement.origin,
        inputs=[] if measurement is None else [*inputs.sources(criterion.quantity), *_choosers(criterion, inputs)],
        missing=missing or ([] if usable else [criterion.quantity]),
        protocol=criterion.protocol,
        protocol_notes=[] if measurement is None else _protocol_notes(criterion, quantity.label, measurement),
        provenance="; ".join(dict.fromkeys(row.read_in for row in rows)),
        verified=bool(rows) and all(row.provenance == "V" for row in rows),
        doi=criterion.doi or framework.doi,
    )


def judge(measurement: Measurement, operator: Operator, cut_off: float) -> tuple[Verdict, float | None]:
    """Verdict, and the probability that the true value meets the criterion (None for an exact value)."""
    value, error = measurement.value, measurement.standard_error
    exact = Verdict.MEETS if COMPARE[operator](value, cut_off) else Verdict.DOES_NOT_MEET
    if error == 0.0 or math.isinf(value):
        return exact, None
    near = abs(value - cut_off) < Z95 * error
    return Verdict.INDETERMINATE if near else exact, probability_beyond(value, error, operator, cut_off)


def candidates(criterion: Criterion, inputs: Inputs) -> list[CutOff]:
    """Cut-offs that hold for the person; several only where the method of measuring is not known."""
    person = inputs.person
    measurement = inputs.measurement(criterion.quantity)
    method = measurement.protocol if measurement is not None else ""
    return [
        row
        for row in criterion.cut_offs
        if row.sex in (None, person.sex)
        and row.in_band(person.age_years)
        and (row.method is None or not method or row.method == method)
    ]


def _missing(criterion: Criterion, inputs: Inputs) -> list[str]:
    missing = [] if inputs.person.sex != "unspecified" else ["sex"]
    if criterion.by_age and inputs.person.age_years is None:
        missing.append("age_years")
    measurement = inputs.measurement(criterion.quantity)
    if measurement is None:
        missing += [name for name in inputs.sources(criterion.quantity) if not inputs.is_known(name)]
    elif criterion.by_method and not measurement.protocol:
        missing.append("asm_method")
    return missing


def _choosers(criterion: Criterion, inputs: Inputs) -> list[str]:
    """Properties of the person and the method that decided which cut-off holds."""
    by_sex = any(row.sex is not None for row in criterion.cut_offs)
    chosen = {"sex": by_sex, "age_years": criterion.by_age, "asm_method": criterion.by_method}
    return [name for name, used in chosen.items() if used and name not in _missing(criterion, inputs)]


def _is_accepted(criterion: Criterion, measurement: Measurement) -> bool:
    return not criterion.only_accepted or not measurement.protocol or measurement.protocol in criterion.accepts


def _protocol_notes(criterion: Criterion, label: str, measurement: Measurement) -> list[str]:
    if not criterion.accepts or measurement.protocol in criterion.accepts:
        return []
    accepted = " or ".join(criterion.accepts)
    if not measurement.protocol:
        return [f"{label}: how it was taken is not known; the cut-off is meant for: {accepted}."]
    consequence = "Compare with care" if _is_accepted(criterion, measurement) else "It is not compared"
    return [
        f"{label} was taken otherwise ({measurement.protocol}); the cut-off is meant for: {accepted}. {consequence}."
    ]
