"""Which numbers come first: four to six of a session, on the screen and in the report alike."""

from __future__ import annotations

from dataclasses import dataclass

from assessment.presentation import SIDE_NAMES, places
from assessment.summary import Summary
from assessment.uncertainty import fixed
from assessment.uncertainty.measured import Measured, measured_values
from pipeline.quality import Mark

MOST = 6
# A number that could not be given is worth a place where something can be done about it; two of them are enough.
MOST_WITHHELD = 2

# Indicator, and the movements it is first looked at in; empty: any. In this order.
ORDER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("five_times_sit_to_stand_time", ()),
    ("thirty_second_sit_to_stand_count", ()),
    ("gait_speed", ()),
    ("timed_up_and_go_time", ()),
    ("sppb_score", ()),
    ("sit_to_stand_power_field_per_kg", ()),
    ("stance_held_time", ()),
    ("rise_duration", ("sit-to-stand",)),
    ("peak_knee_extension_moment_per_kg", ("sit-to-stand", "squat")),
    ("stride_length", ()),
    ("cadence", ()),
    ("number_of_repetitions", ("squat",)),
    ("repetition_duration", ("squat",)),
    ("pelvis_vertical_range", ("squat",)),
    ("peak_hip_extension_moment_per_kg", ("squat",)),
    ("sway_velocity", ()),
    ("lag_ankle_push_off_moment_per_kg", ()),
    ("lead_knee_extension_moment_per_kg", ()),
    ("repetition_duration", ("step-up", "pick-up")),
    ("pelvis_vertical_range", ("pick-up",)),
)


@dataclass(frozen=True)
class Headline:
    """One of these numbers of one movement, both sides.

    Attributes
    ----------
    sides : tuple of Measured
        Withheld ones included.
    """

    sides: tuple[Measured, ...]

    @property
    def given(self) -> tuple[Measured, ...]:
        """Sides that may be shown."""
        return tuple(one for one in self.sides if one.value is not None)

    @property
    def mark(self) -> Mark:
        """Of what is shown; withheld where nothing is."""
        marks = {one.mark for one in self.given}
        return Mark.WITHHELD if not marks else Mark.REPORTED if marks == {Mark.REPORTED} else Mark.WITH_CAUTION

    @property
    def reasons(self) -> tuple[str, ...]:
        """For the mark."""
        return tuple(dict.fromkeys(reason for one in self.sides for reason in one.reasons))

    @property
    def trials(self) -> tuple[str, ...]:
        """Names of the trials it is the mean of."""
        return tuple(dict.fromkeys(name for one in self.given for name, _ in one.trials))

    def trial_values(self, unit: str, factor: float = 1.0) -> tuple[tuple[str, str], ...]:
        """Side, empty of the whole body, and the value of each trial: ``("right", "Asym_0 2.5, Squats_0 1.3")``.

        Parameters
        ----------
        unit : str
            To show them in.
        factor : float
            From the unit they are in.
        """
        return tuple(
            (
                SIDE_NAMES[one.side] if one.side else "",
                ", ".join(f"{name} {fixed(factor * value, places(one.indicator, unit, None))}"
                          for name, value in one.trials),
            )
            for one in self.given
        )  # fmt: skip


def headlines(summary: Summary) -> list[Headline]:
    """What is looked at first; grip strength, where it was typed in, takes one of the places."""
    sides: dict[tuple[str, str], list[Measured]] = {}
    for one in measured_values(summary):
        sides.setdefault((one.indicator, one.activity), []).append(one)
    of_name = {key: Headline(tuple(found)) for key, found in sides.items()}
    ordered = [key for key in sorted(of_name, key=lambda key: rank(*key)) if is_first_looked_at(*key)]
    given = [key for key in ordered if of_name[key].given]
    withheld = [key for key in ordered if key not in given][:MOST_WITHHELD]
    most = MOST - (summary.clinical.grip_kg is not None)
    chosen = {*given[: MOST - len(withheld)], *withheld}
    return [of_name[key] for key in ordered if key in chosen][:most]


def rank(indicator: str, activity: str) -> int:
    """Place of an indicator of a movement (``sit-to-stand/five-times``); those without one come last."""
    movement = activity.partition("/")[0]
    found = (
        place for place, (name, movements) in enumerate(ORDER)
        if name == indicator and (not movements or movement in movements)
    )  # fmt: skip
    return next(found, len(ORDER))


def is_first_looked_at(indicator: str, activity: str) -> bool:
    """Whether it has a place."""
    return rank(indicator, activity) < len(ORDER)
