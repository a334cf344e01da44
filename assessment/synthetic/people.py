"""Who takes part in a synthetic cohort: people of the training population, and how fast they truly are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import SettingsError
from rl_scaling.people.anthropometry import BinarySex
from rl_scaling.people.population import OLDER_ADULTS, Person, ages, draw_person

Array = NDArray[np.float64]

# What the tables below reach to.
AGE_RANGE_YEARS = (65.0, 90.0)
SEXES: tuple[BinarySex, ...] = ("f", "m")
# Five-times sit-to-stand [s] at the middle of three decades: half-way between a meta-analysis (Bohannon 2006, Percept
# Mot Skills 103:215, second hand) and at-home videos (Boswell 2023: 12.8 s in the sixties, 15.5 s beyond); spread as of
# the 62 videos of people over 60, less what chairs and clocks of their own add (assumed).
FIVE_TIMES_AGES, FIVE_TIMES_S, FIVE_TIMES_LOG_SD = (65.0, 75.0, 85.0), (12.1, 14.0, 15.2), 0.25
# Faster than this the movement of the example would have to let its body fall.
FIVE_TIMES_RANGE_S = (9.5, 30.0)
# Usual gait speed [m/s] at the middle of the same decades: meta-analysis (Bohannon and Andrews 2011, Physiotherapy
# 97:182; recalled), women and men; spread of the training population.
SPEED_M_S = {"f": (1.24, 1.13, 0.94), "m": (1.34, 1.26, 0.97)}
SPEED_SD, SPEED_RANGE_M_S = 0.20, (0.5, 1.45)
# Grip strength [kg], better hand, at the same ages: British cohorts (Dodds 2014, PLoS One 9:e113637; recalled).
GRIP_KG = {"f": (24.5, 21.5, 16.5), "m": (40.0, 35.0, 28.5)}
GRIP_SD_KG, LEAST_GRIP_KG = {"f": 5.0, "m": 7.5}, 5.0
# Part of the variance of each that people share: who rises slowly also walks slowly (assumed; correlation 0.5).
SHARED = 0.5
# Chairs of clinics [m].
SEAT_HEIGHTS_M = (0.43, 0.45, 0.46)
# What a group's effect may change, by how much at most, and what it cannot lead beyond: what movements can be made for.
EFFECTS = ("five_times_sit_to_stand_time", "gait_speed")
EFFECT_RANGE = (0.5, 2.0)
FIVE_TIMES_LIMITS_S, SPEED_LIMITS_M_S = (9.5, 60.0), (0.35, 1.45)


@dataclass(frozen=True)
class Effect:
    """What is known to be different in a group.

    Attributes
    ----------
    group : str
    indicator : str
        One of `EFFECTS`.
    factor : float
        What the person's own value is multiplied by.
    """

    group: str
    indicator: str
    factor: float


@dataclass(frozen=True)
class Population:
    """Whom a cohort is drawn from.

    Attributes
    ----------
    age_years : tuple of float
        Youngest and oldest.
    sexes : tuple of {'f', 'm'}
    effects : tuple of Effect
        Groups are ``reference`` and those named here; without any, nobody belongs to a group.

    Raises
    ------
    SettingsError
        An age is outside what the tables reach to, or an effect is none.
    """

    age_years: tuple[float, float] = AGE_RANGE_YEARS
    sexes: tuple[BinarySex, ...] = SEXES
    effects: tuple[Effect, ...] = ()

    def __post_init__(self) -> None:
        (low, high), (youngest, oldest) = self.age_years, AGE_RANGE_YEARS
        if not youngest <= low <= high <= oldest:
            raise SettingsError(
                f"Ages from {low:g} to {high:g} are not available.",
                hint=f"Accepted: from {youngest:g} to {oldest:g} years, the lower age first, such as 65-90.",
            )
        for effect in self.effects:
            _check_effect(effect)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups; the first is the one that effects are relative to."""
        return tuple(dict.fromkeys((REFERENCE, *(effect.group for effect in self.effects)))) if self.effects else ()


REFERENCE = "reference"


@dataclass(frozen=True)
class Participant:
    """A fictional person of a cohort.

    Attributes
    ----------
    number : int
        From 1.
    person : Person
    group : str or None
    five_times_s : float
        Time that five rises are planned to take [s]; the truth is what the movement then shows.
    speed_m_s : float
        Walking [m/s].
    grip_kg : float
        Of the better hand.
    seat_height_m : float
        Of the chair.
    """

    number: int
    person: Person
    group: str | None
    five_times_s: float
    speed_m_s: float
    grip_kg: float
    seat_height_m: float

    @property
    def code(self) -> str:
        """Study code, such as ``S000001``."""
        return f"S{self.number:06d}"


def participant(population: Population, number: int, generator: np.random.Generator) -> Participant:
    """Draw one participant; depends on the generator and the number alone, not on how many there are."""
    sex: BinarySex = population.sexes[int(generator.integers(len(population.sexes)))]
    age_years = float(generator.uniform(*population.age_years))
    names = [name for name in OLDER_ADULTS if ages(name, sex)[0] <= age_years <= ages(name, sex)[1]]
    person = draw_person(names[int(generator.integers(len(names)))], sex, age_years, generator)
    shared, *own = generator.standard_normal(4)
    strong = np.sqrt(SHARED) * shared + np.sqrt(1.0 - SHARED) * np.array(own)
    groups = population.groups
    group = groups[(number - 1) % len(groups)] if groups else None
    factor = {effect.indicator: effect.factor for effect in population.effects if effect.group == group}
    five_times_s = float(np.exp(np.log(_at(age_years, FIVE_TIMES_S)) - FIVE_TIMES_LOG_SD * strong[0]))
    speed_m_s = _at(age_years, SPEED_M_S[sex]) + SPEED_SD * float(strong[1])
    grip_kg = _at(age_years, GRIP_KG[sex]) + GRIP_SD_KG[sex] * float(strong[2])
    return Participant(
        number=number,
        person=person,
        group=group,
        five_times_s=_within(
            _within(five_times_s, FIVE_TIMES_RANGE_S) * factor.get("five_times_sit_to_stand_time", 1.0),
            FIVE_TIMES_LIMITS_S,
        ),
        speed_m_s=_within(_within(speed_m_s, SPEED_RANGE_M_S) * factor.get("gait_speed", 1.0), SPEED_LIMITS_M_S),
        grip_kg=round(max(grip_kg, LEAST_GRIP_KG), 1),
        seat_height_m=SEAT_HEIGHTS_M[int(generator.integers(len(SEAT_HEIGHTS_M)))],
    )


def _at(age_years: float, values: tuple[float, ...]) -> float:
    return float(np.interp(age_years, FIVE_TIMES_AGES, values))


def _within(value: float, limits: tuple[float, float]) -> float:
    return float(np.clip(value, *limits))


def _check_effect(effect: Effect) -> None:
    low, high = EFFECT_RANGE
    if effect.indicator not in EFFECTS:
        raise SettingsError(
            f"An effect on {effect.indicator!r} cannot be given.", hint=f"Accepted: {', '.join(EFFECTS)}."
        )
    if effect.group == REFERENCE or not effect.group.isidentifier():
        raise SettingsError(
            f"A group cannot be called {effect.group!r}.",
            hint=f"Give a name of letters, digits and underscores, other than {REFERENCE!r}, the group without effect.",
        )
    if not low <= effect.factor <= high:
        raise SettingsError(f"An effect of {effect.factor:g} is too large.", hint=f"Accepted: {low:g} to {high:g}.")
