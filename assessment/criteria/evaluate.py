"""The evaluator: one function for every framework; whatever differs between them is in their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from assessment.criteria.compare import compare
from assessment.criteria.definitions import FRAMEWORKS, Framework, framework, quantities
from assessment.criteria.inputs import Inputs, Measurement, Person
from assessment.criteria.logic import Decision
from assessment.criteria.results import CriterionResult, FrameworkResult
from assessment.criteria.verdicts import Verdict
from assessment.criteria.wording import evidence, sentence, would_change


def evaluate(
    person: Person, measurements: Mapping[str, Measurement], frameworks: Sequence[str] | None = None
) -> list[FrameworkResult]:
    """Compare a person's measurements with published criteria.

    Parameters
    ----------
    person : Person
    measurements : mapping of str to Measurement
        By quantity, as named in `quantities.toml`; any may be absent.
    frameworks : sequence of str or None
        Keys of `FRAMEWORKS`; all of them where None.

    Returns
    -------
    list of FrameworkResult
        In the order asked for.

    Raises
    ------
    SettingsError
        A framework or quantity is unknown, or a value is not possible.
    """
    inputs = Inputs(person, measurements)
    return [_evaluate_one(framework(key), inputs) for key in (FRAMEWORKS if frameworks is None else frameworks)]


def _evaluate_one(rules: Framework, inputs: Inputs) -> FrameworkResult:
    age = inputs.person.age_years
    if not rules.stages:
        return _silent(rules, f"Not assessable by {rules.title}: no cut-offs have been published.", [rules.note])
    if rules.applies_from_age_years is not None and age is not None and age < rules.applies_from_age_years:
        limit = f"{rules.title} starts at {rules.applies_from_age_years:g} years, and nothing is extrapolated"
        return _silent(rules, f"Criteria not applicable: {limit}.", [])
    results = {name: compare(rules, name, inputs) for name in rules.criteria}
    decision = Decision(rules, {name: result.verdict for name, result in results.items()})
    lacking = chain.from_iterable(decision.lacking(stage.rule) for stage in decision.unassessed)
    missing = list(dict.fromkeys(chain.from_iterable(results[name].missing for name in lacking)))
    used = [result for result in results.values() if result.verdict is not Verdict.NOT_ASSESSABLE]
    finding = rules.case_finding
    staged = set(chain.from_iterable(rules.criteria_of(stage.rule) for stage in rules.stages))
    return FrameworkResult(
        **_header(rules),
        verdict=decision.verdict,
        label=decision.label,
        sentence=sentence(decision, results, missing),
        case_finding=decision.value(finding.rule) if finding else None,
        used=list(dict.fromkeys(chain.from_iterable(result.inputs for result in used))),
        missing=missing,
        would_change=would_change(decision, {name: results[name] for name in results if name in staged}, inputs),
        criteria=list(results.values()),
        notes=_notes(rules, decision, list(results.values()), inputs),
    )


def _header(rules: Framework) -> dict[str, str]:
    same = ("title", "edition", "citation", "doi", "region", "population")
    return {"framework": rules.key, **{field: getattr(rules, field) for field in same}}


def _silent(rules: Framework, text: str, notes: list[str]) -> FrameworkResult:
    """Build the result of a framework that has nothing to say of this person, whatever is measured."""
    return FrameworkResult(
        **_header(rules), verdict=Verdict.NOT_ASSESSABLE, label="", sentence=text, case_finding=None, used=[],
        missing=[], would_change=[], criteria=[], notes=notes,
    )  # fmt: skip


def _notes(rules: Framework, decision: Decision, results: list[CriterionResult], inputs: Inputs) -> list[str]:
    used = [result for result in results if result.verdict is not Verdict.NOT_ASSESSABLE]
    notes = [rules.note] if rules.note else []
    age = inputs.person.age_years
    if rules.meant_from_age_years is not None and age is not None and age < rules.meant_from_age_years:
        notes.append(f"Meant for people from {rules.meant_from_age_years:g} years.")
    finding = rules.case_finding
    if finding is not None and decision.value(finding.rule) is Verdict.MEETS:
        found = [result for result in used if result.name in rules.criteria_of(finding.rule)]
        grounds = "; ".join(evidence(result) for result in found if result.verdict is Verdict.MEETS)
        notes.append(f"The case-finding rule of {rules.title} is met ({grounds}).")
    notes += [
        f"{quantities()[name].label} is an outcome measure of {rules.title}, not a criterion."
        for name in rules.outcome_only
        if name in inputs.given
    ]
    estimated = dict.fromkeys(result.label for result in used if result.origin == "estimated")
    notes += [f"{label} is estimated from the recording." for label in estimated]
    notes += chain.from_iterable(result.protocol_notes for result in results)
    unchecked = dict.fromkeys(f"{result.label} ({result.provenance})" for result in used if not result.verified)
    if unchecked:
        notes.append(f"Cut-offs still to be checked against the paper: {', '.join(unchecked)}.")
    return list(dict.fromkeys(notes))
