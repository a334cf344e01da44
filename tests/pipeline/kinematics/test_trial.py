from dataclasses import replace
from functools import partial

import numpy as np
import opensim as osim
import pytest

from models.errors import InverseKinematicsError
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.marker_sets import marker_set
from models.subject import Subject
from pipeline.files.storage import read_storage
from pipeline.files.trc import read_trc
from pipeline.kinematics import solve_kinematics, write_kinematics
from pipeline.scaling import build_scaled_model
from pipeline.settings import Settings
from tests.pipeline.synthetic import markers_of, squat, turned

TOES = ("mtp_angle_r", "mtp_angle_l")
PELVIS = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz")
# Column order of the .mot files in OpenCap downloads, without its patella angles.
OPENCAP_COLUMNS = [
    "time",
    "pelvis_tilt",
    "pelvis_list",
    "pelvis_rotation",
    "pelvis_tx",
    "pelvis_ty",
    "pelvis_tz",
    "hip_flexion_r",
    "hip_adduction_r",
    "hip_rotation_r",
    "knee_angle_r",
    "ankle_angle_r",
    "subtalar_angle_r",
    "mtp_angle_r",
    "hip_flexion_l",
    "hip_adduction_l",
    "hip_rotation_l",
    "knee_angle_l",
    "ankle_angle_l",
    "subtalar_angle_l",
    "mtp_angle_l",
    "lumbar_extension",
    "lumbar_bending",
    "lumbar_rotation",
    "arm_flex_r",
    "arm_add_r",
    "arm_rot_r",
    "elbow_flex_r",
    "pro_sup_r",
    "arm_flex_l",
    "arm_add_l",
    "arm_rot_l",
    "elbow_flex_l",
    "pro_sup_l",
]
POSES = squat(16)


@pytest.fixture(params=["batched", "opensim"])
def solve(request):
    """Inverse kinematics with either engine."""
    return partial(solve_kinematics, engine=request.param)


@pytest.fixture(scope="module")
def clean():
    """Markers of the generic model in a squat, with no noise."""
    return markers_of(load_model(GENERIC_MODEL), POSES)


@pytest.fixture(scope="module")
def noisy(clean):
    """The same with 10 mm of noise, as video has."""
    noise = np.random.default_rng(7).normal(scale=0.01, size=clean.positions_m.shape)
    return clean.with_positions(clean.positions_m + noise)


def joints(kinematics):
    """Joint angles, pelvis left out [degrees]."""
    kept = [index for index, name in enumerate(kinematics.coordinates) if name not in PELVIS]
    return np.rad2deg(kinematics.values[:, kept])


def test_known_angles_are_recovered(solve, clean):
    kinematics = solve(GENERIC_MODEL, clean, "study")
    assert kinematics.coordinates == tuple(OPENCAP_COLUMNS[1:])
    for name in kinematics.coordinates:
        truth = [pose.get(name, 0.0) for pose in POSES]
        np.testing.assert_allclose(kinematics.coordinate(name), truth, atol=1e-4, err_msg=name)
    assert kinematics.marker_rms_m.max() < 1e-5
    assert set(kinematics.marker_names) == set(marker_set("study").tracked)
    assert kinematics.interpolated == ()


@pytest.mark.parametrize("heading_deg", [90, 180, 270, 200])
def test_joint_angles_do_not_depend_on_the_heading(solve, noisy, heading_deg):
    ahead = solve(GENERIC_MODEL, noisy, "study")
    aside = solve(GENERIC_MODEL, turned(noisy, heading_deg), "study")
    np.testing.assert_allclose(joints(aside), joints(ahead), atol=0.1)
    np.testing.assert_allclose(aside.marker_rms_m, ahead.marker_rms_m, atol=1e-6)


