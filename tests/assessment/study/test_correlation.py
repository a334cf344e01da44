from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from assessment.study import Study, correlate, participant_means
from assessment.study.correlation import fisher_interval
from models.errors import SettingsError
from tests.assessment.study.tables import row, study


def made(values: np.ndarray, **measures: object) -> Study:
    people = [f"P{number:03d}" for number in range(len(values))]
    return study(
        [row(person, value) for person, value in zip(people, values, strict=True)],
        dict.fromkeys(people, "healthy"),
        **measures,
    )


def correlated(one: Study, measures: list[str], **options: object) -> pd.Series:
    means = participant_means(one, cautions="include")
    return correlate(means, one.participants, measures, **options).iloc[0]  # type: ignore[arg-type]


def test_correlations_equal_scipy() -> None:
    generator = np.random.default_rng(1)
    x = generator.normal(size=30)
    grip = x + generator.normal(size=30)
    result = correlated(made(x, grip_kg=grip), ["grip_kg"])
    pearson = stats.pearsonr(x, grip)
    assert result["n"] == 30
    assert result["pearson_r"] == pytest.approx(pearson.statistic)
    assert result["pearson_r_p"] == pytest.approx(pearson.pvalue)
    assert result[["pearson_r_low", "pearson_r_high"]].tolist() == pytest.approx(list(pearson.confidence_interval()))
    rank = stats.spearmanr(x, grip)
    assert result["spearman_rho"] == pytest.approx(rank.statistic)
    assert result["spearman_rho_p"] == pytest.approx(rank.pvalue)


def test_the_rank_interval_covers_the_truth() -> None:
    generator, draws, n = np.random.default_rng(7), 60, 40
    # Of a normal pair with correlation r the rank correlation is 6/pi asin(r/2).
    r = 0.6
    truth = 6.0 / np.pi * np.arcsin(r / 2.0)
    covered = 0
    for _ in range(draws):
        x = generator.normal(size=n)
        result = correlated(made(x, m=r * x + np.sqrt(1 - r**2) * generator.normal(size=n)), ["m"])
        covered += result["spearman_rho_low"] < truth < result["spearman_rho_high"]
    # Three standard errors of a share of 0.95 in 60 draws are 0.085.
    assert covered / draws > 0.95 - 0.085


def test_partial_correlation_equals_the_inverse_of_the_correlation_matrix() -> None:
    generator = np.random.default_rng(2)
    age = generator.normal(75.0, 6.0, 50)
    x, grip = -0.1 * age + generator.normal(size=50), -0.2 * age + generator.normal(size=50)
    result = correlated(made(x, grip_kg=grip, age_years=age), ["grip_kg"], adjust_for=["age_years"])
    inverse = np.linalg.inv(np.corrcoef([x, grip, age]))
    expected = -inverse[0, 1] / np.sqrt(inverse[0, 0] * inverse[1, 1])
    assert result["partial_r"] == pytest.approx(expected)
    assert result[["partial_r_low", "partial_r_high"]].tolist() == pytest.approx(fisher_interval(expected, 49))
    t = expected * np.sqrt(47 / (1 - expected**2))
    assert result["partial_r_p"] == pytest.approx(2 * stats.t.sf(abs(t), 47))


def test_what_only_sex_makes_disappears_when_adjusted_for() -> None:
    generator = np.random.default_rng(4)
    sex = np.repeat(["f", "m"], 30)
    shift = np.where(sex == "m", 3.0, 0.0)
    one = made(shift + generator.normal(size=60), grip_kg=shift + generator.normal(size=60), sex=sex)
    result = correlated(one, ["grip_kg"], adjust_for=["sex"])
    assert result["pearson_r"] > 0.6
    assert result["partial_r_low"] < 0.0 < result["partial_r_high"]
    assert result["adjusted_for"] == "sex"


def test_pairs_with_a_missing_value_are_left_out() -> None:
    x = np.arange(8.0)
    grip = np.array([1.0, 3.0, 2.0, np.nan, 5.0, 4.0, 7.0, 6.0])
    one = made(x, grip_kg=grip)
    one.indicators.loc[0, ["value", "quality"]] = [99.0, "withheld"]
    result = correlated(one, ["grip_kg"])
    assert result["n"] == 6
    assert result["pearson_r"] == pytest.approx(stats.pearsonr(x[[1, 2, 4, 5, 6, 7]], grip[[1, 2, 4, 5, 6, 7]])[0])


def test_too_few_pairs_give_a_note_and_no_number() -> None:
    result = correlated(made(np.arange(4.0), grip_kg=np.arange(4.0)), ["grip_kg"])
    assert result["note"] == "Fewer than 5 participants with both values."
    assert np.isnan(result["pearson_r"])
    equal = correlated(made(np.arange(6.0), grip_kg=3.0), ["grip_kg"])
    assert equal["note"] == "All values are equal."


def test_a_measure_that_is_no_number_or_not_there_is_named() -> None:
    one = made(np.arange(6.0), grip_kg="strong")
    with pytest.raises(SettingsError, match="grip_kg is not a number for all participants"):
        correlated(one, ["grip_kg"])
    with pytest.raises(SettingsError, match=r"no column asm_kg\. It has: session, participant, visit, group, grip_kg"):
        correlated(one, ["asm_kg"])
