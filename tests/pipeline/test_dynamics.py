"""The whole station: OpenSim's own tool repeats the moments from the files written; modes do what they say."""

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import opensim as osim
import pytest
from defusedxml import ElementTree

from benchmarks.dynamics import model_with_mass
from models.errors import ForceDataError
from models.skeleton import GENERIC_MODEL, load_model
from pipeline.contact import estimate
from pipeline.dynamics import joint_moments, solve_dynamics
from pipeline.dynamics_files import write_dynamics
from pipeline.files.storage import read_storage
from pipeline.motion.body_motion import body_motion
from pipeline.trajectories import Kinematics
from tests.models.skeleton.opensim_dynamics import two_rotations_at_the_knees
from tests.pipeline.movements import rise_from_chair, squat
from tests.pipeline.plate_files import Y_UP, Z_UP_TO_GROUND, plate_columns, turned, write_c3d_plates, write_plates


def solve(kinematics, model_path=GENERIC_MODEL, **options):
    defaults = {
        "cutoff_hz": 6.0,
        "lock_feet": False,
        "seated": False,
        "force_file": None,
        "force_file_to_ground": Y_UP,
        "force_mode": "auto",
    }
    return solve_dynamics(model_path, kinematics, **(defaults | options))


@pytest.fixture(scope="module")
def squatting():
    return squat(sideways_rad=0.03)


@pytest.fixture(scope="module")
def solved(squatting):
    return solve(squatting)


@pytest.fixture(scope="module")
def plate_file(tmp_path_factory, solved):
    forces, _ = solved
    path = tmp_path_factory.mktemp("plates") / "trial.mot"
    return write_plates(path, forces.time_s, {side: plate_columns(forces.forces[side]) for side in "rl"})


def run_opensim_tool(folder, monkeypatch):
    """OpenSim's InverseDynamicsTool on the set-up in the folder; a patella's moment is added to its knee's."""
    monkeypatch.chdir(folder)
    assert osim.InverseDynamicsTool("id_setup.xml").run()
    table = read_storage(folder / "inverse_dynamics_opensim.sto")
    patellae = {f"knee_angle_{side}_moment": table.column(f"knee_angle_{side}_beta_force") for side in "rl"}
    return {name: table.column(name) + patellae.get(name, 0.0) for name in table.columns}


@pytest.mark.parametrize("seated", [False, True])
@pytest.mark.parametrize(("knees", "within_nm"), [("of two rotations", 1e-3), ("as they are", 0.2)])
def test_opensims_own_tool_finds_the_same_moments_from_the_written_files(
    tmp_path, monkeypatch, squatting, seated, knees, within_nm
):
    """In a results folder that was moved after it was written; the tool errs on knees that turn about three axes."""
    model = load_model(GENERIC_MODEL)
    path = tmp_path / "written/Model/Person_scaled.osim"
    path.parent.mkdir(parents=True)
    (model if knees == "as they are" else two_rotations_at_the_knees(model)).printToXML(str(path))
    forces, moments = solve(rise_from_chair() if seated else squatting, path, seated=seated)
    write_dynamics(tmp_path / "written/Dynamics/a trial", path, forces, moments)
    (tmp_path / "written").rename(tmp_path / "moved")
    folder = tmp_path / "moved/Dynamics/a trial"
    theirs = run_opensim_tool(folder, monkeypatch)
    ours = read_storage(folder / "inverse_dynamics.sto")
    inner = slice(10, -10)
    for name in ours.columns:
        assert ours.column(name)[inner] == pytest.approx(theirs[name][inner], abs=within_nm), name


