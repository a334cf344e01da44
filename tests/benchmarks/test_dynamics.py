"""The acceptance table: means against what is wanted, one trial alone, and the errors of video that it draws."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assessment.validation import Agreement, PeakPair
from benchmarks.dynamics import __main__ as table
from benchmarks.dynamics import model_with_mass, simulation, video
from benchmarks.dynamics.rows import Row, peak_table
from benchmarks.dynamics.targets import Target, Verdict, verdicts
from models.skeleton import GENERIC_MODEL, load_model

Find = Callable[[str], Path]


def row(grf: float, knee_nm_per_kg: float, knee_rmse: float = 0.1) -> Row:
    """A trial whose one measured knee peak is 1 Nm/kg."""
    agreement = Agreement(
        frames=10,
        share_of_trial=1.0,
        grf_n_per_kg=grf,
        force_rmse_n_per_kg={"forward": 0.1, "up": 0.1, "right": 0.1},
        pressure_point_mm=None if grf > 1.0 else 20.0,
        pressure_point_masked_mm=10.0,
        feet_push_apart_n_per_kg={"measured": 0.5, "estimated": 0.6},
        load_split_points=1.0,
        moment_rmse_nm_per_kg={"hip_flexion": 0.1, "hip_adduction": 0.5, "knee_angle": knee_rmse, "ankle_angle": 0.05},
        interval_coverage={},
    )
    peak = PeakPair(
        joint="knee_extension", side="r", repetition=1, measured_nm_per_kg=1.0, estimated_nm_per_kg=knee_nm_per_kg
    )
    return Row("trial", "squats", agreement, [peak], [], 0.1)


def test_the_mean_of_the_rows_is_judged_and_the_worst_sagittal_joint_speaks_for_moments() -> None:
    found = verdicts([row(0.2, 0.95), row(0.4, 1.05, knee_rmse=0.3)], Target(0.31, 19.0, 0.15, 10.0))
    assert found["GRF N/kg"].mean == pytest.approx(0.3)
    assert found["GRF N/kg"].met
    assert not found["CoP mm"].met
    # The hip's adduction is wider still, but no sagittal moment.
    assert found["worst sagittal moment Nm/kg"].mean == pytest.approx(0.2)
    # Two trials wrong in opposite directions are still 5 % wrong.
    assert found["knee peak %"].mean == pytest.approx(5.0)
    assert "95 % intervals cover" not in found


def test_intervals_may_be_too_narrow_and_too_wide() -> None:
    assert [Verdict(share, 0.99, 0.85).met for share in (0.8, 0.95, 1.0)] == [False, True, False]
    assert Verdict(1.0, 0.99, 0.85).text == "1.00 (wanted 0.85 to 0.99: missed)"


def test_peaks_of_all_repetitions_give_bias_and_rms() -> None:
    line = peak_table([row(0.2, 0.9), row(0.2, 1.3)])["knee_extension"]
    assert line["n"] == 2
    assert line["bias_nm_per_kg"] == pytest.approx(0.1)
    assert line["rms_nm_per_kg"] == pytest.approx(np.sqrt((0.1**2 + 0.3**2) / 2))


def test_a_model_weighs_what_it_is_told_and_its_inertia_with_it(tmp_path: Path) -> None:
    generic = load_model(GENERIC_MODEL)
    ratio = 50.0 / generic.getTotalMass(generic.initSystem())
    light = load_model(model_with_mass(GENERIC_MODEL, tmp_path / "light.osim", 50.0))
    assert light.getTotalMass(light.initSystem()) == pytest.approx(50.0)
    before, after = (model.getBodySet().get("torso").get_inertia().get(0) for model in (generic, light))
    assert after == pytest.approx(ratio * before)


def test_one_trial_alone_is_printed_and_not_saved(
    shared_data: Find, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = shared_data("lab_opencap_labvalidation_subject4_nimble").parent
    monkeypatch.setattr(table, "save", lambda *_: pytest.fail("a part of the table must not replace the whole"))
    figures = table.main(["--data", str(data), "--only", "shipped/squats1"])
    assert list(figures["rows"]["shipped"]) == ["squats1 60.05 kg"]
    assert figures["rows"]["shipped"]["squats1 60.05 kg"]["grf_n_per_kg"] < 0.4
    assert figures["peaks"]["knee_extension"]["n"] == 10
    assert "nothing is saved" in capsys.readouterr().out


def test_recordings_elsewhere_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="Give their folder as --data"):
        table.main(["--data", str(tmp_path)])


def test_video_sees_the_person_with_opencaps_errors_and_alike_for_a_seed(shared_data: Find, tmp_path: Path) -> None:
    shared_data("lab_opencap_labvalidation_subject4_nimble")
    draws = {name: filmed for name, _, filmed in video.movements(tmp_path, lambda name: name == "walking1")}
    assert list(draws) == ["walking1, draw 1", "walking1, draw 2"]
    again = {name: filmed for name, _, filmed in video.movements(tmp_path / "b", lambda name: name == "walking1")}
    first, second = draws.values()
    np.testing.assert_allclose(first.kinematics.values, again["walking1, draw 1"].kinematics.values, atol=1e-6)
    knees = [one.kinematics.coordinate("knee_angle_r") for one in (first, second)]
    true = next(iter(video.movements(tmp_path / "c", lambda name: name == "walking1")))[1].kinematics
    for knee in knees:
        error_deg = np.rad2deg(knee - np.interp(first.kinematics.time_s, true.time_s, true.coordinate("knee_angle_r")))
        # OpenCap's own validation has 3 to 6 degrees.
        assert 0.5 < np.sqrt(np.mean(error_deg**2)) < 10.0
    assert not np.allclose(*knees, atol=1e-3)


def test_simulated_repetitions_differ_from_each_other_as_much_as_people_do(shared_data: Find) -> None:
    data = shared_data(simulation.FOLDER).parents[2]
    found = simulation.differences(data, "Squats_0")
    assert set(found) == {
        "force forward", "force up", "force right", "hip_flexion", "hip_adduction", "knee_angle", "ankle_angle"
    }  # fmt: skip
    # Vertical forces of squats swing by 2 N/kg a foot; a frame or sign gone wrong would show.
    assert 0.1 < found["force up"].repetitions < 2.0
    # What the feet bear in a squat follows from the movement: no further from the simulation than it is from itself.
    assert found["force up"].met


@pytest.mark.parametrize(("ours", "met"), [(0.2, True), (0.3, True), (0.31, False)])
def test_we_may_be_as_far_from_a_simulation_as_its_repetitions_are_from_each_other(ours: float, met: bool) -> None:
    assert simulation.Difference(ours=ours, repetitions=0.3).met is met
