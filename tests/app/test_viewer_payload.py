"""What the 3-D viewer gets of a trial: small, exact, and nothing that is withheld."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from app.viewer.payload import MAX_BYTES, payload
from app.viewer.scene import Scene, read_scene
from app.viewer.words import words
from assessment.summary import QualityRecord, SubjectRecord, Summary, TrialRecord
from benchmarks.viewer.page import synthetic_scene, synthetic_trial
from models.markers import MarkerTrajectories
from pipeline.files.trc_writer import write_trc
from pipeline.quality import Mark
from tests.app.viewer_reading import unpack

WITHHELD = QualityRecord(mark=Mark.WITHHELD, reasons=["Nothing fits."])


def packed(scene: Scene, trial: TrialRecord | None = None) -> bytes:
    trial = trial or synthetic_trial()
    return payload(scene, trial.repetitions, words(scene, trial), None)


def test_twenty_seconds_of_everything_take_less_than_half_a_megabyte() -> None:
    scene = synthetic_scene()
    assert (len(scene.figure.time_s), scene.markers_m.shape[1]) == (600, 43)
    data = packed(scene)
    assert len(data) <= 500_000
    assert unpack(data)[1]["points"].shape[0] == 600, "no frame of such a trial is left out"


def test_long_trials_are_thinned_and_keep_their_length() -> None:
    data = packed(synthetic_scene(frames=2000))
    assert len(data) <= MAX_BYTES
    time_s = unpack(data)[1]["time"]
    assert time_s[-1] == pytest.approx(1999 / 30, abs=0.2)


def test_points_come_back_within_half_a_millimetre_even_of_a_long_walk() -> None:
    scene = synthetic_scene()
    walked = np.linspace(0.0, 30.0, 600, dtype=np.float32)[:, None, None] * np.array([1, 0, 0], dtype=np.float32)
    figure = replace(scene.figure, points_m=scene.figure.points_m + walked)
    markers_m = scene.markers_m + walked
    arrays = unpack(packed(replace(scene, figure=figure, markers_m=markers_m)))[1]
    n_points = len(figure.names)
    assert np.abs(arrays["points"][:, :n_points] - figure.points_m).max() <= 0.0005
    assert np.abs(arrays["markers"] - markers_m).max() <= 0.0005
    assert np.abs(arrays["arrow_r"] - scene.arrows_m["r"]).max() <= 0.0005
    assert np.abs(arrays["time"] - figure.time_s).max() <= 0.0005


def test_gaps_stay_gaps() -> None:
    scene = synthetic_scene()
    scene.markers_m[100:150, 7] = np.nan
    curve = replace(scene.curves[0], sides={"r": np.full(600, np.nan), "l": scene.curves[0].sides["l"]})
    arrays = unpack(packed(replace(scene, curves=[curve])))[1]
    gap = np.isnan(arrays["markers"]).all(axis=2)
    assert gap[100:150, 7].all()
    assert gap.sum() == 50
    assert np.isnan(arrays["curve0"][0]).all()
    assert np.isfinite(arrays["curve0"][1]).all()


def test_the_head_is_over_the_shoulders_and_views_turn_with_the_person() -> None:
    scene = synthetic_scene()
    header, arrays = unpack(packed(scene))
    neck, head = arrays["points"][0, -2:]
    assert 0.1 < head[1] - neck[1] < 0.3
    assert header["shapes"][-1]["points"] == [len(scene.figure.names) + 1]
    assert np.allclose(arrays["heading"], 0.0), "the figure faces along X"
    # A quarter turn to the right: X becomes Z.
    turned = scene.figure.points_m @ np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], dtype=np.float32)
    arrays = unpack(packed(replace(scene, figure=replace(scene.figure, points_m=turned))))[1]
    assert np.allclose(arrays["heading"], np.pi / 2)


def test_a_model_with_other_names_keeps_its_bones() -> None:
    scene = synthetic_scene()
    figure = replace(
        scene.figure,
        names=("base", "rod_r", "rod_l"),
        points_m=scene.figure.points_m[:, :3],
        bones=np.array([[0, 1], [0, 2]]),
        points_generic_m=None,
    )
    header, arrays = unpack(packed(replace(scene, figure=figure)))
    assert [(shape["points"], shape["side"]) for shape in header["shapes"]] == [([0, 1], "r"), ([0, 2], "l")]
    assert arrays["points"].shape == (600, 3, 3)


def test_switches_say_why_they_show_nothing() -> None:
    scene = synthetic_scene()
    assert words(scene, synthetic_trial())["unavailable"] == {}
    old = replace(
        scene,
        figure=replace(scene.figure, points_generic_m=None),
        markers_m=scene.markers_m[:, :0],
        arrows_m={},
    )
    trial = synthetic_trial().model_copy(update={"kinetics_quality": WITHHELD})
    assert set(words(old, trial)["unavailable"]) == {"forces", "markers", "generic"}
    header, arrays = unpack(packed(old, trial))
    assert "generic" not in arrays
    assert arrays["markers"].shape[1] == 0
    assert header["arrows"] == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of a trial at 60 frames a second, of which the figure keeps every other one."""
    scene = synthetic_scene(frames=30)
    figure = scene.figure
    np.savez(
        tmp_path / "v.npz", time_s=figure.time_s, names=np.array(figure.names), points_m=figure.points_m,
        bones=figure.bones,
    )  # fmt: skip
    time_s = np.arange(60) / 60.0
    markers_m = np.zeros((60, 2, 3))
    markers_m[:, 0, 1] = 1.0 + time_s
    # The other one was lost: it lies ten metres away.
    markers_m[:, 1, 0] = 10.0
    write_trc(tmp_path / "m.trc", MarkerTrajectories(("near", "far"), markers_m, time_s), source="test", decimals=5)
    columns = [f"ground_force_r_{kind}{axis}" for kind in "vp" for axis in "xyz"]
    rows = "\n".join(f"{at:.6f}\t0\t500\t0\t0.1\t0\t0.2" for at in time_s)
    names = "\t".join(["time", *columns])
    head = "forces\nversion=1\nnRows=60\nnColumns=7\ninDegrees=no\nendheader\n"
    (tmp_path / "f.mot").write_text(f"{head}{names}\n{rows}\n")
    coordinates = [f"{name}_{side}" for name in ("hip_flexion", "knee_angle", "ankle_angle") for side in "rl"]
    table = pd.DataFrame({"time_s": time_s, "valid": np.arange(60) >= 10})
    for name in coordinates:
        table[f"{name}_deg"], table[f"{name}_nm"], table[f"{name}_se_nm"] = 20.0 * time_s, -60.0, 6.0
    table.to_parquet(tmp_path / "c.parquet")
    return tmp_path