def test_written_coordinates_are_the_filtered_ones_with_the_patellae_on_their_knees(tmp_path, solved):
    forces, moments = solved
    write_dynamics(tmp_path, GENERIC_MODEL, forces, moments)
    table = read_storage(tmp_path / "coordinates_filtered.mot")
    assert not table.in_degrees
    assert table.column("pelvis_ty") == pytest.approx(moments.values[:, moments.coordinates.index("pelvis_ty")])
    assert table.column("knee_angle_l_beta") == pytest.approx(table.column("knee_angle_l"))
    assert len(table.columns) == len(moments.coordinates) + 2
    (model_file,) = ElementTree.parse(tmp_path / "id_setup.xml").getroot().iter("model_file")
    assert not Path(str(model_file.text).strip()).is_absolute()


def test_standard_errors_are_written_in_the_columns_of_the_moments_where_they_are_known(tmp_path, solved):
    forces, moments = solved
    write_dynamics(tmp_path / "known", GENERIC_MODEL, forces, moments)
    errors = read_storage(tmp_path / "known/inverse_dynamics_se.sto")
    every = read_storage(tmp_path / "known/inverse_dynamics.sto").columns
    # What is left on the pelvis is a residual and has no error.
    assert errors.columns == tuple(name for name in every if not name.startswith("pelvis_"))
    assert errors.column("knee_angle_r_moment") == pytest.approx(moments.standard_error_nm("knee_angle_r"), abs=1e-6)
    write_dynamics(tmp_path / "unknown", GENERIC_MODEL, forces, replace(moments, standard_errors_nm=None))
    assert not (tmp_path / "unknown/inverse_dynamics_se.sto").exists()


def test_written_tables_hold_the_columns_opensim_and_opencap_processing_look_for(tmp_path):
    forces, moments = solve(rise_from_chair(), seated=True)
    write_dynamics(tmp_path / "Dynamics" / "rise", GENERIC_MODEL, forces, moments)
    folder = tmp_path / "Dynamics" / "rise"
    table = read_storage(folder / "contact_forces.mot")
    for key in ("r", "l", "seat"):
        for stem in (f"ground_force_{key}_v", f"ground_force_{key}_p", f"ground_torque_{key}_"):
            assert {f"{stem}{axis}" for axis in "xyz"} <= set(table.columns)
    assert table.column("ground_force_seat_vy") == pytest.approx(forces.forces["seat"].force_n[:, 1], abs=1e-6)
    dynamics = read_storage(folder / "inverse_dynamics.sto")
    assert dynamics.column("knee_angle_r_moment") == pytest.approx(moments.moment_nm("knee_angle_r"), abs=1e-6)
    assert {"pelvis_ty_force", "pelvis_tilt_moment"} <= set(dynamics.columns)
    assert not dynamics.in_degrees
    loads = osim.ExternalLoads(str(folder / "external_loads.xml"), True)
    bodies = {loads.get(i).getName(): loads.get(i).getAppliedToBodyName() for i in range(loads.getSize())}
    assert bodies == {
        "contact_r": "calcn_r",
        "contact_l": "calcn_l",
        "contact_seat": "pelvis",
        "trunk_shift": "torso",
        "thigh_shift": "pelvis",
    }


def test_moments_are_valid_inside_and_not_at_the_edges(solved):
    forces, moments = solved
    assert moments.valid[10:-10].all()
    assert not moments.valid[:10].any()
    assert np.array_equal(moments.valid, forces.valid)


def test_a_model_without_patellae_gives_nearly_the_same_moments(tmp_path, squatting, solved):
    from models.skeleton import without_patellae

    path = tmp_path / "bare.osim"
    without_patellae(load_model(GENERIC_MODEL)).printToXML(str(path))
    _, moments = solve_dynamics(
        path,
        squatting,
        cutoff_hz=6.0,
        lock_feet=False,
        seated=False,
        force_file=None,
        force_file_to_ground=Y_UP,
        force_mode="estimated",
    )
    ours = solved[1].moment_nm("knee_angle_r")
    assert moments.moment_nm("knee_angle_r")[10:-10] == pytest.approx(ours[10:-10], abs=1.5)


