"""The anthropometric prior: what height, mass, sex and age say about scale factors."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import ScalingError
from models.skeleton.tables import read_skeleton
from models.subject import Sex, Subject
from rl_scaling.people.anthropometry import height_lost_mm, parameters, prior, ties

LONG = ("femur_y", "tibia_y", "foot_x", "torso_y", "torso_z", "humerus_y", "forearm_y")
BODIES = tuple(body.name for body in read_skeleton().bodies)


def factors(subject: Subject) -> dict[str, float]:
    known = prior(subject)
    return dict(zip(known.parameters, np.exp(known.mean_log).tolist(), strict=True))


def spread(subject: Subject) -> dict[str, float]:
    known = prior(subject)
    return dict(zip(known.parameters, np.sqrt(np.diag(known.covariance)).tolist(), strict=True))


def test_the_generic_skeleton_is_the_expected_man_of_its_size() -> None:
    for name, factor in factors(Subject(1.70, 75.337, "m")).items():
        assert factor == pytest.approx(1.0, abs=0.02), name
    # Along the legs, model lengths and ANSUR's landmarks agree without being made to.
    assert factors(Subject(1.70, 75.337, "m"))["femur_y"] == pytest.approx(1.0, abs=0.003)
    assert factors(Subject(1.70, 75.337, "m"))["tibia_y"] == pytest.approx(1.0, abs=0.003)


@pytest.mark.parametrize("sex", ["f", "m", "unspecified"])
def test_lengths_grow_with_height_and_girths_with_mass(sex: Sex) -> None:
    people = [factors(Subject(height, 24.0 * height**2, sex)) for height in (1.45, 1.55, 1.65, 1.75, 1.85, 1.95)]
    for name in LONG:
        assert np.all(np.diff([person[name] for person in people]) > 0), name
    slim, heavy = factors(Subject(1.65, 55.0, sex)), factors(Subject(1.65, 90.0, sex))
    for name in ("pelvis_z", "femur_x", "tibia_x", "torso_x", "foot_z"):
        assert heavy[name] > slim[name]
    assert heavy["femur_y"] == pytest.approx(slim["femur_y"], abs=0.02)


@pytest.mark.parametrize(
    "subject",
    [Subject(1.70, 75.0, "m"), Subject(1.52, 57.0, "f", 85.0), Subject(1.60, 130.0, "unspecified", 70.0)],
)
def test_the_covariance_is_one_and_leaves_what_no_measure_informs_wide(subject: Subject) -> None:
    covariance = prior(subject).covariance
    np.testing.assert_allclose(covariance, covariance.T, atol=1e-15)
    assert np.linalg.eigvalsh(covariance).min() > 1e-5
    sd = spread(subject)
    assert sd["humerus_x"] >= 0.1
    assert sd["forearm_z"] >= 0.1
    assert sd["femur_y"] < 0.07


def test_correlations_are_those_of_ansur_once_mass_is_known() -> None:
    known = prior(Subject(1.70, 75.0, "m"))
    row, column = (known.parameters.index(name) for name in ("tibia_y", "forearm_y"))
    sd = np.sqrt(np.diag(known.covariance))
    # Men: shank and forearm 0.481, with mass -0.109 and 0.022 (docs/population.md).
    forearm_mass, partial = 0.022, 0.481 + 0.109 * 0.022
    partial /= np.sqrt((1 - 0.109**2) * (1 - forearm_mass**2))
    own = (13.94 / 402.8) * (10.78 / 258.8)
    assert known.covariance[row, column] == pytest.approx(partial * own, rel=0.02)
    assert known.covariance[row, column] < sd[row] * sd[column] * partial  # what axes have of their own loosens it


def test_unspecified_sex_has_the_moments_of_an_even_mixture() -> None:
    generator = np.random.default_rng(0)
    draws = np.concatenate([prior(Subject(1.65, 65.0, sex)).sample(40000, generator) for sex in ("f", "m")])
    mixed = prior(Subject(1.65, 65.0, "unspecified"))
    np.testing.assert_allclose(draws.mean(axis=0), mixed.mean_log, atol=0.002)
    np.testing.assert_allclose(np.cov(draws.T), mixed.covariance, atol=3e-4)


def test_samples_have_the_moments_they_are_drawn_from() -> None:
    known = prior(Subject(1.55, 60.0, "f", 78.0))
    draws = known.sample(40000, np.random.default_rng(1))
    np.testing.assert_allclose(draws.mean(axis=0), known.mean_log, atol=0.002)
    np.testing.assert_allclose(np.cov(draws.T), known.covariance, atol=2e-4)


def test_height_lost_with_age_follows_sorkin() -> None:
    assert height_lost_mm(70.0, "m") == pytest.approx(30.0, rel=0.02)
    assert height_lost_mm(80.0, "m") == pytest.approx(50.0, rel=0.02)
    assert height_lost_mm(70.0, "f") == pytest.approx(50.0, rel=0.02)
    assert height_lost_mm(80.0, "f") == pytest.approx(80.0, rel=0.02)
    assert height_lost_mm(25.0, "f") == height_lost_mm(None, "f") == 0.0


def test_old_people_keep_the_legs_of_their_youth_and_lose_trunk() -> None:
    lost_m = height_lost_mm(80.0, "f") / 1000.0
    young, old = Subject(1.60, 60.0, "f", 29.0), Subject(1.60 - lost_m, 60.0, "f", 80.0)
    then, now = factors(young), factors(old)
    for name in ("femur_y", "tibia_y", "foot_x", "humerus_y", "forearm_y", "pelvis_z"):
        assert now[name] == pytest.approx(then[name], rel=1e-9), name
    # Lumbar joint to C7 is 420 mm in the generic skeleton; 85 % of the loss comes off it.
    assert 420.0 * (then["torso_y"] - now["torso_y"]) == pytest.approx(0.85 * 1000.0 * lost_m, rel=1e-6)
    assert spread(old)["femur_y"] > spread(young)["femur_y"]  # how much a person lost is not known


def test_ties_give_both_sides_the_same_factors() -> None:
    matrix = ties(BODIES)
    assert matrix.shape == (3 * len(BODIES), len(parameters()))
    np.testing.assert_array_equal(matrix.sum(axis=1), 1.0)
    scales = (matrix @ np.arange(21.0)).reshape(-1, 3)
    for body in BODIES:
        if body.endswith("_r"):
            mirror = BODIES.index(body.removesuffix("_r") + "_l")
            np.testing.assert_array_equal(scales[BODIES.index(body)], scales[mirror])
    np.testing.assert_array_equal(scales[BODIES.index("femur_r")], [3.0, 4.0, 5.0])
    np.testing.assert_array_equal(scales[BODIES.index("patella_l")], [3.0, 4.0, 5.0])
    np.testing.assert_array_equal(ties(("torso", "pelvis"))[:3], ties(("pelvis", "torso"))[3:])


def test_a_body_of_no_segment_is_refused() -> None:
    with pytest.raises(ScalingError, match=r"'tail' belongs to no segment.*Bodies known .*pelvis, femur"):
        ties(("pelvis", "tail"))
