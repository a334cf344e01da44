from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from assessment.study import adjust, compare_groups, correlate, hedges_g, mixed_models, participant_means
from assessment.study.synthetic import synthetic_study
from models.errors import SettingsError
from tests.assessment.study.tables import GROUPS, row, study, two_groups_of

HEALTHY = [1.0, 1.3, 0.9, 1.6, 1.1, 1.4]
SARCOPENIA = [0.8, 0.7, 1.2, 0.95, 0.6]


def compared(first: list[float], second: list[float]) -> pd.Series:
    return compare_groups(participant_means(two_groups_of(first, second), cautions="include"), GROUPS).iloc[0]


def test_means_average_repetitions_within_trial_then_trials_then_sides() -> None:
    rows = [
        *(row("A", 1.0, side="r", repetition=n) for n in range(1, 6)),
        row("A", 3.0, side="r", trial="rise 2"),
        row("A", 6.0, side="l"),
    ]
    means = participant_means(study(rows, {"A": "healthy"}), cautions="include")
    assert means.iloc[0]["value"] == pytest.approx(((1.0 + 3.0) / 2 + 6.0) / 2)
    assert means.iloc[0][["side", "n_values", "n_sides"]].tolist() == ["r+l", 7, 2]
    apart = participant_means(study(rows, {"A": "healthy"}), cautions="include", sides="separate")
    assert dict(zip(apart["side"], apart["value"], strict=True)) == {"l": 6.0, "r": 2.0}


def test_unlike_tasks_of_one_name_are_not_averaged() -> None:
    """Ten seconds side by side and two in tandem are no stance of six."""
    held = {"activity": "standing", "indicator": "stance_held_time", "unit": "s"}
    rows = [
        row(person, value + n, variant=variant, trial=variant, repetition=repetition, **held)
        for variant, value in (("side-by-side", 10.0), ("tandem", 2.0))
        for n, person in enumerate(("H0", "H1", "H2", "S0", "S1", "S2"))
        for repetition in (1, 2)
    ]
    groups = {f"{group}{n}": GROUPS[group == "S"] for group in "HS" for n in range(3)}
    made = study(rows, groups, grip_kg=[3, 1, 5, 2, 0, 4])
    means = participant_means(made, cautions="include")
    assert means[means["participant"] == "H0"].set_index("variant")["value"].to_dict() == {
        "side-by-side": 10.0,
        "tandem": 2.0,
    }
    tables = (
        compare_groups(means, GROUPS),
        mixed_models(made, GROUPS, cautions="include").drop_duplicates("variant"),
        correlate(means, made.participants, ["grip_kg"]),
    )
    assert [table["variant"].tolist() for table in tables] == [["side-by-side", "tandem"]] * 3


def test_what_is_of_no_single_trial_counts_as_well() -> None:
    points = {"activity": "", "variant": "", "trial": "", "indicator": "sppb_score", "unit": "1", "repetition": None}
    means = participant_means(study([row("A", 9.0, **points)], {"A": "healthy"}), cautions="include")
    assert means.iloc[0][["activity", "indicator", "value", "n_rows"]].tolist() == ["", "sppb_score", 9.0, 1]


def test_withheld_values_never_count_even_where_a_table_still_holds_them() -> None:
    rows = [row("A", 1.0), row("A", 100.0, repetition=2, quality="withheld"), row("B", 50.0, quality="withheld")]
    means = participant_means(study(rows, {"A": "healthy", "B": "healthy"}), cautions="include").set_index(
        "participant"
    )
    assert means.loc["A", "value"] == 1.0
    assert np.isnan(means.loc["B", "value"])
    assert means["n_withheld"].tolist() == [1, 1]


def test_values_with_caution_count_as_asked_for() -> None:
    rows = [row("A", 1.0), row("A", 3.0, repetition=2, quality="with caution")]
    one = study(rows, {"A": "healthy"})
    assert participant_means(one, cautions="include")["value"].tolist() == [2.0]
    assert participant_means(one, cautions="exclude")["value"].tolist() == [1.0]
    with pytest.raises(SettingsError, match=r"cautions is 'maybe'\. Accepted: include, exclude\."):
        participant_means(one, cautions="maybe")  # type: ignore[arg-type]


