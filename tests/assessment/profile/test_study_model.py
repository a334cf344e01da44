"""A study's own model: found effects, no leakage, saved as numbers, refused or flagged where it does not hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assessment.profile.study_model import (
    StudyModel,
    apply_study_model,
    card_text,
    load_study_model,
    save_calibration_plot,
    save_study_model,
    train_study_model,
)
from assessment.profile.study_model.fit import Fit, fit
from assessment.profile.study_model.validation import cross_validate
from models.errors import SettingsError

FEATURES = ("speed", "moment")


def _table(n: int = 120, *, seed: int = 0, effect: float = 2.0, levels: int = 2) -> pd.DataFrame:
    """Synthetic people: the slower they walk the likelier is a higher level; the moment tells nothing."""
    rng = np.random.default_rng(seed)
    speed, moment = rng.normal(1.0, 0.2, n), rng.normal(0.6, 0.1, n)
    score = -effect * (speed - 1.0) / 0.2 + rng.logistic(size=n)
    level = np.digitize(score, np.quantile(score, np.linspace(0, 1, levels + 1)[1:-1]))
    return pd.DataFrame({"speed": speed, "moment": moment, "level": level}, index=[f"p{k}" for k in range(n)])


@pytest.fixture(scope="module")
def binary() -> StudyModel:
    return train_study_model(_table(), "level", FEATURES, name="Village", repeats=2)


@pytest.fixture(scope="module")
def ordinal() -> StudyModel:
    table = _table(levels=3)
    table["level"] = table["level"].map({0: "none", 1: "possible", 2: "sarcopenia"})
    return train_study_model(
        table, "level", FEATURES, name="Village", levels=["none", "possible", "sarcopenia"], repeats=1
    )


def test_an_effect_is_found_and_chance_is_not(binary: StudyModel) -> None:
    speed, moment = binary.features
    assert speed.coefficient < -1.0
    assert abs(moment.coefficient) < 0.5
    (level,) = binary.validation.levels
    assert level.auc.low > 0.7
    assert level.brier.value < level.brier_of_prevalence == pytest.approx(0.25)
    assert level.calibration_slope is not None
    assert level.calibration_slope.low < 1.0 < level.calibration_slope.high
    assert level.calibration_intercept is not None
    assert level.calibration_intercept.low < 0.0 < level.calibration_intercept.high
    assert sum(one.n for one in level.bins) == 120


def test_labels_of_chance_are_predicted_by_chance() -> None:
    """Twenty features and labels dealt out at random: a validation that leaks would find them."""
    aucs = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        table = pd.DataFrame(rng.normal(size=(60, 20)), columns=[f"f{k}" for k in range(20)])
        table["level"] = rng.permutation(np.repeat([0, 1], 30))
        model = train_study_model(table, "level", list(table.columns[:-1]), name="x", repeats=1, seed=seed)
        aucs.append(model.validation.levels[0].auc.value)
    assert np.mean(aucs) == pytest.approx(0.5, abs=0.1)


def test_nobody_is_predicted_by_a_model_that_knows_them() -> None:
    seen: list[set[float]] = []

    def spy(features: np.ndarray, levels: np.ndarray, seed: int) -> Fit:
        seen.append(set(features[:, 0]))
        found = fit(features, levels, seed)

        class Spied(Fit):
            def reached(self, unseen: np.ndarray) -> np.ndarray:
                assert not set(unseen[:, 0]) & seen[-1]
                return super().reached(unseen)

        return Spied(**vars(found))

    table = _table(60)
    cross_validate(table[list(FEATURES)].to_numpy(), table["level"].to_numpy(), ["0", "1"], spy, repeats=1, seed=0)
    assert len(seen) == 5


def test_auc_is_that_of_pairs_within_folds() -> None:
    table = _table(100, effect=0.7)
    features, levels = table[list(FEATURES)].to_numpy(), table["level"].to_numpy()
    constant = fit(features, levels, 0)
    found = cross_validate(features, levels, ["0", "1"], lambda *_: constant, repeats=1, seed=0).levels[0].auc
    pooled = roc_auc_score(levels, constant.reached(features)[:, 0])
    assert found.value == pytest.approx(pooled, abs=0.05)
    assert found.low < found.value < found.high


def test_a_model_that_ranks_nobody_has_no_slope() -> None:
    table = _table(60)
    flat = Fit(np.zeros(2), np.ones(2), np.zeros(2), np.zeros(1), np.eye(3), None)
    features, levels = table[list(FEATURES)].to_numpy(), table["level"].to_numpy()
    (level,) = cross_validate(features, levels, ["0", "1"], lambda *_: flat, repeats=1, seed=0).levels
    assert (level.auc.value, level.calibration_slope) == (0.5, None)
    assert "–" in card_text(_with_validation(flat_level=level))


def _with_validation(flat_level: object) -> StudyModel:
    model = train_study_model(_table(60), "level", FEATURES, name="Village", repeats=1)
    return model.model_copy(update={"validation": model.validation.model_copy(update={"levels": [flat_level]})})


def test_probabilities_are_those_of_scikit_learn(binary: StudyModel) -> None:
    table = _table()
    standardised = (table[list(FEATURES)] - table[list(FEATURES)].mean()) / table[list(FEATURES)].std(ddof=0)
    reference = LogisticRegression(C=binary.penalty_c, max_iter=1000).fit(standardised, table["level"])
    for row in range(5):
        expected = reference.predict_proba(standardised.iloc[[row]])[0, 1]
        found = apply_study_model(binary, table.iloc[row][list(FEATURES)].to_dict()).probabilities
        assert found[0].probability == pytest.approx(expected, abs=1e-4)


def test_a_model_reads_back_equal_and_predicts_equal(binary: StudyModel, ordinal: StudyModel, tmp_path: Path) -> None:
    for model in (binary, ordinal):
        path = save_study_model(model, tmp_path)
        loaded = load_study_model(tmp_path)
        assert loaded == load_study_model(path) == model
        person = {"speed": 0.8, "moment": 0.5}
        assert apply_study_model(loaded, person) == apply_study_model(model, person)


def test_an_ordinal_model_recovers_what_made_its_people() -> None:
    table = _table(3000, effect=1.5, levels=3)
    found = fit(table[list(FEATURES)].to_numpy(), table["level"].to_numpy(), 0)
    assert found.coefficients == pytest.approx([-1.5, 0.0], abs=0.15)
    assert found.thresholds[0] == pytest.approx(-found.thresholds[1], abs=0.15)
    errors = np.sqrt(np.diag(found.covariance))
    assert np.all((errors > 0.02) & (errors < 0.1))


def test_ordinal_probabilities_fall_with_the_level(ordinal: StudyModel) -> None:
    found = apply_study_model(ordinal, {"speed": 0.8, "moment": 0.6})
    possible, sarcopenia = found.probabilities
    assert (possible.level, sarcopenia.level) == ("possible", "sarcopenia")
    assert possible.probability > sarcopenia.probability
    assert possible.low < possible.probability < possible.high
    assert [one.n_reached for one in ordinal.validation.levels] == [80, 40]


def test_intervals_hold_the_true_probability() -> None:
    """An average person, in studies drawn again: the interval is about the model, which shrinks a little."""
    held = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        features = rng.normal(size=(150, 2))
        levels = (rng.random(150) < expit(features[:, 0] - 0.3)).astype(int)
        found = fit(features, levels, seed)
        model = StudyModel.model_validate(_plain(found))
        one = apply_study_model(model, {"a": 1.0, "b": 0.0}).probabilities[0]
        held += one.low <= expit(0.7) <= one.high
    assert held >= 21


def _plain(found: Fit) -> dict[str, object]:
    features = [
        {"name": name, "mean": found.mean[k], "sd": found.sd[k], "low": -2.0, "high": 2.0,
         "coefficient": found.coefficients[k]}
        for k, name in enumerate("ab")
    ]  # fmt: skip
    return {
        "name": "x", "kind": "binary", "label": "y", "levels": ["0", "1"], "counts": [1, 1], "n": 2, "n_incomplete": 0,
        "features": features, "thresholds": found.thresholds.tolist(), "covariance": found.covariance.tolist(),
        "penalty_c": found.penalty_c, "warnings": [], "synthetic": True, "created": "", "sarcoscope_version": "",
        "validation": {"scheme": "", "folds": 5, "repeats": 1, "seed": 0, "levels": []},
    }  # fmt: skip


def test_measurement_error_widens_the_interval_and_is_named_where_unknown(binary: StudyModel) -> None:
    person = {"speed": 0.9, "moment": 0.6}
    exact = apply_study_model(binary, person)
    measured = apply_study_model(binary, person, {"speed": 0.1})
    assert exact.probabilities[0].probability == measured.probabilities[0].probability
    assert measured.probabilities[0].low < exact.probabilities[0].low
    assert exact.without_measurement_error == ["speed", "moment"]
    assert measured.without_measurement_error == ["moment"]


@pytest.mark.parametrize("person", [{"speed": 0.9}, {"speed": 0.9, "moment": float("nan")}])
def test_nothing_is_filled_in(binary: StudyModel, person: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match=r"The model of Village needs what is not known of this person: moment\."):
        apply_study_model(binary, person)


def test_people_unlike_the_study_are_flagged(binary: StudyModel) -> None:
    assert apply_study_model(binary, {"speed": 1.0, "moment": 0.6}).outside_training == []
    assert apply_study_model(binary, {"speed": 0.1, "moment": 0.6}).outside_training == ["speed"]


def test_incomplete_people_are_left_out_and_counted() -> None:
    table = _table()
    table.loc["p0", "speed"] = np.nan
    table["level"] = table["level"].astype(float)
    table.loc["p1", "level"] = np.nan
    model = train_study_model(table, "level", FEATURES, name="Village", repeats=1)
    assert (model.n, model.n_incomplete, model.levels) == (118, 2, ["0", "1"])
    assert "2 left out as incomplete, nothing imputed" in card_text(model)


def test_few_people_for_many_features_are_warned_about() -> None:
    model = train_study_model(_table(30), "level", FEATURES, name="Village", repeats=1)
    assert "15 people on the smaller side of a level for 2 features" in model.warnings[0]
    assert model.warnings[0] in card_text(model)


def _text_labels(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(level=table["level"].map({0: "no", 1: "yes"}))


@pytest.mark.parametrize(
    ("table", "changes", "message"),
    [
        (_table(18), {}, "Too few people for a model"),
        (_table(), {"features": ["speed", "grip"]}, "no column grip"),
        (_table(), {"features": []}, "No feature is given"),
        (_table(), {"features": ["speed", "speed"]}, "named twice"),
        (_table(), {"features": ["speed", "level"]}, "the label is also a feature"),
        (_text_labels(_table()), {}, "order of the label's values is not known: (no, yes|yes, no)"),
        (_text_labels(_table()), {"levels": ["no", "maybe"]}, "not among the levels: yes"),
        (_table().assign(speed="fast"), {}, "Not all values are numbers in: speed"),
        (_table().assign(moment=1.0), {}, "Everybody has the same value of: moment"),
        (_table().set_axis(["p"] * 120), {}, "People occur more than once"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(table: pd.DataFrame, changes: dict[str, object], message: str) -> None:
    arguments = {"features": FEATURES} | changes
    with pytest.raises(SettingsError, match=message):
        train_study_model(table, "level", name="Village", repeats=1, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("feature", "hint"),
    [
        ("speeed", "Did you mean speed? The table has 104 columns."),
        ("time@sts", "Did you mean time@sit-to-stand/five-times or time@sit-to-stand/30s? The table has 104 columns."),
        ("qqqq", "The table has 104 columns: speed, moment, level; 101 are INDICATOR@MOVEMENT, such as x0@walk."),
    ],
)
def test_of_a_hundred_columns_those_that_may_be_meant_are_told(feature: str, hint: str) -> None:
    more = {f"x{k}@walk": 1.0 for k in range(99)} | {"time@sit-to-stand/five-times": 1.0, "time@sit-to-stand/30s": 1.0}
    table = pd.concat([_table(), pd.DataFrame(more, index=_table().index)], axis=1)
    with pytest.raises(SettingsError, match=f"no column {feature}") as refused:
        train_study_model(table, "level", ["speed", feature], name="Village", repeats=1)
    assert refused.value.hint == hint


def test_levels_told_apart_completely_do_not_pass_for_an_ordinal_model() -> None:
    table = _table(90, levels=3)
    table["speed"] = table["level"] + np.linspace(0.0, 0.1, 90)
    with pytest.raises(SettingsError, match="does not converge"):
        train_study_model(table, "level", FEATURES, name="Village", repeats=1)


def test_the_card_says_what_must_be_known(binary: StudyModel, tmp_path: Path) -> None:
    card = card_text(binary)
    for text in (
        "Model of the study Village", "Not intended to diagnose", "that study's own", "120 people", "0 60, 1 60",
        "nested", "No other cohort has been predicted", "AUC 0.5 is chance",
    ):  # fmt: skip
        assert text in card
    assert "Synthetic" not in card
    assert "Synthetic data" in card_text(binary.model_copy(update={"synthetic": True}))
    save_calibration_plot(binary, tmp_path / "calibration.svg")
    assert (tmp_path / "calibration.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be opened"):
        load_study_model(tmp_path)
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"not a study's model of schema 1\.0"):
        load_study_model(tmp_path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda found: found["covariance"].pop(), "not a row and a column for each coefficient and threshold"),
        (lambda found: found["covariance"][0].pop(), "not a row and a column for each coefficient and threshold"),
        (lambda found: found["covariance"][0].__setitem__(1, 9.0), "not symmetric, or gives a negative variance"),
        (lambda found: found["covariance"][0].__setitem__(0, -1.0), "not symmetric, or gives a negative variance"),
        (lambda found: found["covariance"][0].__setitem__(0, float("nan")), "finite number"),
        (lambda found: found["thresholds"].append(9.0), "thresholds are not one less than levels"),
        (lambda found: found["thresholds"].reverse(), "thresholds are not one less than levels, ascending"),
        (lambda found: found["levels"].pop(), "kind, levels and counts do not fit together"),
        (lambda found: found["counts"].pop(), "kind, levels and counts do not fit together"),
        (lambda found: found["levels"].__setitem__(0, "possible"), "a feature or a level is there twice"),
        (lambda found: found["features"][0].__setitem__("name", "moment"), "a feature or a level is there twice"),
        (lambda found: found["features"][0].__setitem__("mean", float("inf")), "finite number"),
        (lambda found: found["features"].clear(), "at least 1 item"),
    ],
)
def test_numbers_that_do_not_fit_together_are_refused(
    ordinal: StudyModel, tmp_path: Path, damage: Callable[[dict[str, Any]], object], message: str
) -> None:
    found = json.loads(ordinal.model_dump_json())
    damage(found)
    (tmp_path / "model.json").write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(SettingsError, match=f"not a study's model of schema 1.0: .*{message}"):
        load_study_model(tmp_path)
