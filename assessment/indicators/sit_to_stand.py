"""Rising from a chair: trunk, centre of mass, power measured from it, and the power of the field equation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assessment.indicators import timing
from assessment.indicators.base import Indicator, TrialResults
from assessment.indicators.slopes import slope_over_repetitions
from assessment.indicators.starts import of_start
from assessment.motion import Motion, describe_motion, on_clock
from assessment.repetitions import Repetition
from models.gravity import GRAVITY_M_PER_S2
from models.subject import Subject
from pipeline.quality import Mark, Quality
from pipeline.trajectories import Array

# Alcazar 2018, Exp Gerontol 112:38: 90 % of the mass is lifted, the legs are half of the height, and rising takes half
# of the time of a repetition.
MASS_SHARE, LEG_SHARE, RISING_SHARE = 0.9, 0.5, 0.5
FIVE = 5
# Less is not lifted by anybody who rises from a chair: the seat's or the person's height is mistyped [m].
LEAST_LIFT_M = 0.10
# A tape measure between floor and seat, and a stadiometer [m].
SEAT_ERROR_M, HEIGHT_ERROR_M = 0.01, 0.01
NO_TRUNK = "The model has no lumbar joint: how far the trunk leans is not known."
NO_SEAT_HEIGHT = (
    "The field equation needs the height of the seat, as measured (form field 'Seat height', or --seat-height-m): 2 cm "
    "change the power by 5 %."
)


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Trunk flexion and its speed, rise velocity and power of every complete rise; power of the field equation."""
    if results.activity.name != "sit-to-stand":
        return
    motion = describe_motion(results.kinematics)
    lean_deg = np.degrees(motion.trunk_lean_rad)
    lean_deg_s = np.gradient(lean_deg, motion.time_s)
    centre = _Rising.of(results, motion)
    powers_w: dict[int, float] = {}
    for repetition in results.complete_repetitions:
        rise = _between(motion.time_s, repetition, "rise_start", "stand")
        index = repetition.index
        trunk = of_start(motion, repetition) if motion.trunk_known else Quality.withheld(NO_TRUNK)
        for name, value in (
            ("peak_trunk_flexion", np.max(lean_deg[rise])),
            ("peak_trunk_flexion_velocity", np.max(lean_deg_s[rise])),
            ("peak_trunk_extension_velocity", -np.min(lean_deg_s[rise])),
        ):
            yield results.indicator(name, float(value), trunk, repetition=index)
        if centre is not None:
            powers_w[index] = centre.mean_power_w(repetition)
            yield from centre.indicators(results, repetition, rise)
    if centre is not None:
        yield from slope_over_repetitions(results, "mean_rise_power_per_kg_slope", powers_w, results.subject.mass_kg)
    yield from _field_equation(results)


class _Rising:
    """Vertical motion of the centre of mass and the power that lifts it."""

    def __init__(self, time_s: Array, height_m: Array, mass_kg: float) -> None:
        self.time_s, self.height_m, self.mass_kg = time_s, height_m, mass_kg
        self.speed_m_s = np.gradient(height_m, time_s)
        self.power_w = mass_kg * (GRAVITY_M_PER_S2 + np.gradient(self.speed_m_s, time_s)) * self.speed_m_s

    @classmethod
    def of(cls, results: TrialResults, motion: Motion) -> _Rising | None:
        if results.landmarks is None:
            return None
        marks = results.landmarks
        height_m = on_clock(marks.time_s, marks["centre_of_mass"][:, 1], motion.time_s)
        return cls(motion.time_s, height_m, results.subject.mass_kg)

    def mean_power_w(self, repetition: Repetition) -> float:
        """Gain of potential and kinetic energy from seat-off to full stand, over the time it takes [W]."""
        times = np.array([repetition.events["seat_off"], repetition.events["stand"]])
        height, speed = np.interp(times, self.time_s, self.height_m), np.interp(times, self.time_s, self.speed_m_s)
        energy = self.mass_kg * (GRAVITY_M_PER_S2 * height + 0.5 * speed**2)
        return float((energy[1] - energy[0]) / max(times[1] - times[0], 1e-3))

    def indicators(self, results: TrialResults, repetition: Repetition, rise: slice) -> Iterator[Indicator]:
        index, mass = repetition.index, self.mass_kg
        yield results.indicator("peak_rise_velocity", float(np.max(self.speed_m_s[rise])), repetition=index)
        for name, power_w in (
            ("mean_rise_power", self.mean_power_w(repetition)),
            ("peak_rise_power", float(np.max(self.power_w[rise]))),
        ):
            yield results.indicator(name, power_w, repetition=index)
            yield results.indicator(f"{name}_per_kg", power_w / mass, repetition=index)