def test_power_integrates_to_the_change_of_energy(squatting):
    """Joints, pelvis residual and contacts at rest: what the joints do is what the body gains."""
    # The model's own masses, whose energy is known.
    motion = replace(body_motion(GENERIC_MODEL, squatting, cutoff_hz=6.0), shifts=())
    moments = joint_moments(motion, estimate(motion, seated=False))
    mass, gravity = 75.337, 9.80665
    inner = slice(10, -10)
    power = np.sum(moments.moments_nm * moments.speeds, axis=1)
    speed = np.gradient(moments.centre_of_mass_m, moments.time_s, axis=0)
    lift = mass * gravity * (moments.centre_of_mass_m[:, 1] - moments.centre_of_mass_m[10, 1])
    work = np.concatenate([[0.0], np.cumsum(0.5 * (power[inner][1:] + power[inner][:-1]) / 60.0)])
    kinetic = 0.5 * mass * np.sum(speed**2, axis=1)
    gained = lift + kinetic - kinetic[10]
    assert np.ptp(gained) > 50.0
    assert work == pytest.approx(gained[inner], abs=0.03 * np.ptp(gained))


def test_auto_uses_plates_where_there_are_any(squatting, plate_file):
    assert solve(squatting)[0].origin == "estimated"
    assert solve(squatting, force_file=plate_file)[0].origin == "measured"
    assert solve(squatting, force_file=plate_file, force_mode="estimated")[0].origin == "estimated"


def test_moments_do_not_depend_on_the_axes_or_the_format_of_the_force_file(tmp_path, squatting, solved, plate_file):
    truth, _ = solved
    measured, expected = solve(squatting, force_file=plate_file, force_mode="measured")
    plates = {side: turned(plate_columns(truth.forces[side]), Z_UP_TO_GROUND.T) for side in "rl"}
    for file in (
        write_plates(tmp_path / "turned.mot", truth.time_s, plates),
        write_c3d_plates(tmp_path / "turned.c3d", truth.time_s, list(plates.values())),
    ):
        forces, moments = solve(squatting, force_file=file, force_file_to_ground=Z_UP_TO_GROUND, force_mode="measured")
        assert np.array_equal(forces.valid[:-15], measured.valid[:-15])
        inner = slice(20, -20)
        assert moments.moments_nm[inner] == pytest.approx(expected.moments_nm[inner], abs=1.5), file.suffix


def test_measured_without_a_file_says_what_to_do(squatting):
    with pytest.raises(ForceDataError, match="no measured forces") as error:
        solve(squatting, force_mode="measured")
    assert "--forces estimated" in error.value.hint
    assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)  # noqa: S301


def test_unusable_plates_stop_measured_and_are_reported_by_auto(tmp_path, squatting):
    path = tmp_path / "broken.mot"
    path.write_text("nonsense")
    with pytest.raises(ForceDataError):
        solve(squatting, force_file=path, force_mode="measured")
    forces, _ = solve(squatting, force_file=path)
    assert forces.origin == "estimated"
    assert forces.notes[-1].startswith("Plates not used, forces estimated instead: ")


# Real recordings.

LAB = "lab_opencap_labvalidation_subject4_nimble"
FIELD = "opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0/OpenSimData"
PLATE_MASS_KG = 60.05


def recorded(path):
    table = read_storage(path)
    turns = np.array([not name.startswith("pelvis_t") or name == "pelvis_tilt" for name in table.columns])
    values = np.where(turns, np.radians(table.values), table.values) if table.in_degrees else table.values
    return Kinematics(table.time_s, table.columns, values, (), np.zeros((len(table.time_s), 0)))


