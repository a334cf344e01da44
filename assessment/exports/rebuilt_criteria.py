"""Outcomes of published criteria made anew from the tables they rest on: no sentence of the results is taken over."""

from __future__ import annotations

from assessment.criteria import FRAMEWORKS, CriterionResult, FrameworkResult, Verdict
from assessment.criteria.definitions import Criterion, Framework, framework, quantities

INPUTS = frozenset({"sex", "age_years", "height_m", "mass_kg", "asm_method"})
# That a value was taken in another way must stay known, in words of ours.
TAKEN_OTHERWISE = "The value was, or may have been, taken in another way."
WORDS = {
    Verdict.MEETS: "Meets a criterion of",
    Verdict.DOES_NOT_MEET: "Does not meet the criteria of",
    Verdict.INDETERMINATE: "Within measurement error of a criterion of",
    Verdict.NOT_ASSESSABLE: "Not assessable by",
}


def rebuilt_criteria(results: list[FrameworkResult]) -> list[FrameworkResult]:
    """Those of known frameworks, in the words of their tables."""
    return [_framework(one, framework(one.framework)) for one in results if one.framework in FRAMEWORKS]


def _framework(result: FrameworkResult, declared: Framework) -> FrameworkResult:
    labels = {stage.label for stage in declared.stages}
    label = result.label if result.label in labels else ""
    words = f"Meets {label} of" if label and result.verdict is Verdict.MEETS else WORDS[result.verdict]
    known = [one for one in result.criteria if one.name in declared.criteria]
    return FrameworkResult(
        framework=declared.key,
        title=declared.title,
        edition=declared.edition,
        citation=declared.citation,
        doi=declared.doi,
        region=declared.region,
        population=declared.population,
        verdict=result.verdict,
        label=label,
        sentence=f"{words} {declared.title}.",
        case_finding=result.case_finding,
        used=_inputs(result.used),
        missing=_inputs(result.missing),
        would_change=[],
        criteria=[_criterion(one, declared, declared.criteria[one.name]) for one in known],
        notes=[],
    )


def _criterion(result: CriterionResult, of: Framework, declared: Criterion) -> CriterionResult:
    quantity = quantities()[declared.quantity]
    return result.model_copy(
        update={
            "quantity": declared.quantity,
            "label": quantity.label,
            "unit": quantity.unit,
            "inputs": _inputs(result.inputs),
            "missing": _inputs(result.missing),
            "protocol": declared.protocol,
            # That the value was taken otherwise must stay known, in words that are ours.
            "protocol_notes": ["The value was, or may have been, taken in another way."]
            if result.protocol_notes
            else [],
            "provenance": "; ".join(dict.fromkeys(row.read_in for row in declared.cut_offs)),
            "doi": declared.doi or of.doi,
        }
    )


def _inputs(names: list[str]) -> list[str]:
    return [name for name in names if name in INPUTS or name in quantities()]