def trial_of_files(**changes: object) -> TrialRecord:
    files = {"viewer": "v.npz", "markers": "m.trc", "contact_forces": "f.mot", "curves": "c.parquet"}
    forces = synthetic_trial().forces
    assert forces is not None
    shown = {"files": files, "forces": forces.model_copy(update={"contacts": ["r"]})}
    return synthetic_trial().model_copy(update=shown | changes)


@pytest.fixture(scope="module")
def summary() -> Summary:
    return Summary.model_construct(subject=SubjectRecord(height_m=1.6, mass_kg=60.0, sex="unspecified", age_years=None))


def test_files_of_a_trial_meet_at_the_figures_times(folder: Path, summary: Summary) -> None:
    scene = read_scene(folder, summary, trial_of_files(), "Nm/kg")
    assert scene is not None
    assert scene.figure.points_generic_m is None
    assert np.allclose(scene.markers_m[:, 0, 1], 1.0 + scene.figure.time_s, atol=1e-4)
    assert np.isnan(scene.markers_m[:, 1]).all(), "a marker ten metres away was not on the person"
    assert np.allclose(scene.arrows_m["r"][:, 1] - scene.arrows_m["r"][:, 0], [0.0, 0.5, 0.0], atol=1e-6)
    by_title = {curve.title: curve for curve in scene.curves}
    assert np.allclose(by_title["Knee flexion"].sides["l"], 20.0 * scene.figure.time_s, atol=0.2)
    extension = by_title["Knee extension moment"]
    assert np.isnan(extension.sides["r"][:5]).all(), "frames that may not be used are not drawn"
    assert np.allclose(extension.sides["r"][5:], 1.0)
    header, _ = unpack(payload(scene, [], words(scene, trial_of_files()), None))
    assert [curve["decimals"] for curve in header["curves"]] == [0, 0, 0, 1, 1, 1]


def test_moments_are_in_the_unit_of_the_users_choice(folder: Path, summary: Summary) -> None:
    scene = read_scene(folder, summary, trial_of_files(), "Nm")
    assert scene is not None
    assert scene.curves[-1].unit == "Nm"
    assert np.allclose(scene.curves[-1].sides["l"][5:], 60.0)
    assert scene.curves[-1].standard_error == pytest.approx(6.0)


def test_withheld_moments_take_forces_and_moments_with_them(folder: Path, summary: Summary) -> None:
    scene = read_scene(folder, summary, trial_of_files(kinetics_quality=WITHHELD), "Nm/kg")
    assert scene is not None
    assert scene.arrows_m == {}
    assert {curve.kind for curve in scene.curves} == {"angle"}
    nothing = read_scene(
        folder, summary, trial_of_files(kinetics_quality=WITHHELD, kinematics_quality=WITHHELD), "Nm/kg"
    )
    assert nothing is not None
    assert nothing.curves == []


def test_a_result_without_a_figure_has_no_scene(folder: Path, summary: Summary) -> None:
    assert read_scene(folder, summary, trial_of_files(files={}), "Nm/kg") is None