@pytest.fixture(scope="module")
def lab(shared_data, tmp_path_factory):
    root = shared_data(LAB)
    model = model_with_mass(
        root / "Models/manually_scaled.osim", tmp_path_factory.mktemp("lab") / "s4.osim", PLATE_MASS_KG
    )

    def trial(name, *, seated, force_mode):
        return solve_dynamics(
            model,
            recorded(root / f"IK/{name}_manual_scaling_ik.mot"),
            cutoff_hz=6.0,
            lock_feet=False,
            seated=seated,
            force_file=root / f"ID/{name}_grf.mot",
            force_file_to_ground=Y_UP,
            force_mode=force_mode,
        )

    return trial


@pytest.mark.parametrize(("name", "seated"), [("STS1", True), ("squats1", False)])
def test_lab_plates_are_assigned_and_moments_have_the_signs_and_sizes_of_the_movement(lab, name, seated):
    forces, moments = lab(name, seated=seated, force_mode="measured")
    valid = moments.valid
    assert valid.mean() > 0.95
    # Plate 1 lies at z = -0.50 m, plate 2 at -0.70 m: the right foot is on the first.
    assert np.median(forces.forces["r"].point_m[valid, 2]) > np.median(forces.forces["l"].point_m[valid, 2]) + 0.1
    for side in "rl":
        # Extension moments are negative in OpenSim; rising and squatting ask for 0.5 to 1.6 Nm/kg of each knee.
        knee = moments.moment_nm(f"knee_angle_{side}")[valid] / PLATE_MASS_KG
        hip = moments.moment_nm(f"hip_flexion_{side}")[valid] / PLATE_MASS_KG
        assert -1.6 < knee.min() < -0.8
        assert knee.max() < 0.3
        assert -1.4 < hip.min() < -0.5
    residual = np.sqrt(np.mean(np.sum(forces.residual_force_n[valid] ** 2, axis=1))) / PLATE_MASS_KG
    assert residual < 0.5


@pytest.mark.parametrize(("name", "seated", "limit_n_per_kg"), [("squats1", False, 0.35), ("STS1", True, 0.60)])
def test_estimated_forces_stay_close_to_the_plates(lab, name, seated, limit_n_per_kg):
    measured, _ = lab(name, seated=seated, force_mode="measured")
    estimated, _ = lab(name, seated=seated, force_mode="estimated")
    valid = measured.valid & estimated.valid
    error = np.concatenate([(estimated.forces[side].force_n - measured.forces[side].force_n)[valid] for side in "rl"])
    assert np.linalg.norm(error, axis=1).mean() / PLATE_MASS_KG < limit_n_per_kg


def test_lab_walk_is_valid_only_while_every_loaded_foot_is_on_a_plate(lab):
    forces, moments = lab("walking1", seated=False, force_mode="measured")
    single = (forces.time_s > 0.15) & (forces.time_s < 1.15)
    assert moments.valid[single].mean() > 0.9
    ankle = moments.moment_nm("ankle_angle_r")[moments.valid] / PLATE_MASS_KG
    assert -1.8 < ankle.min() < -1.1


def test_video_squats_carry_body_weight_and_bend_the_knees_under_load(shared_data):
    root = shared_data(FIELD)
    model = root / "Model/LaiArnoldModified2017_poly_withArms_weldHand_scaled.osim"
    forces, moments = solve_dynamics(
        model,
        recorded(root / "Kinematics/Squats_0.mot"),
        cutoff_hz=4.0,
        lock_feet=False,
        seated=False,
        force_file=None,
        force_file_to_ground=Y_UP,
        force_mode="auto",
    )
    assert forces.total_vertical_n.mean() == pytest.approx(72.0 * 9.80665, rel=0.03)
    assert -0.05 < forces.floor_height_m < 0.02
    angle = moments.values[:, moments.coordinates.index("knee_angle_r")]
    bent, straight = angle > np.quantile(angle, 0.9), angle < np.quantile(angle, 0.2)
    for side in "rl":
        knee = moments.moment_nm(f"knee_angle_{side}") / 72.0
        assert -1.7 < knee[bent].mean() < -0.5
        assert abs(knee[straight].mean()) < 0.3