def test_missingness_is_reported_by_group() -> None:
    rows = [row("H0", 1.0), row("H1", 2.0), row("S0", None), row("S1", 1.0), row("S1", None, repetition=2)]
    groups = {name: GROUPS[name[0] == "S"] for name in ("H0", "H1", "S0", "S1", "S2")}
    result = compare_groups(participant_means(study(rows, groups), cautions="include"), GROUPS).iloc[0]
    assert result[["n_1", "without_value_1", "withheld_share_1"]].tolist() == [2, 0, 0.0]
    # S0 was withheld, S2 never computed: both are without a value, only the former is withheld.
    assert result[["n_2", "without_value_2"]].tolist() == [1, 2]
    assert result["withheld_share_2"] == pytest.approx(2 / 3)
    assert np.isnan(result["p_welch"])
    assert result["note"] == "A group has fewer than two participants with a value."


def test_comparison_equals_scipy_and_formulas() -> None:
    result = compared(HEALTHY, SARCOPENIA)
    welch = stats.ttest_ind(SARCOPENIA, HEALTHY, equal_var=False)
    assert result["p_welch"] == pytest.approx(welch.pvalue)
    assert result["difference"] == pytest.approx(np.mean(SARCOPENIA) - np.mean(HEALTHY))
    assert result["difference_low"] == pytest.approx(welch.confidence_interval().low)
    assert result["p_mann_whitney"] == pytest.approx(stats.mannwhitneyu(HEALTHY, SARCOPENIA, method="exact").pvalue)
    wins = np.mean([s > h for s in SARCOPENIA for h in HEALTHY])
    assert result["superiority"] == pytest.approx(wins)


def test_hedges_g_equals_a_value_worked_by_hand() -> None:
    # Means 2 and 4, both variances 1: d = 2; J(4 df) = gamma(2) / (sqrt(2) gamma(1.5)) = 0.797885.
    g, low, high = hedges_g(np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0, 5.0]))
    assert g == pytest.approx(2.0 * 0.7978845608)
    # The ends are those at which the observed t has 2.5 % on either side.
    t = 2.0 / np.sqrt(2.0 / 3.0)
    for end, tail in ((low, 0.975), (high, 0.025)):
        assert stats.nct.cdf(t, 4, end / 0.7978845608 / np.sqrt(2.0 / 3.0)) == pytest.approx(tail, abs=1e-5)


def test_hedges_g_interval_covers_the_truth_in_95_of_100_draws() -> None:
    generator, truth, draws = np.random.default_rng(5), 0.8, 1500
    intervals = [hedges_g(generator.normal(0.0, 1.0, 12), generator.normal(truth, 1.0, 16))[1:] for _ in range(draws)]
    covered = np.mean([low < truth < high for low, high in intervals])
    # Four standard errors of a share of 0.95 in 1500 draws: 0.0225.
    assert abs(covered - 0.95) < 0.0225


def test_equal_values_give_a_note_and_no_number() -> None:
    result = compared([1.0, 1.0, 1.0], SARCOPENIA)
    assert np.isnan(result["hedges_g"])
    assert result["note"] == "All values of a group are equal."


def test_repetitions_are_not_taken_as_participants() -> None:
    generator = np.random.default_rng(2)
    levels = {f"H{n}": 1.0 + 0.3 * (-1) ** n for n in range(4)} | {f"S{n}": 0.8 + 0.3 * (-1) ** n for n in range(4)}
    rows = [
        row(person, level + generator.normal(0.0, 0.02), repetition=repetition)
        for person, level in levels.items()
        for repetition in range(1, 11)
    ]
    repeated = study(rows, {person: GROUPS[person[0] == "S"] for person in levels})
    pooled = [repeated.indicators.loc[repeated.indicators["group"] == group, "value"] for group in GROUPS]
    assert stats.ttest_ind(*pooled).pvalue < 0.01
    result = compare_groups(participant_means(repeated, cautions="include"), GROUPS).iloc[0]
    assert result["n_1"] == result["n_2"] == 4
    assert result["p_welch"] > 0.3


