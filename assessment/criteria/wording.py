"""What a result says in plain English."""

from __future__ import annotations

from collections.abc import Iterable

from assessment.criteria.compare import candidates
from assessment.criteria.definitions import Framework, Stage, quantities
from assessment.criteria.inputs import Inputs
from assessment.criteria.logic import Decision
from assessment.criteria.results import CriterionResult
from assessment.criteria.verdicts import Verdict
from assessment.uncertainty import COMPARE

SIGN = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
OPPOSITE = {"<": "≥", "<=": ">", ">": "≤", ">=": "<"}
_NAMES = {
    "sex": "sex",
    "age_years": "age",
    "height_m": "height",
    "mass_kg": "body mass",
    "asm_method": "method of muscle mass",
}


def name_of(input_name: str) -> str:
    """How an input is called within a sentence."""
    return _NAMES.get(input_name) or _within(quantities()[input_name].label)


def evidence(result: CriterionResult) -> str:
    """A value against its cut-off, e.g. ``grip strength 17.2 kg < 18 kg``."""
    if result.cut_off is None:
        return f"{_within(result.label)} without a cut-off"
    limit = f"{SIGN[result.operator]} {result.cut_off:g} {result.unit}"
    if result.value is None:
        shown = f"{_within(result.label)} {'not given' if result.completed else 'not completed'}"
        return f"{shown}, which counts as {limit}" if result.verdict is Verdict.MEETS else f"{shown} ({limit})"
    shown = f"{_within(result.label)} {number(result, result.value)} {result.unit}"
    if result.verdict is Verdict.INDETERMINATE:
        error = f"standard error {result.standard_error:.2g} {result.unit}"
        return f"{shown} ({error}), {limit} with a probability of {100 * (result.probability_beyond or 0.0):.0f} %"
    return f"{shown} {limit}" if result.verdict is Verdict.MEETS else f"{shown}, not {limit}"


def sentence(decision: Decision, results: dict[str, CriterionResult], missing: list[str]) -> str:
    """The verdict with its grounds, and what is needed to say more."""
    title = decision.framework.title
    main = decision.pursued[0]
    if decision.verdict is Verdict.MEETS:
        assert decision.stage is not None  # noqa: S101 - a verdict is met through a stage
        grounds = _grounds(decision, results, [decision.stage], Verdict.MEETS)
        return f"Meets the {decision.stage.label} criterion of {title} ({grounds}).{_next(decision, results)}"
    if decision.verdict is Verdict.DOES_NOT_MEET:
        grounds = _grounds(decision, results, [main], Verdict.DOES_NOT_MEET)
        found = f' Part of it is met: "{decision.label}".' if decision.label else ""
        return f"Does not meet the {main.label} criterion of {title} ({grounds}).{found}"
    if decision.verdict is Verdict.INDETERMINATE:
        grounds = _grounds(decision, results, decision.pursued, Verdict.INDETERMINATE)
        return f"Within measurement error of the {main.label} criterion of {title}: {grounds}."
    found = f' Part of it is met: "{decision.label}".' if decision.label else ""
    if not {"sex", "age_years"}.isdisjoint(missing):
        choosing = " and ".join(name_of(name) for name in ("sex", "age_years") if name in missing)
        return f"Not assessable by {title}: the cut-offs depend on {choosing}."
    needed = " ".join(dict.fromkeys(stage.requires for stage in decision.unassessed))
    return f"Not assessable by {title}.{found} {needed} Missing: {', '.join(map(name_of, missing))}."


def would_change(decision: Decision, results: dict[str, CriterionResult], inputs: Inputs) -> list[str]:
    """Results of single criteria that would give another verdict or label."""
    changes = []
    for name, result in results.items():
        for verdict in (Verdict.MEETS, Verdict.DOES_NOT_MEET):
            other = Decision(decision.framework, {**decision.criteria, name: verdict})
            limit = _limit(decision.framework, name, inputs, verdict)
            if limit and (other.verdict, other.label) != (decision.verdict, decision.label):
                given = " (not given)" if result.value is None and result.completed else ""
                changes.append(f"{result.label} {limit}{given}: {_outcome(other)}.")
    return changes


def _limit(framework: Framework, name: str, inputs: Inputs, verdict: Verdict) -> str:
    """The side of the cut-off as text; both methods where muscle mass was not measured; empty where none is known."""
    criterion = framework.criteria[name]
    signs = SIGN if verdict is Verdict.MEETS else OPPOSITE
    unit = quantities()[criterion.quantity].unit
    rows = candidates(criterion, inputs)
    if inputs.person.sex == "unspecified":
        return ""
    by_value: dict[float, list[str]] = {}
    for row in rows:
        by_value.setdefault(row.value, []).append((row.method or "").upper())
    single = len(by_value) == 1
    return " or ".join(
        f"{signs[criterion.operator]} {value:g} {unit}" + ("" if single else f" ({', '.join(methods)})")
        for value, methods in by_value.items()
    )


def _outcome(decision: Decision) -> str:
    if decision.verdict is Verdict.MEETS:
        return f"meets {decision.label}"
    if decision.verdict is Verdict.DOES_NOT_MEET:
        return "does not meet" + (f'; part of it is met: "{decision.label}"' if decision.label else "")
    if decision.verdict is Verdict.INDETERMINATE:
        return "indeterminate"
    return "open until more is known"


def _next(decision: Decision, results: dict[str, CriterionResult]) -> str:
    """What keeps the next stage from being decided."""
    stages = decision.framework.stages
    assert decision.stage is not None  # noqa: S101 - asked only where a stage is met
    for stage in stages[stages.index(decision.stage) + 1 :]:
        value = decision.value(stage.rule)
        if value is Verdict.NOT_ASSESSABLE and stage.requires:
            return f" {stage.requires}"
        if value is Verdict.INDETERMINATE:
            grounds = _grounds(decision, results, [stage], Verdict.INDETERMINATE)
            return f" Within measurement error of the {stage.label} criterion: {grounds}."
    return ""


def _grounds(decision: Decision, results: dict[str, CriterionResult], stages: Iterable[Stage], verdict: Verdict) -> str:
    names = dict.fromkeys(name for stage in stages for name in decision.framework.criteria_of(stage.rule))
    return "; ".join(evidence(results[name]) for name in names if results[name].verdict is verdict)


def number(result: CriterionResult, value: float) -> str:
    """As many digits as the quantity is shown with, more where rounding would carry the value over the cut-off."""
    decimals = quantities()[result.quantity].decimals
    assert result.cut_off is not None  # noqa: S101 - only compared values are shown
    beyond = COMPARE[result.operator](value, result.cut_off)
    while decimals < 9 and COMPARE[result.operator](round(value, decimals), result.cut_off) != beyond:
        decimals += 1
    return f"{value:.{decimals}f}"


def _within(label: str) -> str:
    """A label inside a sentence; abbreviations keep their capitals."""
    return label[0].lower() + label[1:] if label[1:2].islower() else label
