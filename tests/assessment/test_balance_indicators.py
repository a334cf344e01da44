"""Sway and stances: ellipses and circles of known size."""

from __future__ import annotations

import numpy as np
import pytest

from assessment.activities import Activity
from assessment.indicators import Indicator, TrialResults, compute_indicators
from assessment.indicators.balance import ellipse_area
from pipeline.motion.landmarks import Landmarks
from pipeline.quality import Mark, Quality
from pipeline.trajectories import Array
from tests.assessment import movements
from tests.assessment.test_indicators import SUBJECT, one


def swaying(centre_m: Array, rate_hz: float = 60.0, foot_m: Array | None = None) -> list[Indicator]:
    """Somebody whose centre of mass goes this way over the floor, (n, 2), on feet that stand unless they are moved."""
    time_s = np.arange(len(centre_m)) / rate_hz
    points = {"centre_of_mass": np.insert(centre_m, 1, 0.9, axis=1)}
    for side, z in (("r", 0.1), ("l", -0.1)):
        heel = np.tile([0.0, 0.0, z], (len(time_s), 1))
        if side == "r" and foot_m is not None:
            heel[:, 0] += foot_m
        points |= {f"heel_{side}": heel, f"toe_{side}": np.add(heel, [0.25, 0.0, 0.0])}
    kinematics = movements.assemble(time_s, pelvis_ty=0.95)
    results = TrialResults(
        Activity("standing", 1.0, ()), (), kinematics, Landmarks(time_s, points, 0.25, 0.85), None, None, SUBJECT,
        Quality(), Quality.withheld("No contact forces."),
    )  # fmt: skip
    return list(compute_indicators(results))


def circle_m(radius_m: float, period_s: float, duration_s: float = 30.0, rate_hz: float = 60.0) -> Array:
    phase = 2 * np.pi * np.arange(0.0, duration_s, 1 / rate_hz) / period_s
    return radius_m * np.column_stack([np.cos(phase), np.sin(phase)])


def test_a_circle_has_its_circumference_as_path() -> None:
    found = swaying(circle_m(0.005, 5.0))
    # Once round in 5 s: 31.4 mm, 6.3 mm/s; the filter keeps 0.2 Hz.
    assert one(found, "sway_velocity").value == pytest.approx(2 * np.pi, rel=0.01)
    assert one(found, "sway_path").value == pytest.approx(30 / 5 * 2 * np.pi * 5.0, rel=0.01)
    # A circle's covariance is half of its radius squared in each direction.
    assert one(found, "sway_area").value == pytest.approx(np.pi * 5.991 * 12.5, rel=0.02)


@pytest.mark.parametrize("rate_hz", [60.0, 120.0])
def test_the_frame_rate_does_not_matter(rate_hz: float) -> None:
    found = swaying(circle_m(0.005, 5.0, rate_hz=rate_hz), rate_hz)
    assert one(found, "sway_velocity").value == pytest.approx(2 * np.pi, rel=0.01)


def test_ellipse_holds_95_percent_of_a_normal_distribution() -> None:
    points = np.random.default_rng(3).normal(size=(20_000, 2)) @ np.array([[3.0, 0.0], [1.0, 0.5]])
    inside = np.einsum("ni,ij,nj->n", points, np.linalg.inv(np.cov(points, rowvar=False)), points) < 5.991
    assert inside.mean() == pytest.approx(0.95, abs=0.005)
    assert ellipse_area(points) == pytest.approx(np.pi * 5.991 * 1.5, rel=0.03)


def test_facing_another_way_changes_nothing() -> None:
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    sway = circle_m(0.005, 5.0) * [1.0, 0.4]
    for name in ("sway_path", "sway_velocity", "sway_area"):
        assert one(swaying(sway @ turn.T), name).value == pytest.approx(one(swaying(sway), name).value, rel=1e-6)


def test_a_stance_ends_when_a_foot_leaves_its_place() -> None:
    still = np.zeros((12 * 60, 2))
    step = np.where(np.arange(len(still)) > 7 * 60, 0.2, 0.0)
    held = one(swaying(still, foot_m=step), "stance_held_time")
    assert held.value == pytest.approx(7.0, abs=0.05)
    assert held.quality == Quality()


def test_a_recording_that_ends_before_ten_seconds_tells_a_lower_bound() -> None:
    held = one(swaying(np.zeros((8 * 60, 2))), "stance_held_time")
    assert held.value == pytest.approx(8.0, abs=0.05)
    assert held.quality.mark is Mark.WITH_CAUTION
    assert "may have been held for longer" in held.quality.reasons[0]


@pytest.mark.parametrize("rate_hz", [60.0, 120.0])
def test_a_recording_of_exactly_ten_seconds_holds_a_stance_of_ten(rate_hz: float) -> None:
    held = one(swaying(np.zeros((int(10 * rate_hz), 2)), rate_hz), "stance_held_time")
    assert round(held.value, 2) == 10.0
    assert held.quality == Quality()


def test_sway_of_a_few_seconds_is_withheld() -> None:
    for name in ("sway_path", "sway_velocity", "sway_area"):
        short = one(swaying(circle_m(0.005, 5.0, 4.0)), name)
        assert short.value is None
        assert "at least 5 s" in short.quality.reasons[0]