def test_no_difference_is_found_in_5_of_100_studies_without_one() -> None:
    found = []
    for seed in range(60):
        means = participant_means(synthetic_study(seed, per_group=8, effect=0.0), cautions="include")
        found += (compare_groups(means, GROUPS)["p_welch"] < 0.05).tolist()
    # 300 tests, 5 expected in 100; four standard errors are 5 in 100.
    assert len(found) == 300
    assert 0.01 < np.mean(found) < 0.10


def test_a_planted_difference_is_found() -> None:
    means = participant_means(synthetic_study(3, per_group=60), cautions="include")
    results = compare_groups(means, GROUPS).set_index("indicator")
    ankle = results.loc["peak_ankle_plantarflexion_moment_per_kg"]
    assert ankle["difference_low"] < 0.943 - 1.174 < ankle["difference_high"]
    assert ankle["p_welch"] < 1e-4
    hip = results.loc["peak_hip_extension_moment_per_kg"]
    assert hip["hedges_g"] > 0


def test_several_visits_need_a_choice() -> None:
    means = participant_means(synthetic_study(1, per_group=3, visits=("1", "2")), cautions="include")
    with pytest.raises(SettingsError, match=r"visits of one person are not independent.*Name one visit: 1, 2"):
        compare_groups(means, GROUPS)
    with pytest.raises(SettingsError, match=r"Nobody came to visit 3\. There are: 1, 2\."):
        compare_groups(means, GROUPS, visit="3")
    with pytest.raises(SettingsError, match=r"not healthy and young. There are: healthy, sarcopenia"):
        compare_groups(means, ("healthy", "young"), visit="1")


def family(p: list[float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    results = pd.DataFrame({"indicator": [f"i{n}" for n in range(len(p))], "p": p})
    return results, results[["indicator"]]


def test_holm_and_benjamini_hochberg_equal_values_worked_by_hand() -> None:
    results, members = family([0.01, 0.04, 0.03, 0.005])
    adjusted = adjust(results, "p", family="primary", members=members)
    # Sorted .005 .01 .03 .04: Holm 4*.005, 3*.01, 2*.03, then not below .06; BH .005*4, .01*2, then .04 for both.
    assert adjusted["p_holm"].tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert adjusted["p_bh"].tolist() == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert adjusted["p"].tolist() == [0.01, 0.04, 0.03, 0.005]
    assert set(adjusted["family"]) == {"primary"}


def test_a_test_that_could_not_be_made_still_counts() -> None:
    results, members = family([0.01, float("nan")])
    adjusted = adjust(results, "p", family="primary", members=members)
    assert adjusted["p_holm"].iloc[0] == pytest.approx(0.02)
    assert np.isnan(adjusted["p_holm"].iloc[1])
    assert adjusted["family_size"].tolist() == [2, 2]


def test_a_family_is_declared_not_found() -> None:
    results, members = family([0.01, 0.02, 0.03])
    kept = adjust(results, "p", family="two", members=members.iloc[:2])
    assert kept["p_holm"].tolist() == pytest.approx([0.02, 0.02])
    with pytest.raises(SettingsError, match="declares indicator i9, which has no result"):
        adjust(results, "p", family="two", members=pd.DataFrame({"indicator": ["i0", "i9"]}))
    with pytest.raises(SettingsError, match="declares indicator i0, which has 2 results"):
        adjust(pd.concat([results, results]), "p", family="two", members=members)
    with pytest.raises(SettingsError, match="is empty or lists a test twice"):
        adjust(results, "p", family="two", members=pd.concat([members, members]))