def field_power_w(mass_kg: float, height_m: float, seat_height_m: float, time_s: float, repetitions: int) -> float:
    """Mean power of rising by the field equation of the sit-to-stand muscle power test [W].

    Alcazar 2018, Exp Gerontol 112:38, doi:10.1016/j.exger.2018.08.006: 0.9 m g (0.5 H - h_seat) / (0.5 T / n).

    Parameters
    ----------
    mass_kg, height_m : float
        Of the person.
    seat_height_m : float
        Over the floor.
    time_s : float
        Time that all repetitions take together: of five rises, or 30 s.
    repetitions : int
    """
    lifted_m = LEG_SHARE * height_m - seat_height_m
    return MASS_SHARE * mass_kg * GRAVITY_M_PER_S2 * lifted_m / (RISING_SHARE * time_s / repetitions)


def _field_equation(results: TrialResults) -> Iterator[Indicator]:
    """Of a five-times test; its time is the one that is reported."""
    name, five = "sit_to_stand_power_field", _five_times(results)
    if five is None:
        return
    subject, seat_m = results.subject, results.seat_height_m
    why = Quality.withheld(NO_SEAT_HEIGHT) if seat_m is None else five.quality
    if seat_m is not None and LEG_SHARE * subject.height_m - seat_m < LEAST_LIFT_M:
        why = Quality.withheld(
            f"A seat of {seat_m:.2f} m is too high for the equation and a person of {subject.height_m:.2f} m: half of "
            "the height must be at least 0.10 m more."
        )
    if seat_m is None or five.value is None or why.mark is Mark.WITHHELD:
        yield results.indicator(name, None, why)
        yield results.indicator(f"{name}_per_kg", None, why)
        return
    power_w = field_power_w(subject.mass_kg, subject.height_m, seat_m, five.value, FIVE)
    error_w = power_w * _field_error(subject, seat_m, five)
    quality = Quality(five.quality.mark, five.quality.reasons)
    yield results.indicator(name, power_w, quality, standard_error=error_w)
    yield results.indicator(
        f"{name}_per_kg", power_w / subject.mass_kg, quality, standard_error=error_w / subject.mass_kg
    )


def _field_error(subject: Subject, seat_m: float, five: Indicator) -> float:
    """Relative error from those of the time, of the seat and of the height."""
    assert five.value is not None  # noqa: S101 - the caller has looked
    lifted_m = LEG_SHARE * subject.height_m - seat_m
    of_time = (five.standard_error or 0.0) / five.value
    return float(np.linalg.norm([of_time, SEAT_ERROR_M / lifted_m, LEG_SHARE * HEIGHT_ERROR_M / lifted_m]))


def _five_times(results: TrialResults) -> Indicator | None:
    found = (one for one in timing.compute(results) if one.name == "five_times_sit_to_stand_time")
    five = next(found, None)
    return None if five is None or (five.quality.mark is Mark.WITHHELD and not results.complete_repetitions) else five


def _between(time_s: Array, repetition: Repetition, first: str, last: str) -> slice:
    """Frames between two events, at least two of them."""
    start, stop = np.searchsorted(time_s, [repetition.events[first], repetition.events[last]])
    start = min(int(start), len(time_s) - 2)
    return slice(start, max(int(stop), start + 2))
