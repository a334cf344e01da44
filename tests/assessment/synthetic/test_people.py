"""Who takes part in a synthetic cohort, and what an effect does to them."""

from __future__ import annotations

import numpy as np
import pytest

from assessment.synthetic.people import Effect, Participant, Population, participant
from models.errors import SettingsError

N = 400


def drawn(population: Population, n: int = N) -> list[Participant]:
    return [participant(population, number, np.random.default_rng((5, number))) for number in range(1, n + 1)]


def test_ages_and_sexes_are_those_asked_for():
    people = drawn(Population(age_years=(70.0, 79.0), sexes=("m",)), 60)
    subjects = [one.person.subject for one in people]
    assert {subject.sex for subject in subjects} == {"m"}
    assert min(subject.age_years for subject in subjects) >= 70
    assert max(subject.age_years for subject in subjects) < 79


def test_people_slow_down_with_age():
    people = drawn(Population())
    age = np.array([one.person.subject.age_years for one in people])
    test_s, speed = (np.array([getattr(one, name) for one in people]) for name in ("five_times_s", "speed_m_s"))
    assert test_s[age >= 80].mean() - test_s[age < 72].mean() > 1.5
    assert speed[age < 72].mean() - speed[age >= 80].mean() > 0.15
    assert -0.75 < np.corrcoef(test_s, speed)[0, 1] < -0.35


def test_an_effect_changes_its_group_and_nothing_else():
    plain = drawn(Population(), 40)
    changed = drawn(Population(effects=(Effect("slow", "five_times_sit_to_stand_time", 1.2),)), 40)
    assert [one.group for one in changed[:4]] == ["reference", "slow", "reference", "slow"]
    assert all(one.group is None for one in plain)
    for before, after in zip(plain, changed, strict=True):
        assert after.person.subject == before.person.subject
        assert after.speed_m_s == before.speed_m_s
        if after.group == "reference":
            assert after.five_times_s == before.five_times_s
        elif before.five_times_s > 9.5 and after.five_times_s < 30.0:
            assert after.five_times_s == pytest.approx(1.2 * before.five_times_s)


@pytest.mark.parametrize("ages", [(60.0, 80.0), (70.0, 95.0), (80.0, 70.0)])
def test_ages_without_figures_are_refused(ages):
    with pytest.raises(SettingsError, match="not available") as refused:
        Population(age_years=ages)
    assert "65 to 90" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        (Effect("slow", "grip", 0.9), "five_times_sit_to_stand_time"),
        (Effect("reference", "gait_speed", 0.9), "without effect"),
        (Effect("slow", "gait_speed", 9.0), "0.5 to 2"),
    ],
)
def test_effects_that_are_none_are_refused(effect, says):
    with pytest.raises(SettingsError) as refused:
        Population(effects=(effect,))
    assert says in str(refused.value.hint)
