"""Synthetic people: who is drawn, and the scale factors they have."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import SettingsError
from models.skeleton.tables import read_skeleton
from rl_scaling.people.anthropometry import parameters, prior, ties
from rl_scaling.people.population import ADULTS, BMI_RANGE, OLDER_ADULTS, populations, sample_people
from rl_scaling.people.tables import read_rows

BODIES = tuple(body.name for body in read_skeleton().bodies)


def test_older_americans_have_the_stature_and_build_of_the_table() -> None:
    people = sample_people(("us_older",), 1500, np.random.default_rng(3))
    women = [one.subject for one in people if one.subject.sex == "f" and 70 <= (one.subject.age_years or 0.0) < 80]
    heights = np.array([one.height_m for one in women])
    bmi = np.array([one.mass_kg / one.height_m**2 for one in women])
    assert heights.mean() == pytest.approx(1.613, abs=0.012)
    assert heights.std() == pytest.approx(0.063, abs=0.008)
    assert np.median(bmi) == pytest.approx(26.8, abs=1.0)
    assert np.log(bmi).std() == pytest.approx(0.18, abs=0.025)


def test_ages_sexes_and_populations_are_mixed() -> None:
    older = sample_people(OLDER_ADULTS, 400, np.random.default_rng(0))
    ages = [one.subject.age_years or 0.0 for one in older]
    assert min(ages) >= 65.0
    assert max(ages) <= 90.0
    assert {one.population for one in older} == set(OLDER_ADULTS)
    assert 0.4 < np.mean([one.subject.sex == "f" for one in older]) < 0.6
    adults = sample_people(ADULTS, 200, np.random.default_rng(0))
    assert max(one.subject.age_years or 0.0 for one in adults) < 65.0
    for one in (*older, *adults):
        bmi = one.subject.mass_kg / one.subject.height_m**2
        assert BMI_RANGE[0] - 0.1 < bmi < BMI_RANGE[1] + 0.1


def test_true_factors_come_from_the_persons_own_prior() -> None:
    people = sample_people(("us_adults",), 1500, np.random.default_rng(1))
    whitened = []
    for person in people:
        known = prior(person.subject)
        factor = np.linalg.cholesky(known.covariance)
        whitened.append(np.linalg.solve(factor, person.log_factors - known.mean_log))
    z = np.array(whitened)
    np.testing.assert_allclose(z.mean(axis=0), 0.0, atol=0.12)
    np.testing.assert_allclose(z.std(axis=0), 1.0, atol=0.08)


def test_left_and_right_differ_by_the_leg_difference_only() -> None:
    person = max(sample_people(("us_adults",), 50, np.random.default_rng(2)), key=lambda one: abs(one.leg_difference_m))
    scales = person.log_scales(BODIES)
    symmetric = (ties(BODIES) @ person.log_factors).reshape(-1, 3)
    for body in ("pelvis", "torso", "humerus_r", "calcn_l"):
        np.testing.assert_array_equal(scales[BODIES.index(body)], symmetric[BODIES.index(body)])

    def leg_m(side: str) -> float:
        thigh, shank = (np.exp(scales[BODIES.index(f"{segment}_{side}"), 1]) for segment in ("femur", "tibia"))
        return 0.404 * thigh + 0.402 * shank

    assert leg_m("r") - leg_m("l") == pytest.approx(person.leg_difference_m, rel=1e-6)
    mean = parameters().index("femur_y")
    assert np.exp(scales[BODIES.index("femur_r"), 1]) + np.exp(scales[BODIES.index("femur_l"), 1]) == pytest.approx(
        2.0 * np.exp(person.log_factors[mean])
    )


def test_leg_differences_have_the_published_mean() -> None:
    people = sample_people(("us_adults",), 1500, np.random.default_rng(4))
    assert np.mean([abs(one.leg_difference_m) for one in people]) == pytest.approx(0.0052, abs=0.0004)


def test_the_same_seed_gives_the_same_people() -> None:
    one, other = (sample_people(OLDER_ADULTS, 5, np.random.default_rng(9)) for _ in range(2))
    assert [person.subject for person in one] == [person.subject for person in other]
    np.testing.assert_array_equal(one[4].log_factors, other[4].log_factors)


def test_an_unknown_population_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"no population mars\..*us_adults, us_older"):
        sample_people(("us_older", "mars"), 1, np.random.default_rng(0))
    assert populations() == ("us_adults", "us_older", "korea_adults", "korea_older")


def test_every_row_says_how_its_figures_are_known() -> None:
    for row in read_rows("people.csv"):
        assert any(word in row["how"] for word in ("read", "computed", "second hand", "recalled"))
        assert row["source"]
