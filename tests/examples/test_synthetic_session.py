"""The committed synthetic session: complete, labelled, true to its own truth, and what the scripts make."""

from __future__ import annotations

import csv
import tomllib

import numpy as np
import opensim as osim
import pytest
import yaml
from scipy.spatial.transform import Rotation

from assessment.synthetic.files import MARKER_SOURCE
from assessment.synthetic.points import ANATOMICAL, KEYPOINTS, points_of
from examples.body import ExampleBody
from examples.session_files import MARKER_DECIMALS
from examples.synthesise import HEADING_RAD, HERE, LOWEST_MARKER_M, SESSION, TRIALS, recording
from models.skeleton import GENERIC_MODEL, load_model
from models.skeleton.model_files import quiet_opensim
from pipeline.files.storage import read_storage
from pipeline.files.trc import read_trc
from pipeline.files.trc_writer import write_trc
from pipeline.kinematics import solve_kinematics
from pipeline.scaling import build_scaled_model
from pipeline.session import read_markers, read_session
from pipeline.settings import Settings

SESSION_FOLDER, TRUTH = HERE / SESSION, HERE / "truth"
MOVEMENTS = tuple(trial for trial in TRIALS if trial != "neutral")
WEIGHT_N = 58.0 * 9.80665
CONTACT_BODIES = {"r": "calcn_r", "l": "calcn_l", "seat": "pelvis"}


@pytest.fixture(scope="module")
def body() -> ExampleBody:
    return ExampleBody(TRUTH / "LaiUhlrich2022_true.osim")


@pytest.fixture(scope="module")
def events() -> dict:
    return tomllib.loads((TRUTH / "trials.toml").read_text())


def true_coordinates(body: ExampleBody, trial: str) -> np.ndarray:
    storage = read_storage(TRUTH / f"{trial}_angles.mot")
    assert storage.in_degrees
    assert storage.columns == body.coordinates
    translations = [body.index(name) for name in ("pelvis_tx", "pelvis_ty", "pelvis_tz")]
    q = np.deg2rad(storage.values)
    q[:, translations] = storage.values[:, translations]
    return q


def true_forces(trial: str, quantity: str = "force_{}_v") -> dict[str, np.ndarray]:
    storage = read_storage(TRUTH / f"{trial}_contact_forces.mot")
    keys = [column.split("_")[2] for column in storage.columns if column.endswith("_vx")]
    return {
        key: np.column_stack([storage.column(f"ground_{quantity.format(key)}{axis}") for axis in "xyz"]) for key in keys
    }


# --- the session is what OpenCap writes, and says that it is synthetic ----------------------------------------------


def test_session_reads_like_an_opencap_download(tmp_path):
    session = read_session(SESSION_FOLDER, tmp_path)
    assert session.kind == "opencap"
    assert session.static_trial == "neutral"
    assert {trial.name for trial in session.trials} == set(TRIALS)
    assert all(trial.kinematics_file for trial in session.movement_trials)
    assert (session.subject.height_m, session.subject.mass_kg, session.subject.sex) == (1.56, 58.0, "f")
    assert session.subject.age_years is None
    assert session.warnings == ()


@pytest.mark.parametrize("trial", TRIALS)
def test_marker_files_hold_opencaps_points(trial):
    markers = read_trc(SESSION_FOLDER / "MarkerData" / f"{trial}.trc")
    assert markers.names == (*KEYPOINTS, *(f"{name}_study" for name in ANATOMICAL))
    assert markers.n_frames > 60
    assert markers.rate_hz == pytest.approx(60.0, rel=1e-4)
    assert np.isfinite(markers.positions_m).all()
    assert markers.positions_m[..., 1].min() == pytest.approx(LOWEST_MARKER_M, abs=1e-4)
    settings = yaml.safe_load((SESSION_FOLDER / "MarkerData" / "Settings" / f"settings_{trial}.yaml").read_text())
    assert settings["openSimModel"] == "LaiUhlrich2022"


@pytest.mark.parametrize("trial", MOVEMENTS)
def test_kinematics_have_opencaps_34_columns(trial, body):
    storage = read_storage(SESSION_FOLDER / "OpenSimData" / "Kinematics" / f"{trial}.mot")
    assert storage.columns == body.coordinates
    assert len(storage.columns) + 1 == 34
    markers = read_trc(SESSION_FOLDER / "MarkerData" / f"{trial}.trc")
    np.testing.assert_allclose(storage.time_s, markers.time_s, atol=1e-6)


