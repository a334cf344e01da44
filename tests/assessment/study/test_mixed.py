from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from assessment.study import Study, mixed_models, with_covariate
from assessment.study.synthetic import synthetic_study
from models.errors import SettingsError
from tests.assessment.study.tables import GROUPS, row, study

KNEE = "peak_knee_extension_moment_per_kg"


def repeated(levels: dict[str, float], repetition_sd: float, *, seed: int = 0, repetitions: int = 8) -> Study:
    generator = np.random.default_rng(seed)
    rows = [
        row(person, level + generator.normal(0.0, repetition_sd), repetition=number)
        for person, level in levels.items()
        for number in range(1, repetitions + 1)
    ]
    return study(rows, {person: GROUPS[person[0] == "S"] for person in levels})


LEVELS = {f"H{n}": 1.0 + 0.2 * n for n in range(5)} | {f"S{n}": 0.7 + 0.25 * n for n in range(5)}


def group_term(table: pd.DataFrame) -> pd.Series:
    return table[table["term"] == "group"].iloc[0]


def test_with_equally_many_repetitions_it_is_the_t_test_of_participant_means() -> None:
    one = repeated(LEVELS, 0.1)
    means = one.indicators.groupby(["group", "participant"])["value"].mean()
    first, second = (means.loc[group] for group in GROUPS)
    expected = stats.ttest_ind(second, first)
    found = group_term(mixed_models(one, GROUPS, cautions="include"))
    assert found["converged"]
    assert found["problem"] == ""
    assert found["estimate"] == pytest.approx(second.mean() - first.mean(), abs=1e-6)
    assert found["df"] == 8
    # The optimiser's Hessian is numerical: standard errors agree to a percent.
    assert found["p"] == pytest.approx(expected.pvalue, rel=0.02)
    assert found["estimate_low"] == pytest.approx(expected.confidence_interval().low, rel=0.02)
    assert found["estimate_high"] == pytest.approx(expected.confidence_interval().high, rel=0.02)
    assert found[["n_1", "n_2", "n_values"]].tolist() == [5, 5, 80]
    assert found["residual_sd"] == pytest.approx(0.1, rel=0.2)


def test_repetitions_are_not_taken_as_participants() -> None:
    one = repeated(LEVELS, 0.05, repetitions=40)
    pooled = [one.indicators.loc[one.indicators["group"] == group, "value"] for group in GROUPS]
    assert stats.ttest_ind(*pooled).pvalue < 1e-4
    assert group_term(mixed_models(one, GROUPS, cautions="include"))["p"] > 0.2


def test_no_effect_is_found_in_5_of_100_studies_without_one() -> None:
    found = [
        group_term(
            mixed_models(
                synthetic_study(seed, per_group=6, effect=0.0).where(indicator=KNEE), GROUPS, cautions="include"
            )
        )["p"]
        for seed in range(30)
    ]
    # Three standard errors of a share of 0.05 in 30 draws are 0.12; a naive analysis of the repetitions finds half.
    assert np.mean(np.array(found) < 0.05) < 0.05 + 0.12


def test_a_planted_difference_lies_within_the_interval() -> None:
    one = synthetic_study(4, per_group=60).where(indicator="peak_ankle_plantarflexion_moment_per_kg")
    for side in ("fixed", "nested"):
        found = group_term(mixed_models(one, GROUPS, cautions="include", side=side))
        assert found["converged"]
        assert found["estimate_low"] < 0.943 - 1.174 < found["estimate_high"] < 0.0


def test_side_is_a_fixed_effect_or_a_deviation_of_each_participant() -> None:
    one = synthetic_study(4, per_group=30).where(indicator=KNEE)
    rows = one.indicators
    rows["value"] += np.where(rows["side"] == "r", 0.2, 0.0)
    fixed = mixed_models(one, GROUPS, cautions="include").set_index("term")
    assert fixed.loc["side (r - l)", "estimate"] == pytest.approx(0.2, abs=0.04)
    # 60 participants with two sides each: 120 sides less 60 participants less the term itself.
    assert fixed.loc["side (r - l)", "df"] == 59
    # Each side was drawn 0.05 about its participant.
    assert fixed.loc["group", "side_sd"] == pytest.approx(0.05, rel=0.3)
    nested = mixed_models(one, GROUPS, cautions="include", side="nested").set_index("term")
    assert "side (r - l)" not in nested.index
    assert nested.loc["group", "side_sd"] > 0.1
    with pytest.raises(SettingsError, match=r"side is 'both'\. Accepted: fixed, nested\."):
        mixed_models(one, GROUPS, cautions="include", side="both")  # type: ignore[arg-type]


def test_repetitions_of_a_side_are_not_taken_as_sides() -> None:
    # People lean to one side or the other by chance: no difference between right and left is common to them.
    found = []
    for seed in range(40):
        generator = np.random.default_rng(seed)
        rows = [
            row(person, level + lean + generator.normal(0.0, 0.05), side=side, repetition=number)
            for person, level in LEVELS.items()
            for side in "rl"
            for lean in [generator.normal(0.0, 0.1)]
            for number in range(1, 11)
        ]
        one = study(rows, {person: GROUPS[person[0] == "S"] for person in LEVELS})
        terms = mixed_models(one, GROUPS, cautions="include").set_index("term")
        found.append(terms.loc["side (r - l)", "p"] < 0.05)
    # Three standard errors of a share of 0.05 in 40 draws are 0.10; without the random deviation, two thirds.
    assert np.mean(found) < 0.05 + 0.10


