"""`python -m assessment compare`: two results folders, one person."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from assessment.commands.compare import compare
from assessment.summary import Summary
from assessment.uncertainty import interval
from assessment.uncertainty.measured import measured_values
from assessment.uncertainty.visits import Comparison, compare_visits
from models.errors import SettingsError
from pipeline.quality import Mark
from tests.assessment.uncertainty.people import (
    FIVE_TIMES,
    KNEE,
    SPEED,
    SPPB,
    chair_stand,
    indicator,
    person,
    save,
    trial,
)


def _run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(compare)
    return CliRunner(env={"COLUMNS": "1000"}).invoke(app, [str(argument) for argument in arguments])


def _walk(speed: float) -> Summary:
    return person(trial("walk", "walking", [indicator(SPEED, speed)]))


def test_repetitions_and_trials_are_averaged_and_sides_are_not() -> None:
    knees = [
        indicator(KNEE, value, 0.13, side=side, repetition=repetition)
        for side, repetition, value in (("r", 1, 0.5), ("r", 2, 0.7), ("l", 1, 0.4), ("l", 2, None))
    ]
    summary = person(trial("5xSTS", "sit-to-stand", knees), chair_stand(11.0), chair_stand(13.0))
    right, left, total = measured_values(summary)
    assert (right.side, right.value, right.standard_error, right.mark) == ("r", pytest.approx(0.6), 0.13, Mark.REPORTED)
    assert (left.side, left.value, left.mark) == ("l", pytest.approx(0.4), Mark.WITH_CAUTION)
    assert "The recording is too short." in left.reasons
    assert (right.origin, total.origin) == ("estimated", "")
    assert (total.indicator, total.value) == (FIVE_TIMES, pytest.approx(12.0))
    pooled = measured_values(summary, both_sides=True)[0]
    assert (pooled.side, pooled.value) == (None, pytest.approx((0.5 + 0.7 + 0.4) / 3))


def test_a_mean_over_trials_that_lie_apart_says_so() -> None:
    """2.5 and 1.3 lie 0.849 (their standard deviation) apart; with 0.13 of each that makes 0.858."""
    moments = {"Asym_0": 2.5, "Squats_0": 1.3}
    squats = [trial(name, "squat", [indicator(KNEE, value, 0.13, side="r")]) for name, value in moments.items()]
    (found,) = measured_values(person(*squats))
    assert (found.value, found.standard_error) == (pytest.approx(1.9), pytest.approx(0.858, abs=1e-3))
    assert found.trials == (("Asym_0", 2.5), ("Squats_0", 1.3))
    low, high = interval(1.9, found.standard_error or 0.0)
    assert low < 1.3
    assert high > 2.5


def test_a_single_rise_is_not_compared_with_the_five_times_test() -> None:
    visits = [
        person(trial("rise", f"sit-to-stand/{variant}", [indicator(KNEE, 0.6, 0.1, side="r", repetition=1)]))
        for variant in ("single", "five-times")
    ]
    changes = compare_visits(visits[0], visits[1]).changes
    assert [one.activity for one in changes] == ["sit-to-stand/single", "sit-to-stand/five-times"]
    assert {one.verdict for one in changes} == {"cannot be told"}


def test_an_indicator_of_one_visit_only_is_listed() -> None:
    comparison = compare_visits(person(chair_stand(12.0)), _walk(1.0))
    assert [(one.indicator, one.reason) for one in comparison.changes] == [
        (FIVE_TIMES, "It was not measured at the second visit."),
        (SPEED, "It was not measured at the first visit."),
    ]


def test_the_battery_of_the_person_is_compared_too() -> None:
    visits = [person(indicators=[indicator(SPPB, points, 0.5)]) for points in (8.0, 11.0)]
    (found,) = compare_visits(visits[0], visits[1]).changes
    assert (found.indicator, found.activity, found.side, found.difference) == (SPPB, "", None, 3.0)
    assert found.verdict == "more than the recordings' error"
    assert found.meaningful is not None
    assert found.meaningful.reached == "substantial"


def test_moments_of_measured_and_estimated_forces_are_not_compared() -> None:
    visits = [
        person(trial("5xSTS", "sit-to-stand", [indicator(KNEE, 0.6, 0.1, side="r", repetition=1)], forces=origin))
        for origin in ("measured", "estimated")
    ]
    (found,) = compare_visits(visits[0], visits[1]).changes
    assert found.reason == "The contact forces of the two visits differ: measured and estimated."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sex": "m"}, "sex differs"),
        ({"height_m": 1.70}, "height differs, 1.60 and 1.70 m"),
        ({"synthetic": True}, "One of the two visits is synthetic"),
    ],
)
def test_another_person_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message) as refusal:
        compare_visits(_walk(1.0), person(**changes))
    assert "same person" in refusal.value.hint


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"sex": "unspecified"}, "Sex is stated at one visit only."),
        ({"height_m": 1.57}, "Height differs: 1.60 and 1.57 m"),
        ({"mass_kg": 52.0}, "Mass went from 62.0 to 52.0 kg"),
        ({"age_years": 71.0}, "check the order of the two folders"),
        ({"kind": "lab"}, "different kinds: opencap and lab"),
        ({"settings": {"scaler": "rl", "ik_engine": "batched"}}, "different settings (scaler)"),
    ],
)
def test_what_could_explain_a_difference_is_named(changes: dict[str, object], warning: str) -> None:
    (found,) = compare_visits(_walk(1.0), person(**changes)).warnings
    assert warning in found


def test_the_command_prints_sentences_and_json(tmp_path: Path) -> None:
    before = save(person(chair_stand(16.0)), tmp_path / "before")
    after = save(person(chair_stand(11.0)), tmp_path / "after")
    result = _run(before, after, "--json")
    assert result.exit_code == 0
    (found,) = Comparison.model_validate_json(result.stdout).changes
    assert (found.verdict, found.direction) == ("decreased", "better")
    assert "Five-times sit-to-stand time decreased by 5.0 s, more than measurement error" in result.stderr
    for text in ("Decreased\n", ": better. 16.0 to 11.0. (sit-to-stand)", "Donoghue 2019"):
        assert text in result.stderr


def test_the_same_day_has_its_own_error(tmp_path: Path) -> None:
    folders = [save(person(chair_stand(value)), tmp_path / str(value)) for value in (15.0, 12.0)]
    verdicts = [
        Comparison.model_validate_json(_run(*folders, "--json", *options).stdout).changes[0].verdict
        for options in ((), ("--same-day",))
    ]
    assert verdicts == ["no change beyond measurement error", "decreased"]


def test_folders_without_results_are_refused(tmp_path: Path) -> None:
    result = _run(tmp_path, tmp_path)
    assert result.exit_code == 2
    assert "summary.json is missing" in result.stderr
    (tmp_path / "summary.json").write_text("{}", encoding="utf-8")
    assert "is no record of results" in _run(tmp_path, tmp_path).stderr