def test_every_file_says_it_is_synthetic():
    files = [path for root in (SESSION_FOLDER, TRUTH) for path in root.rglob("*") if path.is_file()]
    assert len(files) > 25
    unlabelled = [path.name for path in files if "synthetic" not in path.read_text(encoding="utf-8").lower()]
    assert unlabelled == []
    assert sum(path.stat().st_size for path in files) < 6e6


# --- the scripts make these files -----------------------------------------------------------------------------------


def test_the_generator_reproduces_a_committed_trial(body, tmp_path):
    truth, markers, _ = recording(body, "pick_up")
    write_trc(tmp_path / "pick_up.trc", markers, source=MARKER_SOURCE, decimals=MARKER_DECIMALS)
    committed = read_trc(SESSION_FOLDER / "MarkerData" / "pick_up.trc").positions_m
    again = read_trc(tmp_path / "pick_up.trc").positions_m
    # Another processor may round the last decimal the other way.
    np.testing.assert_allclose(again, committed, atol=1.1e-4)
    np.testing.assert_allclose(truth.q, true_coordinates(body, "pick_up"), atol=2e-6)
    moments = read_storage(TRUTH / "pick_up_moments.sto").values
    np.testing.assert_allclose(truth.moments_nm, moments, atol=0.01)


def test_scale_factors_are_those_of_the_true_model(body):
    with (TRUTH / "scale_factors.csv").open() as file:
        rows = {
            row[0]: np.array(row[1:], dtype=float)
            for row in csv.reader(file)
            if row[0] not in ("body",) and "#" not in row[0]
        }
    unscaled = load_model(GENERIC_MODEL)
    for name, joint in (("tibia_r", "ankle_r"), ("calcn_l", "mtp_l"), ("pelvis", "hip_r"), ("torso", "acromial_l")):
        places = [
            osim.PhysicalOffsetFrame.safeDownCast(model.getJointSet().get(joint).getParentFrame())
            .get_translation()
            .to_numpy()
            for model in (unscaled, body.model)
        ]
        np.testing.assert_allclose(places[1], places[0] * rows[name], atol=1e-6)
    assert body.mass_kg == pytest.approx(58.0, abs=1e-6)


# --- the truth is a person who moves on her feet --------------------------------------------------------------------


def test_five_rises(body, events):
    height = true_coordinates(body, "5xSTS")[:, body.index("pelvis_ty")]
    half = 0.5 * (height.min() + height.max())
    rises = np.flatnonzero((height[:-1] < half) & (height[1:] >= half)) / 60.0
    assert len(rises) == 5
    happens = events["5xSTS"]
    assert all(
        begin < rise < stand
        for begin, rise, stand in zip(happens["rise_begins"], rises, happens["standing"], strict=True)
    )
    assert height[0] == pytest.approx(height[-1], abs=2e-3)
    assert 0.25 < height.max() - height.min() < 0.45


def test_the_walk_covers_five_metres_at_an_older_pace(body):
    q = true_coordinates(body, "walk")
    way = q[-1, 3:6] - q[0, 3:6]
    distance = np.hypot(way[0], way[2])
    assert distance > 4.9
    assert distance / ((len(q) - 1) / 60.0) == pytest.approx(0.95, abs=0.02)
    # The session's heading: X turned by 37 degrees about Y goes towards negative Z.
    assert np.arctan2(-way[2], way[0]) == pytest.approx(HEADING_RAD, abs=0.03)


def test_the_step_is_seventeen_centimetres(body):
    q = true_coordinates(body, "step_up")
    assert q[-1, 4] - q[0, 4] == pytest.approx(0.17, abs=0.005)


@pytest.mark.parametrize("trial", ["5xSTS", "step_up", "pick_up"])
def test_standing_feet_do_not_slip(trial, body):
    q = true_coordinates(body, trial)
    forces = true_forces(trial)
    feet = body.frames(q[::5], ("calcn_r", "calcn_l"))
    for side in "rl":
        rotation, origin = feet[f"calcn_{side}"]
        flat = (forces[side][::5, 1] > 20.0) & (rotation[:, 1, 0] > -1e-4)
        speed_m_s = np.linalg.norm(np.diff(origin, axis=0), axis=1) * 12.0
        both = flat[1:] & flat[:-1]
        assert both.sum() > 10
        assert speed_m_s[both].max() < 0.002


