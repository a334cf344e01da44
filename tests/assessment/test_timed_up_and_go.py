"""Timed up and go: phases where they are known, and what is withheld where one is missing."""

from __future__ import annotations

import numpy as np
import pytest

from assessment.activities import Activity
from assessment.catalogue import catalogue
from assessment.gait.passes import find_route
from assessment.indicators import Indicator, TrialResults
from assessment.indicators.timed_up_and_go import compute
from assessment.repetitions import Repetition, find_repetitions
from models.subject import Subject
from pipeline.quality import Mark, Quality
from pipeline.trajectories import Kinematics
from tests.assessment import movements

TUG = Activity("timed-up-and-go", 1.0, ())
AT = movements.TUG_TIMES_S
PASSAGE = movements.timed_up_and_go()


def passage(kinematics: Kinematics) -> Repetition:
    (found,) = find_repetitions(TUG, kinematics)
    return found


def indicators(kinematics: Kinematics) -> dict[str, Indicator]:
    subject = Subject(height_m=1.70, mass_kg=60.0, sex="f")
    found = find_repetitions(TUG, kinematics)
    results = TrialResults(
        TUG, found, kinematics, None, None, None, subject, Quality(), Quality.withheld("No contact forces.")
    )
    return {indicator.name: indicator for indicator in compute(results)}


@pytest.mark.parametrize(
    "kinematics",
    [
        PASSAGE,
        movements.timed_up_and_go(second_turn=-1.0),
        movements.mirrored(PASSAGE),
        movements.facing(PASSAGE, np.radians(-100.0), (2.0, 0.3, 1.0)),
        movements.resampled(PASSAGE, 120.0),
        movements.noisy(PASSAGE),
    ],
    ids=["as made", "turning back", "mirrored", "facing elsewhere", "120 Hz", "noisy"],
)
def test_phases_are_where_they_were_made(kinematics: Kinematics) -> None:
    found = passage(kinematics)
    assert found.complete
    assert list(found.events) == [
        "start", "seat_off", "stand", "walk_start", "turn_start", "turn_stop", "turn2_start", "turn2_stop", "sit",
    ]  # fmt: skip
    assert found.events["start"] == pytest.approx(AT["start"] + 0.05, abs=0.1)
    assert AT["rise"] < found.events["seat_off"] < AT["stand"]
    # Smoothly straightened knees bring 95 % of the height 0.26 s before their end.
    assert found.events["stand"] == pytest.approx(AT["stand"] - 0.26, abs=0.06)
    for event in ("walk_start", "turn_start", "turn_stop", "turn2_start", "turn2_stop"):
        assert found.events[event] == pytest.approx(AT[event], abs=0.2)
    assert AT["descent"] < found.events["sit"] < AT["seated"]
    assert (found.start_s, found.stop_s) == (found.events["start"], found.events["sit"])


def test_the_phases_add_up_to_the_whole_time() -> None:
    found = indicators(PASSAGE)
    assert set(found) == {name for name, declared in catalogue().items() if declared.tasks == ("timed-up-and-go",)}
    assert all(indicator.quality.mark is Mark.REPORTED for indicator in found.values())
    values = {name: indicator.value or 0.0 for name, indicator in found.items()}
    # The far turn takes 2 s, the rate of a smooth turn is at most 15/8 of its mean; filtered, a little less.
    assert values["tug_turn_time"] == pytest.approx(2.0, abs=0.3)
    assert values["tug_peak_turn_velocity"] == pytest.approx(90.0 * 15 / 8, rel=0.15)
    waiting_s = passage(PASSAGE).events["walk_start"] - passage(PASSAGE).events["stand"]
    phases = ("tug_rise_time", "tug_walk_out_time", "tug_turn_time", "tug_walk_back_time", "tug_turn_to_sit_time")
    assert values["timed_up_and_go_time"] == pytest.approx(sum(values[name] for name in phases) + waiting_s)
    assert values["timed_up_and_go_time"] == pytest.approx(AT["seated"] - AT["start"], abs=0.4)


@pytest.mark.parametrize(("way_m", "mark"), [(2.0, Mark.WITH_CAUTION), (3.0, Mark.REPORTED), (4.0, Mark.WITH_CAUTION)])
def test_a_way_that_cannot_be_three_metres_puts_a_caution_on_the_time(way_m: float, mark: Mark) -> None:
    time = indicators(movements.timed_up_and_go(way_m))["timed_up_and_go_time"]
    assert time.quality.mark is mark
    if mark is Mark.WITH_CAUTION:
        assert "the test asks for 3 m" in time.quality.reasons[0]


@pytest.mark.parametrize(
    ("stop_s", "missing"),
    [(11.3, "Sitting down again is not seen."), (8.0, "No turn in front of the seat is seen.")],
)
def test_a_passage_that_is_cut_off_withholds_what_it_does_not_show(stop_s: float, missing: str) -> None:
    found = indicators(movements.timed_up_and_go(stop_s=stop_s))
    assert found["timed_up_and_go_time"].value is None
    assert missing in found["timed_up_and_go_time"].quality.reasons[0]
    assert found["tug_turn_to_sit_time"].value is None
    assert found["tug_turn_time"].value == pytest.approx(2.0, abs=0.3)


def test_a_recording_that_starts_while_the_trunk_leans_puts_a_caution_on_the_times_from_there() -> None:
    found = indicators(movements.from_s(PASSAGE, 0.65))
    late = {name for name, indicator in found.items() if indicator.quality.mark is Mark.WITH_CAUTION}
    assert late == {"timed_up_and_go_time", "tug_rise_time"}
    assert "trunk already moves forward" in found["tug_rise_time"].quality.reasons[0]
    cut = passage(movements.from_s(PASSAGE, 1.2))
    assert not cut.complete
    assert cut.note.startswith("The recording starts during the rise.")


def test_a_turn_takes_as_long_in_a_walk_as_in_the_test() -> None:
    far, near = find_route(PASSAGE).turns
    events = passage(PASSAGE).events
    assert (far.start_s, far.stop_s) == (events["turn_start"], events["turn_stop"])
    assert (near.start_s, near.stop_s) == (events["turn2_start"], events["turn2_stop"])


def test_a_trial_in_which_nobody_rises_withholds_everything() -> None:
    found = indicators(movements.walk())
    assert all(indicator.value is None for indicator in found.values())
    assert "No rise from a seat" in found["timed_up_and_go_time"].quality.reasons[0]