def test_equals_opensim_when_that_has_converged(solve, noisy):
    """OpenSim's own solver, patellae in place, interior point, a hundred times tighter than by default."""
    frames = noisy.frames(0, 5)
    ours = solve(GENERIC_MODEL, frames, "study")
    model = load_model(GENERIC_MODEL)
    for name in TOES:
        model.getCoordinateSet().get(name).setDefaultLocked(True)
    state = model.initSystem()
    table = osim.TimeSeriesTableVec3()
    table.setColumnLabels(frames.names)
    for time, positions in zip(frames.time_s, frames.positions_m, strict=True):
        table.appendRow(float(time), osim.RowVectorVec3([osim.Vec3(*map(float, point)) for point in positions]))
    weights = osim.SetMarkerWeights()
    for name, weight in marker_set("study").ik_weights.items():
        weights.cloneAndAppend(osim.MarkerWeight(name, weight))
    solver = osim.InverseKinematicsSolver(
        model, osim.MarkersReference(table, weights), osim.SimTKArrayCoordinateReference(), float("inf")
    )
    solver.setAccuracy(1e-7)
    for frame, time in enumerate(frames.time_s):
        state.setTime(float(time))
        solver.assemble(state) if frame == 0 else solver.track(state)
        for name in ours.coordinates:
            theirs = model.getCoordinateSet().get(name).getValue(state)
            # The forearm's turning is shown by two weak markers only: OpenSim leaves it less converged.
            tolerance_deg = 0.3 if name.startswith(("pro_sup", "arm", "elbow")) else 0.1
            assert ours.coordinate(name)[frame] == pytest.approx(theirs, abs=np.deg2rad(tolerance_deg)), name


def test_missing_markers_have_no_weight_in_their_frame(solve, clean):
    positions = clean.positions_m.copy()
    positions[4:9, clean.names.index("r_toe_study")] = np.nan
    positions[0, clean.names.index("L.ASIS_study")] = np.nan
    kinematics = solve(GENERIC_MODEL, clean.with_positions(positions), "study")
    place = kinematics.marker_names.index("r_toe_study")
    assert np.isnan(kinematics.marker_errors_m[4:9, place]).all()
    assert np.isfinite(kinematics.marker_errors_m[:4, place]).all()
    assert kinematics.marker_rms_m.max() < 1e-4
    np.testing.assert_allclose(
        kinematics.coordinate("ankle_angle_r"), [pose["ankle_angle_r"] for pose in POSES], atol=1e-3
    )


def test_frames_without_enough_markers_are_interpolated_and_told(solve, clean):
    positions = clean.positions_m.copy()
    positions[7:9] = np.nan
    kinematics = solve(GENERIC_MODEL, clean.with_positions(positions), "study")
    assert kinematics.interpolated == (7, 8)
    assert "2 of 16 frames have no solution and were interpolated" in kinematics.notes[0]
    assert np.isnan(kinematics.marker_errors_m[7:9]).all()
    knee = kinematics.coordinate("knee_angle_r")
    assert knee[7] == pytest.approx(knee[6] + (knee[9] - knee[6]) / 3)


def test_pelvis_unseen_at_first_starts_where_it_is_seen(solve, clean):
    positions = clean.positions_m.copy()
    pelvis = [name for name in clean.names if "ASIS" in name or "PSIS" in name or "HJC" in name]
    positions[0, [clean.names.index(name) for name in pelvis]] = np.nan
    kinematics = solve(GENERIC_MODEL, clean.with_positions(positions), "study")
    assert kinematics.interpolated == (0,)
    assert kinematics.coordinate("knee_angle_r")[1] == pytest.approx(POSES[1]["knee_angle_r"], abs=1e-3)


def test_a_trial_with_too_few_markers_stops(solve, clean):
    positions = clean.positions_m.copy()
    positions[3:] = np.nan
    with pytest.raises(InverseKinematicsError, match=r"Only 3 of 16 frames show the 11 markers that are needed"):
        solve(GENERIC_MODEL, clean.with_positions(positions), "study")


def test_no_marker_of_the_model(solve, clean):
    with pytest.raises(InverseKinematicsError, match="none of the trial's markers") as caught:
        solve(GENERIC_MODEL, clean.rename({name: f"x{name}" for name in clean.names}), "study")
    assert "xC7_study" in caught.value.hint


def test_too_few_markers_on_the_pelvis(solve, clean):
    kept = [name for name in clean.names if "ASIS" not in name and "PSIS" not in name]
    with pytest.raises(InverseKinematicsError, match="Only 2 markers of the trial sit on the pelvis"):
        solve(GENERIC_MODEL, clean.select(kept), "study")


def test_coordinates_that_nothing_shows_are_held_and_told(solve, noisy):
    kept = [name for name in noisy.names if "wrist" not in name]
    kinematics = solve(GENERIC_MODEL, noisy.select(kept), "study")
    for name in (*TOES, "pro_sup_l", "elbow_flex_r"):
        np.testing.assert_allclose(kinematics.coordinate(name), 0.0, atol=1e-8)
        assert name in kinematics.notes[0]
    assert "knee_angle_r" not in kinematics.notes[0]