def test_walking_feet_roll_without_slipping(body):
    q = true_coordinates(body, "walk")
    forces = true_forces("walk")
    feet = body.frames(q, ("calcn_r", "calcn_l"))
    for side in "rl":
        rotation, origin = feet[f"calcn_{side}"]
        loaded = forces[side][:, 1] > 0.1 * WEIGHT_N
        # The lowest of heel and ball is what touches the floor; it may not move while loaded.
        heel = origin + rotation @ np.array([-body.heel_m, -body.sole_m, 0.0])
        ball = origin + rotation @ np.array([body.ball_m[0], -body.sole_m, 0.0])
        rolls_on_ball = ball[:, 1] <= heel[:, 1] + 1e-6
        for point, touches in ((ball, rolls_on_ball), (heel, ~rolls_on_ball)):
            still = loaded & touches
            pairs = still[1:] & still[:-1]
            assert pairs.sum() > 5
            assert (np.linalg.norm(np.diff(point, axis=0), axis=1)[pairs] * 60.0).max() < 0.005


@pytest.mark.parametrize("trial", TRIALS)
def test_true_forces_carry_the_body(trial):
    forces = true_forces(trial)
    total = np.sum([force[:, 1] for force in forces.values()], axis=0)
    # A stride cut off in its middle leaves a little more or less than the weight.
    assert total.mean() == pytest.approx(WEIGHT_N, rel=0.02)
    assert total.min() > 0.4 * WEIGHT_N
    assert all(force[:, 1].min() > -0.01 for force in forces.values())
    # Feet are not glued to the floor: friction suffices.
    for force in forces.values():
        bears = force[:, 1] > 50.0
        assert (np.hypot(force[bears, 0], force[bears, 2]) < 0.5 * force[bears, 1]).all()


@pytest.mark.parametrize("trial", MOVEMENTS)
def test_pressure_stays_under_the_foot(trial, body, events):
    q = true_coordinates(body, trial)
    forces, points = true_forces(trial), true_forces(trial, "force_{}_p")
    feet = body.frames(q, ("calcn_r", "calcn_l"))
    toe_tip_m = body.ball_m[0] + 0.07
    for side in "rl":
        rotation, origin = feet[f"calcn_{side}"]
        bears = forces[side][:, 1] > 30.0
        local = np.einsum("nji,nj->ni", rotation, points[side] - origin)[bears]
        assert local[:, 0].min() > -body.heel_m - 0.015
        assert local[:, 0].max() < toe_tip_m
        assert np.abs(local[:, 2]).max() < 0.045


def test_the_chair_bears_only_a_seated_person(events):
    forces = true_forces("5xSTS")
    assert set(forces) == {"r", "l", "seat"}
    time_s = np.arange(len(forces["seat"])) / 60.0
    happens = events["5xSTS"]
    assert forces["seat"][time_s < happens["rise_begins"][0], 1].min() > 0.6 * WEIGHT_N
    for stand, leave in zip(happens["standing"], happens["sitting_begins"], strict=True):
        assert forces["seat"][(time_s > stand) & (time_s < leave), 1].max() < 0.01


