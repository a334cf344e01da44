"""Getting better never makes a result worse: over random people, one value improved at a time."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assessment.criteria import FRAMEWORKS, FrameworkResult, Measurement, Person, evaluate
from assessment.criteria.definitions import framework

# name -> low, high, whether more is better
RANGES = {
    "grip_kg": (8.0, 45.0, True),
    "chair_stand_s": (8.0, 25.0, False),
    "gait_speed_m_s": (0.4, 1.4, True),
    "sppb": (0, 12, True),
    "tug_s": (6.0, 30.0, False),
    "walk_400m_s": (250.0, 450.0, False),
    "asm_kg": (10.0, 28.0, True),
    "calf_cm": (28.0, 40.0, True),
    "sarc_f": (0, 10, False),
    "sit_to_stand_power_w_per_kg": (1.0, 4.0, True),
}
ERRORS = {"grip_kg": 1.5, "chair_stand_s": 0.9, "gait_speed_m_s": 0.06, "asm_kg": 0.5}


@st.composite
def _values(draw: st.DrawFn, name: str) -> Measurement:
    low, high, _ = RANGES[name]
    value = draw(st.integers(int(low), int(high)) if isinstance(low, int) else st.floats(low, high))
    error = draw(st.sampled_from((0.0, ERRORS[name]))) if name in ERRORS else 0.0
    return Measurement(value, error, protocol="bia" if name == "asm_kg" else "")


PEOPLE = st.builds(
    Person, st.sampled_from(("m", "f")), st.floats(50.0, 95.0), st.floats(1.4, 1.9), st.floats(40.0, 110.0)
)
GIVEN = st.fixed_dictionaries({}, optional={name: _values(name) for name in RANGES})


def _rank(result: FrameworkResult) -> tuple[int, int]:
    """How bad; not for results that cannot be assessed."""
    labels = ["", *(stage.label for stage in framework(result.framework).stages)]
    verdict = ("does_not_meet", "indeterminate", "meets").index(result.verdict)
    stage = labels.index(result.label) if result.verdict == "meets" else 0
    return verdict, stage


@settings(max_examples=300, deadline=None)
@given(PEOPLE, GIVEN, st.sampled_from(sorted(RANGES)), st.data())
def test_a_better_value_never_gives_a_worse_result(
    person: Person, measurements: dict[str, Measurement], improved: str, data: st.DataObject
) -> None:
    assume(improved in measurements)
    before = measurements[improved]
    low, high, more_is_better = RANGES[improved]
    bounds = (before.value, high) if more_is_better else (low, before.value)
    whole = isinstance(low, int)
    value = data.draw(st.integers(*map(int, bounds)) if whole else st.floats(*bounds))
    better = {**measurements, improved: replace(before, value=value)}
    for first, second in zip(evaluate(person, measurements), evaluate(person, better), strict=True):
        # With something missing, an improvement may open a question that a clear finding had closed.
        if "not_assessable" not in (first.verdict, second.verdict):
            assert _rank(second) <= _rank(first), (first.sentence, second.sentence)
        for worse, one in zip(first.criteria, second.criteria, strict=True):
            if worse.probability_beyond is not None and one.probability_beyond is not None:
                assert one.probability_beyond <= worse.probability_beyond


@settings(max_examples=200, deadline=None)
@given(PEOPLE, GIVEN, st.sampled_from(sorted(RANGES)), st.data())
def test_a_further_measurement_keeps_what_was_met(
    person: Person, measurements: dict[str, Measurement], added: str, data: st.DataObject
) -> None:
    """Stages are met for good: knowing more can raise the stage, never withdraw it."""
    assume(added not in measurements)
    more = {**measurements, added: data.draw(_values(added))}
    for first, second in zip(evaluate(person, measurements), evaluate(person, more), strict=True):
        if first.verdict == "meets":
            assert second.verdict == "meets"
            assert _rank(second) >= _rank(first)


@settings(max_examples=100, deadline=None)
@given(PEOPLE, GIVEN)
def test_results_survive_json(person: Person, measurements: dict[str, Measurement]) -> None:
    results = evaluate(person, measurements)
    assert [result.framework for result in results] == list(FRAMEWORKS)
    assert [FrameworkResult.model_validate_json(result.model_dump_json()) for result in results] == results
