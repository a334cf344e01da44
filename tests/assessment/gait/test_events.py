"""Heel strikes and toe-offs: against known walks, and against force plates."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from assessment.gait.events import FootEvents
from assessment.gait.walk import describe_walk
from assessment.motion import SIDES
from benchmarks import gait_events
from pipeline.trajectories import Kinematics
from tests.assessment import movements
from tests.assessment.gait import walkers

PLATES_WITHIN_S = 0.030
SPEED_WITHIN_PERCENT = 2.0


def events_of(kinematics: Kinematics) -> FootEvents:
    (events,) = describe_walk(kinematics, walkers.landmarks(kinematics)).events
    return events


def times_s(events: FootEvents) -> list[np.ndarray]:
    return [found[side] for found in (events.heel_strikes_s, events.toe_offs_s) for side in SIDES]


def test_the_events_of_the_example_are_found() -> None:
    truth = tomllib.loads((walkers.TRUTH / "trials.toml").read_text(encoding="utf-8"))["walk"]
    events = events_of(walkers.example())
    for side in SIDES:
        # A heel strike in the first 50 ms cannot be seen.
        strikes_s = [time_s for time_s in truth[f"heel_strike_{side}"] if time_s > 0.05]
        offs_s = [time_s for time_s in truth[f"toe_off_{side}"] if time_s > 0.05]
        assert events.heel_strikes_s[side] == pytest.approx(strikes_s, abs=PLATES_WITHIN_S)
        found = events.toe_offs_s[side]
        assert len(found) >= len(offs_s) - 1
        assert all(np.min(np.abs(np.array(offs_s) - time_s)) < PLATES_WITHIN_S for time_s in found)


def test_events_do_not_depend_on_heading_clock_or_frame_rate() -> None:
    expected = times_s(events_of(walkers.straight()))
    assert [len(found) for found in expected] == [12, 11, 12, 12]
    for heading_rad in (1.0, 3.0):
        for found, known in zip(
            times_s(events_of(movements.facing(walkers.straight(), heading_rad))), expected, strict=True
        ):
            assert found == pytest.approx(known, abs=1e-3)
    for found, known in zip(times_s(events_of(movements.later(walkers.straight(), 20.0))), expected, strict=True):
        assert found == pytest.approx(known + 20.0, abs=1e-3)
    for rate_hz in (100.0, 120.0):
        for found, known in zip(
            times_s(events_of(walkers.at_rate(walkers.straight(), rate_hz))), expected, strict=True
        ):
            assert found == pytest.approx(known, abs=3e-3)


def test_the_mirror_exchanges_the_feet() -> None:
    here, there = events_of(walkers.straight()), events_of(movements.mirrored(walkers.straight()))
    # Her left and right foot are not quite alike.
    assert there.heel_strikes_s["l"] == pytest.approx(here.heel_strikes_s["r"], abs=0.005)
    assert there.toe_offs_s["r"] == pytest.approx(here.toe_offs_s["l"], abs=0.005)


def test_noise_moves_events_little() -> None:
    expected = times_s(events_of(walkers.straight()))
    for found, known in zip(times_s(events_of(movements.noisy(walkers.straight(), 3))), expected, strict=True):
        apart_s = np.array([np.min(np.abs(found - time_s)) for time_s in known])
        assert np.median(apart_s) < 0.03
        assert np.mean(apart_s < 0.08) > 0.9


@pytest.mark.parametrize("name", gait_events.LAB_WALKS)
def test_events_and_speed_of_a_lab_walk_are_those_of_its_plates(shared_data, name: str) -> None:
    data = shared_data(movements.LAB).parent
    walk = next(one for one in gait_events.lab_walks(data) if one.name == name)
    differences = list(gait_events.event_differences(walk))
    assert [event.kind for event, _ in differences] == ["heel strike", "toe-off", "heel strike", "toe-off"]
    for event, off_s in differences:
        assert abs(off_s) < PLATES_WITHIN_S, event
    _, off_percent = gait_events.speed_difference(walk)
    assert abs(off_percent) < SPEED_WITHIN_PERCENT


def test_events_and_speed_of_the_walks_with_leg_markers_are_those_of_their_plates(shared_data, tmp_path: Path) -> None:
    data = shared_data("lab_bmc_gait_ccby").parent
    walks = list(gait_events.other_walks(data, tmp_path))
    differences = [found for walk in walks for found in gait_events.event_differences(walk)]
    assert len(differences) == 11
    for event, off_s in differences:
        assert abs(off_s) < PLATES_WITHIN_S, event
    for walk in walks:
        assert abs(gait_events.speed_difference(walk)[1]) < SPEED_WITHIN_PERCENT