# --- the truth obeys OpenSim ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("trial", ["step_up", "walk"])
def test_opensims_inverse_dynamics_gives_the_true_moments(trial, body, tmp_path):
    quiet_opensim()
    loads = osim.ExternalLoads()
    loads.setDataFileName(str(TRUTH / f"{trial}_contact_forces.mot"))
    for key in true_forces(trial):
        load = osim.ExternalForce()
        load.setName(key)
        load.set_applied_to_body(CONTACT_BODIES[key])
        load.set_force_identifier(f"ground_force_{key}_v")
        load.set_point_identifier(f"ground_force_{key}_p")
        load.set_torque_identifier(f"ground_torque_{key}_")
        loads.cloneAndAppend(load)
    loads.printToXML(str(tmp_path / "loads.xml"))
    body.model.printToXML(str(tmp_path / "model.osim"))
    tool = osim.InverseDynamicsTool()
    tool.setModelFileName(str(tmp_path / "model.osim"))
    tool.setCoordinatesFileName(str(TRUTH / f"{trial}_angles.mot"))
    tool.setExternalLoadsFileName(str(tmp_path / "loads.xml"))
    tool.setLowpassCutoffFrequency(-1.0)
    excluded = osim.ArrayStr()
    excluded.append("Muscles")
    tool.setExcludedForces(excluded)
    tool.setResultsDir(str(tmp_path))
    tool.setOutputGenForceFileName("moments.sto")
    end_s = (len(true_coordinates(body, trial)) - 1) / 60.0
    tool.setStartTime(0.0)
    tool.setEndTime(end_s)
    assert tool.run()
    solved, truth = read_storage(tmp_path / "moments.sto"), read_storage(TRUTH / f"{trial}_moments.sto")
    inner = slice(15, -15)  # splines of cut data know less at the ends
    difference = np.array([solved.column(name)[inner] - truth.column(name)[inner] for name in truth.columns])
    assert np.abs(difference).max() < 0.5
    pelvis = [index for index, name in enumerate(truth.columns) if name.startswith("pelvis_")]
    assert np.abs(truth.values[:, pelvis]).max() < 0.01


# --- the noise is what the docs say ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("trial", "common_mm"), [("5xSTS", (2.3, 3.0)), ("pick_up", (2.3, 3.0)), ("walk", (0.8, 1.8))])
def test_jitter_moves_the_whole_body_together(trial, common_mm, body):
    markers = read_trc(SESSION_FOLDER / "MarkerData" / f"{trial}.trc")
    points = points_of(body)
    error = markers.positions_m - body.markers(true_coordinates(body, trial), points.bodies, points.offsets_m)
    fast = error - np.stack(
        [np.apply_along_axis(np.convolve, 0, error[:, i], np.ones(9) / 9.0, "same") for i in range(63)], 1
    )
    fast = fast[10:-10, 20:]
    common = fast.mean(axis=1)
    own = np.median(np.sqrt((fast - common[:, None]).var(axis=0).sum(axis=-1)))
    together = np.sqrt(common.var(axis=0).sum())
    assert common_mm[0] < 1000.0 * together < common_mm[1]
    assert 0.3 < 1000.0 * own < 1.2
    # Slow error: a few millimetres, no outliers.
    assert np.abs(error).max() < 0.035


@pytest.fixture(scope="module")
def measured_model(tmp_path_factory):
    """The model that the pipeline itself scales to the neutral trial."""
    folder = tmp_path_factory.mktemp("measured")
    session = read_session(SESSION_FOLDER, folder)
    neutral = read_markers(session, session.trial("neutral"))
    subject = session.subject.complete(age_years=72.0)
    return build_scaled_model(neutral, subject, Settings(), "study", folder / "measured.osim").path


@pytest.mark.parametrize("trial", MOVEMENTS)
@pytest.mark.parametrize("model", ["true", "measured"])
def test_inverse_kinematics_recovers_the_truth_within_two_degrees(trial, model, body, measured_model):
    model_file = TRUTH / "LaiUhlrich2022_true.osim" if model == "true" else measured_model
    stretch = slice(60, 270)  # holds a whole repetition of every movement
    markers = read_trc(SESSION_FOLDER / "MarkerData" / f"{trial}.trc").frames(stretch.start, stretch.stop)
    solved = solve_kinematics(model_file, markers, "study")
    q = true_coordinates(body, trial)[stretch]
    errors_deg = {
        f"{joint}_{side}": np.rad2deg(
            np.sqrt(np.mean((solved.coordinate(f"{joint}_{side}") - q[:, body.index(f"{joint}_{side}")]) ** 2))
        )
        for joint in ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle")
        for side in "rl"
    }
    assert max(errors_deg.values()) < 2.0, errors_deg


def test_the_true_pelvis_is_turned_by_the_session_heading(body):
    q = true_coordinates(body, "neutral")
    forward = Rotation.from_euler("ZXY", q[:, :3]).apply([1.0, 0.0, 0.0])
    assert np.arctan2(-forward[:, 2], forward[:, 0]) == pytest.approx(np.full(len(q), HEADING_RAD), abs=0.03)
