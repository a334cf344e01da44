"""A thousand synthetic people: every verdict and label equals that of the independent account in `oracle.py`."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from assessment.criteria import FRAMEWORKS, FrameworkResult, Measurement, Person, evaluate
from tests.assessment.criteria.oracle import ORACLE, Case

# Steps are those of the instruments, so that values fall exactly on cut-offs again and again: low, high, step, error.
VALUES = {
    "grip_kg": (10.0, 42.0, 0.5, 1.0),
    "chair_stand_s": (9.0, 18.0, 0.5, 0.9),
    "gait_speed_m_s": (0.5, 1.3, 0.05, 0.05),
    "sppb": (4, 12, 1, 0.5),
    "tug_s": (8.0, 26.0, 1.0, 0.8),
    "walk_400m_s": (300, 420, 10, 10),
    "asm_kg": (11.0, 26.0, 0.1, 0.4),
    "calf_cm": (29.0, 38.0, 0.5, 0.0),
    "sarc_f": (0, 8, 1, 0.0),
    "sit_to_stand_power_w_per_kg": (1.5, 3.2, 0.1, 0.1),
}


def _steps(chance: random.Random, low: float, high: float, step: float) -> float:
    return round(low + step * chance.randrange(round((high - low) / step) + 1), 6)


def _case(chance: random.Random) -> Case:
    known = chance.choice((0.3, 0.8, 1.0))
    values = {}
    for name, (low, high, step, error) in VALUES.items():
        if chance.random() < known:
            values[name] = (_steps(chance, low, high, step), error if chance.random() < 0.3 else 0.0)
    return Case(
        sex=chance.choice((*"mfmfmfmfmf", "unspecified")),
        age=chance.choice((None, 49.9, 50.0, 64.9, 65.0, *(_steps(chance, 40, 95, 1) for _ in range(10)))),
        height=_steps(chance, 1.4, 1.9, 0.01) if chance.random() < 0.85 else None,
        mass=_steps(chance, 38, 95, 0.5) if chance.random() < 0.85 else None,
        method=chance.choice(("bia", "dxa", "bia", "dxa", None)),
        values=values,
    )


def _evaluate(case: Case) -> dict[str, FrameworkResult]:
    person = Person(case.sex, case.age, case.height, case.mass)  # type: ignore[arg-type]
    measurements = {
        name: Measurement(value, error, protocol=case.method or "" if name == "asm_kg" else "")
        for name, (value, error) in case.values.items()
    }
    return {result.framework: result for result in evaluate(person, measurements)}


CASES = [_case(random.Random(seed)) for seed in range(1000)]  # noqa: S311 - synthetic people, no secrets


@pytest.fixture(scope="module")
def results() -> list[dict[str, FrameworkResult]]:
    return [_evaluate(case) for case in CASES]


@pytest.mark.parametrize("key", FRAMEWORKS)
def test_a_thousand_people(key: str, results: list[dict[str, FrameworkResult]]) -> None:
    differing = [
        (case, result[key].verdict, result[key].label, ORACLE[key](case))
        for case, result in zip(CASES, results, strict=True)
        if (result[key].verdict.value, result[key].label) != ORACLE[key](case)
    ]
    assert differing == []


def test_the_people_reach_every_verdict_and_label(results: list[dict[str, FrameworkResult]]) -> None:
    """A comparison over people who are all alike would prove nothing."""
    for key in set(FRAMEWORKS) - {"glis"}:
        verdicts = Counter(result[key].verdict.value for result in results)
        assert set(verdicts) == {"meets", "does_not_meet", "indeterminate", "not_assessable"}
        assert min(verdicts.values()) >= 5, (key, verdicts)
    labels = {key: {result[key].label for result in results} for key in FRAMEWORKS}
    assert labels["awgs_2025"] == {"", "at risk", "possible sarcopenia", "sarcopenia"}
    assert labels["awgs_2019"] == {"", "possible sarcopenia", "sarcopenia", "severe sarcopenia"}
    assert labels["ewgsop2"] == {"", "probable sarcopenia", "confirmed sarcopenia", "severe sarcopenia"}
    assert labels["sdoc"] == {"", "weak", "slow", "weak and slow"}
    assert len(labels["fnih"]) == 5
    assert len(labels["sit_to_stand_power"]) == 3


def test_what_is_missing_is_never_something_that_was_given(results: list[dict[str, FrameworkResult]]) -> None:
    for case, result in zip(CASES, results, strict=True):
        given = set(case.values) | {name for name in ("height", "mass", "age") if getattr(case, name) is not None}
        given = {{"height": "height_m", "mass": "mass_kg", "age": "age_years"}.get(name, name) for name in given}
        for one in result.values():
            assert not given & set(one.missing), (case, one.framework)
            assert not set(one.used) & set(one.missing)