def test_sides_that_do_not_deviate_are_left_out_and_it_is_said() -> None:
    one = repeated(LEVELS, 0.1)
    sides = one.indicators["repetition"].map(lambda number: "r" if number % 2 else "l")
    terms = mixed_models(Study(one.indicators.assign(side=sides), one.participants), GROUPS, cautions="include")
    found = group_term(terms)
    assert found["converged"]
    left_out = found["problem"] == "Deviations of sides could not be estimated and were left out."
    assert left_out == np.isnan(found["side_sd"])
    assert left_out or found["side_sd"] < 0.05


def test_a_covariate_explains_what_only_it_does() -> None:
    generator = np.random.default_rng(3)
    ages = {person: 70.0 + 5.0 * generator.normal() + (4.0 if person[0] == "S" else 0.0) for person in LONG}
    one = repeated({person: 3.0 - 0.03 * age for person, age in ages.items()}, 0.05)
    one.participants["age_years"] = one.participants["participant"].map(ages)
    assert group_term(mixed_models(one, GROUPS, cautions="include"))["estimate"] == pytest.approx(-0.12, abs=0.06)
    terms = mixed_models(one, GROUPS, cautions="include", covariates=["age_years"]).set_index("term")
    assert terms.loc["age_years", "estimate"] == pytest.approx(-0.03, abs=0.004)
    assert abs(terms.loc["group", "estimate"]) < 0.03
    assert terms.loc["group", "df"] == len(LONG) - 3


LONG = [f"{group}{number}" for group in "HS" for number in range(20)]


def test_speed_of_the_same_trial_can_be_adjusted_for() -> None:
    rows = [
        one
        for n, person in enumerate(LONG)
        for trial in ("slow", "fast")
        for one in (
            row(person, 1.0 + 0.1 * n + (trial == "fast"), trial=trial, indicator="gait_speed", unit="m/s"),
            row(person, 2.0 * (1.0 + 0.1 * n + (trial == "fast")) + 0.01 * (n % 3), trial=trial),
            row(person, 2.0 * (1.0 + 0.1 * n + (trial == "fast")) - 0.02, trial=trial, repetition=2),
        )
    ]
    made = study(rows, {person: GROUPS[person[0] == "S"] for person in LONG})
    adjusted = with_covariate(made, "gait_speed", cautions="include").where(indicator=KNEE)
    terms = mixed_models(adjusted, GROUPS, cautions="include", covariates=["gait_speed"]).set_index("term")
    assert terms.loc["gait_speed", "estimate"] == pytest.approx(2.0, abs=0.02)
    # It varies between a participant's two trials, not between repetitions.
    assert terms.loc["gait_speed", "df"] == len(LONG) * 2 - len(LONG) - 1


def test_a_fit_that_fails_says_so_and_gives_no_number() -> None:
    one = repeated(LEVELS, 0.1)
    one.participants["constant"] = 3.0
    failed = mixed_models(one, GROUPS, cautions="include", covariates=["constant"])
    assert failed["converged"].tolist() == [False]
    assert failed["problem"].iloc[0].startswith("The model could not be fitted: Singular matrix.")
    assert failed[["estimate", "p", "df"]].isna().all(axis=None)


@pytest.mark.parametrize("seed", range(6))
def test_without_differences_between_participants_no_result_is_unmarked(seed: int) -> None:
    noise = repeated(dict.fromkeys(LEVELS, 1.0), 0.3, seed=seed)
    found = group_term(mixed_models(noise, GROUPS, cautions="include"))
    variance_found = found["participant_sd"] > 0.01 * found["residual_sd"]
    assert variance_found or "Compare participant means instead." in found["problem"] or "zero" in found["problem"]
    assert found["converged"] == np.isfinite(found["estimate"])


@pytest.mark.parametrize(
    ("levels", "sd", "repetitions", "said"),
    [
        (LEVELS, 0.1, 1, "Nobody has repeated values. Compare participant means instead."),
        (LEVELS, 0.0, 5, "The repetitions of a participant hardly differ. Compare participant means instead."),
        ({"H0": 1.0, "S0": 2.0, "S1": 3.0}, 0.1, 5, "A group has fewer than two participants with a value."),
        (dict.fromkeys(LEVELS, 1.0), 0.0, 5, "All values are equal."),
    ],
)
def test_what_no_model_can_be_made_of_is_said(levels: dict[str, float], sd: float, repetitions: int, said: str) -> None:
    found = mixed_models(repeated(levels, sd, repetitions=repetitions), GROUPS, cautions="include")
    assert found["problem"].tolist() == [said]
    assert not found["converged"].any()


def test_withheld_values_never_count() -> None:
    one = repeated(LEVELS, 0.1)
    expected = group_term(mixed_models(one, GROUPS, cautions="include"))["estimate"]
    spoilt = one.indicators.assign(value=1e6, quality="withheld", repetition=99)
    both = Study(pd.concat([one.indicators, spoilt], ignore_index=True), one.participants)
    assert group_term(mixed_models(both, GROUPS, cautions="include"))["estimate"] == pytest.approx(expected)
