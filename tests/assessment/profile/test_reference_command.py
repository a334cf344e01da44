"""`python -m assessment reference`: cells large enough, disjoint, without anybody in them, and read back as written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from assessment.catalogue import catalogue
from assessment.commands.reference import reference
from assessment.profile import load_reference, profile_of
from assessment.profile.cohort import MINIMUM_N, build_reference
from assessment.results_folder import read_summary
from assessment.summary import Summary
from models.errors import SettingsError
from pipeline.quality import Mark
from tests.assessment.cohort.made_cohort import made_cohort
from tests.assessment.uncertainty.people import FIVE_TIMES, KNEE, SPPB, chair_stand, indicator, person, save, trial


def _run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(reference)
    return CliRunner(env={"COLUMNS": "1000"}).invoke(app, [str(argument) for argument in arguments])


def _people(n: int, *, seed: int = 0, **changes: object) -> list[Summary]:
    """Synthetic persons in all but name: the flag is off, so that they count as recordings."""
    times = np.random.default_rng(seed).normal(12.0, 2.0, n)
    return [
        person(chair_stand(float(value)), session=f"Mrs_Example_{seed}_{index}", **changes)
        for index, value in enumerate(times)
    ]


def _cells(people: list[Summary]) -> list[tuple[str, float | None, float | None, int]]:
    (population,) = build_reference(people, name="x").reference.population
    return [(cell.sex, cell.age_from_years, cell.age_below_years, cell.n) for cell in population.cell]


def test_women_and_men_and_decades_have_cells_of_their_own() -> None:
    people = _people(25, age_years=65.0) + _people(30, age_years=74.0) + _people(22, sex="m", age_years=71.0)
    assert _cells(people) == [("f", 60, 70, 25), ("f", 70, 80, 30), ("m", 70, 80, 22)]


def test_the_numbers_are_those_of_the_people() -> None:
    people = _people(40, age_years=65.0)
    times = [summary.trials[0].indicators[0].value for summary in people]
    (population,) = build_reference(people, name="x").reference.population
    assert population.cell[0].mean == pytest.approx(np.mean(times), rel=1e-3)
    assert population.cell[0].sd == pytest.approx(np.std(times, ddof=1), rel=1e-3)
    assert population.cell[0].quantiles["50"] == pytest.approx(np.median(times), rel=1e-3)
    assert population.protocol == catalogue()[FIVE_TIMES].protocol


def test_a_person_counts_once_with_the_mean_of_both_sides() -> None:
    rng = np.random.default_rng(1)
    people = [
        person(trial("s", "sit-to-stand", [
            indicator(KNEE, value + offset, 0.1, side=side, repetition=1) for side, offset in (("r", 0.1), ("l", -0.1))
        ]))
        for value in rng.normal(0.6, 0.1, 30)
    ]  # fmt: skip
    (population,) = build_reference(people, name="x").reference.population
    assert (population.cell[0].n, population.origin) == (30, "estimated")
    assert population.cell[0].sd < 0.13


def test_the_battery_of_the_person_has_a_population_of_its_own() -> None:
    people = [person(indicators=[indicator(SPPB, points, 0.5)]) for points in (8.0, 9.0, 10.0, 11.0) * 6]
    (population,) = build_reference(people, name="x").reference.population
    assert (population.indicator, population.activity, population.cell[0].n) == (SPPB, "", 24)
    built = build_reference([*people, person(chair_stand(12.0))], name="x")
    assert f"{FIVE_TIMES} (sit-to-stand): 1 people, at least {MINIMUM_N} are needed." in built.left_out


def test_small_bands_join_their_neighbours_so_that_no_difference_tells_of_few() -> None:
    people = _people(8, age_years=55.0) + _people(15, age_years=65.0) + _people(30, age_years=75.0)
    people += _people(3, age_years=92.0)
    assert _cells(people) == [("f", 50, 70, 23), ("f", 70, None, 33)]


def test_the_last_band_ends_where_people_do() -> None:
    assert _cells(_people(25, age_years=55.0) + _people(5, age_years=65.0)) == [("f", 50, 70, 30)]


def test_where_no_sex_has_enough_both_are_one_group() -> None:
    assert _cells(_people(12) + _people(12, sex="m")) == [("any", 70, 80, 24)]


def test_the_few_of_one_sex_are_left_out_rather_than_found_by_difference() -> None:
    built = build_reference(_people(30) + _people(5, sex="m"), name="x")
    assert [cell.n for cell in built.reference.population[0].cell] == [30]
    assert f"{FIVE_TIMES} (sit-to-stand): 5 men, too few." in built.left_out


def test_without_any_age_there_is_one_band_that_says_so() -> None:
    people = _people(25, age_years=None)
    assert _cells(people) == [("f", None, None, 25)]
    own = build_reference(people, name="x").reference
    entry = next(one for one in profile_of(people[0], own).entries if one.indicator == FIVE_TIMES)
    assert "25 women of ages not recorded" in entry.sentence


def test_a_skewed_group_carries_a_caveat() -> None:
    times = np.random.default_rng(3).lognormal(2.5, 0.8, 60)
    built = build_reference([person(chair_stand(float(value))) for value in times], name="x")
    assert "skewed" in built.reference.population[0].caveats[0]


@pytest.mark.parametrize("n", [1, MINIMUM_N - 1])
def test_a_small_cohort_is_refused_and_writes_nothing(tmp_path: Path, n: int) -> None:
    for index, summary in enumerate(_people(n)):
        save(summary, tmp_path / "cohort" / str(index))
    result = _run(tmp_path / "cohort", "--out", tmp_path / "own.toml")
    assert result.exit_code == 2
    assert f"No reference can be made of {n} people" in result.stderr
    assert f"fewer than {MINIMUM_N} people are never written" in result.stderr
    assert not (tmp_path / "own.toml").exists()


def test_synthetic_and_recorded_people_are_not_mixed() -> None:
    with pytest.raises(SettingsError, match="mixes recordings and synthetic"):
        build_reference(_people(20) + _people(1, synthetic=True), name="x")
    assert build_reference(_people(20, synthetic=True), name="x").reference.synthetic


def test_what_is_written_reads_back_and_replaces_the_published_one(tmp_path: Path) -> None:
    people = _people(25, age_years=72.0)
    for index, summary in enumerate(people):
        save(summary, tmp_path / "cohort" / str(index))
    result = _run(tmp_path / "cohort", "--out", tmp_path / "own.toml", "--name", "Our village")
    assert result.exit_code == 0, result.stderr
    own = load_reference(tmp_path / "own.toml")
    assert own == build_reference(people, name="Our village").reference
    entry = next(one for one in profile_of(people[0], own).entries if one.indicator == FIVE_TIMES)
    assert entry.reference is not None
    assert (entry.reference.name, entry.reference.n) == ("Our village", 25)


def test_nothing_tells_who_took_part(tmp_path: Path) -> None:
    people = _people(25)
    for summary in people:
        save(summary, tmp_path / "cohort" / summary.session)
    _run(tmp_path / "cohort", "--out", tmp_path / "own.toml")
    text = (tmp_path / "own.toml").read_text(encoding="utf-8")
    assert "Mrs_Example" not in text
    values = [f"{summary.trials[0].indicators[0].value:.4g}" for summary in people]
    assert not any(f"= {value}\n" in text for value in (min(values, key=float), max(values, key=float)))


def test_the_same_recordings_count_once(tmp_path: Path) -> None:
    for index, summary in enumerate(_people(25)):
        provenance = summary.provenance.model_copy(update={"input_sha256": {"a.trc": str(index % 24)}})
        save(summary.model_copy(update={"provenance": provenance}), tmp_path / "cohort" / str(index))
    result = _run(tmp_path / "cohort", "--out", tmp_path / "own.toml")
    assert "24 holds recordings seen before" in result.stderr
    assert load_reference(tmp_path / "own.toml").population[0].cell[0].n == 24


def test_values_with_caution_count_only_where_wanted(tmp_path: Path) -> None:
    for index, summary in enumerate(_people(40)):
        value = summary.trials[0].indicators[0]
        mark = Mark.WITH_CAUTION if index < 15 else Mark.REPORTED
        doubtful = value.model_copy(update={"quality": value.quality.model_copy(update={"mark": mark})})
        save(person(trial("s", "sit-to-stand", [doubtful])), tmp_path / "cohort" / str(index))
    for options, n in (((), 40), (("--reported-only",), 25)):
        assert _run(tmp_path / "cohort", "--out", tmp_path / "own.toml", "--overwrite", *options).exit_code == 0
        assert load_reference(tmp_path / "own.toml").population[0].cell[0].n == n


def test_of_a_cohort_every_person_counts_once_with_the_first_visit(tmp_path: Path) -> None:
    cohort = made_cohort(tmp_path / "out", participants=45)
    result = _run(cohort.folder.path, "--out", tmp_path / "own.toml")
    assert result.exit_code == 0, result.stderr
    done = [one for one in cohort.sessions if cohort.folder.session(one).is_dir()]
    people = len({one.participant for one in done})
    assert f"{len(done) - people} further visits of the same people do not count" in result.stderr
    own = load_reference(tmp_path / "own.toml")
    assert own.source == f"own cohort of {people} people"
    first = {one.participant: one for one in reversed(done)}
    alone = [read_summary(cohort.folder.session(one)) for one in first.values()]
    assert own.population == build_reference(alone, name="own").reference.population


def test_files_in_the_way_and_empty_folders_are_refused(tmp_path: Path) -> None:
    assert "There are no results that can be read" in _run(tmp_path, "--out", tmp_path / "own.toml").stderr
    (tmp_path / "own.toml").write_text("", encoding="utf-8")
    assert "own.toml is there already" in _run(tmp_path, "--out", tmp_path / "own.toml").stderr


def test_results_that_cannot_be_read_are_named_and_the_others_count(tmp_path: Path) -> None:
    for index, summary in enumerate(_people(20)):
        save(summary, tmp_path / "cohort" / str(index))
    (tmp_path / "cohort" / "broken").mkdir()
    (tmp_path / "cohort" / "broken" / "summary.json").write_text("{", encoding="utf-8")
    result = _run(tmp_path / "cohort", "--out", tmp_path / "own.toml")
    assert result.exit_code == 2
    assert "is no record of results" in result.stderr
    assert load_reference(tmp_path / "own.toml").population[0].cell[0].n == 20