def test_turning_on_the_spot_does_not_jump(solve):
    """Three half turns: the pelvis passes 180 degrees, its angle goes on."""
    headings = np.linspace(0, 3 * np.pi, 40)
    markers = markers_of(load_model(GENERIC_MODEL), [{"pelvis_rotation": heading} for heading in headings])
    rotation = solve(GENERIC_MODEL, markers, "study").coordinate("pelvis_rotation")
    np.testing.assert_allclose(rotation, headings, atol=1e-3)


def test_mot_has_opencaps_columns_and_opens_in_opensim(solve, tmp_path, noisy):
    kinematics = solve(GENERIC_MODEL, noisy, "study")
    path = tmp_path / "Kinematics" / "squat.mot"
    write_kinematics(path, kinematics)
    storage = osim.Storage(str(path))
    labels = storage.getColumnLabels()
    assert [labels.get(index) for index in range(labels.getSize())] == OPENCAP_COLUMNS
    assert storage.isInDegrees()
    model = load_model(GENERIC_MODEL)
    model.initSystem()
    storage.setInDegrees(True)
    model.getSimbodyEngine().convertDegreesToRadians(storage)
    row = storage.getStateVector(3).getData()
    knee, height = OPENCAP_COLUMNS.index("knee_angle_l") - 1, OPENCAP_COLUMNS.index("pelvis_ty") - 1
    assert row.get(knee) == pytest.approx(kinematics.coordinate("knee_angle_l")[3], abs=1e-6)
    assert row.get(height) == pytest.approx(kinematics.coordinate("pelvis_ty")[3], abs=1e-6)
    assert read_storage(path).in_degrees


def test_stripping_the_patellae_does_not_move_markers():
    model = load_model(GENERIC_MODEL)
    whole, stripped = markers_of(model, POSES[5:7]), markers_of(without_patellae(model), POSES[5:7])
    np.testing.assert_allclose(stripped.select(whole.names).positions_m, whole.positions_m, atol=1e-12)


class TestRealSquats:
    """The OpenCap field study: marker errors and angles against what its own pipeline made of the same markers."""

    SESSION = "opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0"

    @pytest.fixture(scope="class")
    def solved(self, shared_data, tmp_path_factory):
        session = shared_data(self.SESSION)
        path = tmp_path_factory.mktemp("model") / "scaled.osim"
        subject = Subject(height_m=1.78, mass_kg=72.0, sex="m")
        neutral = read_trc(session / "MarkerData" / "neutral.trc")
        scaled = build_scaled_model(neutral, subject, Settings(scaler="measurement"), "study", path)
        squats = read_trc(session / "MarkerData" / "Squats_0.trc")
        every = slice(0, None, 17)
        thinned = replace(squats, positions_m=squats.positions_m[every], time_s=squats.time_s[every])
        theirs = read_storage(session / "OpenSimData" / "Kinematics" / "Squats_0.mot")
        return scaled, solve_kinematics(path, thinned, "study"), theirs, every

    def test_marker_error_is_that_of_opencaps_own_model(self, solved):
        scaled, kinematics, _, _ = solved
        assert len(kinematics.time_s) == 49
        assert kinematics.marker_rms_m.mean() < 0.0132 * 1.05
        assert "L_thigh3_study moves 5.6 mm" in scaled.notes[0]
        assert scaled.factors.of("pelvis") == pytest.approx([1.059, 1.059, 1.185], abs=0.002)

    @pytest.mark.parametrize("joint", ["hip_flexion", "knee_angle", "ankle_angle"])
    @pytest.mark.parametrize("side", ["r", "l"])
    def test_leg_angles_agree_with_opencaps(self, solved, joint, side):
        _, kinematics, theirs, every = solved
        name = f"{joint}_{side}"
        reference = theirs.values[every, theirs.columns.index(name)]
        difference = np.rad2deg(kinematics.coordinate(name)) - reference
        assert np.sqrt(np.mean(difference**2)) < 3.0

    def test_both_engines_find_the_same_poses(self, solved, shared_data):
        """Angles within 0.05 degrees, distances of markers within 0.05 mm."""
        scaled, batched, _, every = solved
        squats = read_trc(shared_data(self.SESSION) / "MarkerData" / "Squats_0.trc")
        thinned = replace(squats, positions_m=squats.positions_m[every], time_s=squats.time_s[every])
        reference = solve_kinematics(scaled.path, thinned, "study", "opensim")
        assert reference.coordinates == batched.coordinates
        assert reference.marker_names == batched.marker_names
        np.testing.assert_allclose(np.rad2deg(batched.values), np.rad2deg(reference.values), atol=0.05)
        np.testing.assert_allclose(batched.marker_errors_m, reference.marker_errors_m, atol=0.05e-3)
