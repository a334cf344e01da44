from dataclasses import replace

import numpy as np
import opensim as osim
import pytest

from models.errors import ModelError, ScalingError
from models.markers import ScalingMarkers
from models.skeleton import GENERIC_MODEL, load_model
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from pipeline.kinematics import solve_kinematics
from pipeline.scaling import (
    MeasurementScaler,
    apply_factors,
    build_scaled_model,
    load_generic,
)
from pipeline.scaling.generic import GENERIC_HEIGHT_M
from pipeline.scaling.measurements import measurements, with_hip_centres
from pipeline.settings import Settings
from tests.pipeline.scaling_people import write_trc
from tests.pipeline.synthetic import markers_of, squat

SUBJECT = Subject(height_m=1.85, mass_kg=82.0, sex="m")


def bodies_of(model):
    return [model.getBodySet().get(index) for index in range(model.getBodySet().getSize())]


def scaled_person(factors, marker_set="study"):
    """A model with known factors, standing: what a recording of such a person would show."""
    model, _ = load_generic(GENERIC_MODEL, marker_set)
    names = tuple(body.getName() for body in bodies_of(model))
    apply_factors(model, ScaleFactors(names, np.array([factors(name) for name in names]), "test"), SUBJECT.mass_kg)
    return model


@pytest.fixture(scope="module")
def tall_standing():
    """Twenty still frames of a person 1.1 times the generic size, in the model's default pose."""
    return markers_of(scaled_person(lambda _: (1.1, 1.1, 1.1)), [{}] * 20)


@pytest.mark.parametrize("marker_set", ["study", "optical"])
def test_known_uniform_factors_are_recovered(marker_set):
    markers = markers_of(scaled_person(lambda _: (1.1, 1.1, 1.1), marker_set), [{}] * 3)
    factors = MeasurementScaler(marker_set=marker_set).scale(ScalingMarkers(markers), SUBJECT)
    np.testing.assert_allclose(factors.factors, 1.1, atol=1e-9)
    assert factors.notes == ()
    assert factors.implausible == {}
    assert {"torso", "patella_l", "hand_r", "toes_l"} <= set(factors.bodies)


def test_sides_of_the_leg_are_measured_apart_and_axes_of_the_pelvis_too():
    sizes = {"femur_l": (1.2, 1.2, 1.2), "tibia_r": (0.9, 0.9, 0.9), "pelvis": (1.0, 1.0, 1.3)}
    markers = markers_of(scaled_person(lambda body: sizes.get(body, (1.0, 1.0, 1.0))), [{}])
    factors = MeasurementScaler().scale(ScalingMarkers(markers), SUBJECT)
    assert factors.of("femur_l")[1] > 1.15
    assert abs(factors.of("femur_r")[1] - 1.0) < 0.05
    # The knee markers sit on the femur, so that its size enters a little.
    assert factors.of("tibia_r") == pytest.approx([0.9] * 3, abs=0.005)
    assert factors.of("tibia_l") == pytest.approx([1.0] * 3, abs=0.02)
    assert factors.of("pelvis")[2] == pytest.approx(1.3, abs=1e-9)
    assert factors.of("pelvis")[0] < 1.1


def test_equals_the_model_scaler_of_opensim(tmp_path):
    """Every marker and joint of the scaled model where OpenSim's own ModelScaler puts it, from moving markers."""
    person = scaled_person(lambda body: (1.04, 0.97, 1.08) if body != "torso" else (1.1, 0.95, 1.0))
    markers = markers_of(person, squat(9)[:3])
    theirs, _ = load_generic(GENERIC_MODEL, "study")
    scaler = osim.ModelScaler()
    scaler.setMarkerFileName(str(write_trc(tmp_path / "static.trc", markers)))
    scaler.setTimeRange(_time_range(markers))
    scaler.setScalingOrder(_strings("measurements"))
    scaler.setMeasurementSet(_measurement_set())
    scaler.setPreserveMassDist(True)
    theirs.initSystem()
    assert scaler.processModel(theirs, "", SUBJECT.mass_kg)
    ours, _ = load_generic(GENERIC_MODEL, "study")
    apply_factors(ours, MeasurementScaler().scale(ScalingMarkers(markers), SUBJECT), SUBJECT.mass_kg)
    for mine, other in zip(_places(ours), _places(theirs), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-6)


def masses_kg(model):
    return {body.getName(): body.getMass() for body in bodies_of(model)}


def test_mass_is_the_subjects_and_keeps_the_models_distribution_where_sex_is_not_given(tmp_path, tall_standing):
    subject, settings = replace(SUBJECT, sex="unspecified"), Settings(scaler="measurement")
    scaled = build_scaled_model(tall_standing, subject, settings, "study", tmp_path / "deep" / "scaled.osim")
    model, generic = load_model(scaled.path), load_model(GENERIC_MODEL)
    assert model.getTotalMass(model.initSystem()) == pytest.approx(82.0, abs=1e-9)
    ratios = [mass_kg / masses_kg(generic)[name] for name, mass_kg in masses_kg(model).items()]
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-9)
    assert scaled.mass_distribution == "model"
    assert model.getName() == "LaiUhlrich2022_scaled"
    text = scaled.path.read_text()
    assert "Rajagopal" in text, "credits are lost"
    assert str(tmp_path) not in text


def test_women_carry_more_of_their_mass_on_the_legs_than_men(tmp_path, tall_standing):
    legs_kg = {}
    for sex in ("f", "m"):
        path = tmp_path / f"{sex}.osim"
        scaled = build_scaled_model(
            tall_standing, replace(SUBJECT, sex=sex), Settings(scaler="measurement"), "study", path
        )
        model = load_model(path)
        assert model.getTotalMass(model.initSystem()) == pytest.approx(82.0, abs=1e-9)
        assert scaled.mass_distribution == sex
        legs_kg[sex] = sum(masses_kg(model)[name] for name in ("femur_r", "femur_l", "tibia_r", "tibia_l"))
    assert legs_kg["f"] > 1.04 * legs_kg["m"]


def test_a_model_of_ones_own_keeps_its_mass_distribution(tmp_path, tall_standing):
    own = tmp_path / "own.osim"
    load_generic(GENERIC_MODEL, "study")[0].printToXML(str(own))
    settings = Settings(scaler="measurement", model=own)
    scaled = build_scaled_model(tall_standing, SUBJECT, settings, "study", tmp_path / "scaled.osim")
    model, generic = load_model(scaled.path), load_model(GENERIC_MODEL)
    ratios = [mass_kg / masses_kg(generic)[name] for name, mass_kg in masses_kg(model).items()]
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-9)
    assert scaled.mass_distribution == "model"


def test_perfect_markers_leave_no_error(tmp_path, tall_standing):
    settings = Settings(scaler="measurement", marker_placement=False)
    scaled = build_scaled_model(tall_standing, SUBJECT, settings, "study", tmp_path / "scaled.osim")
    # The pull of the ankles to 5 degrees leaves a few millimetres at the feet.
    assert max(scaled.static_marker_errors_m.values()) < 0.008
    assert scaled.static_marker_errors_m == scaled.unplaced_marker_errors_m
    assert len(scaled.static_marker_errors_m) == 43


def test_placement_moves_markers_onto_the_static_pose_but_leaves_fixed_ones(tmp_path, tall_standing):
    moved = tall_standing.positions_m.copy()
    for name, shift_m in (("r_thigh1_study", 0.03), ("r_lelbow_study", 0.03)):
        moved[:, tall_standing.names.index(name), 1] += shift_m
    markers = tall_standing.with_positions(moved)
    placed = build_scaled_model(markers, SUBJECT, Settings(scaler="measurement"), "study", tmp_path / "a.osim")
    assert placed.unplaced_marker_errors_m["r_thigh1_study"] > 0.025
    assert placed.static_marker_errors_m["r_thigh1_study"] < 0.002
    assert placed.static_marker_errors_m["r_lelbow_study"] > 0.01
    kept = build_scaled_model(
        markers, SUBJECT, Settings(scaler="measurement", marker_placement=False), "study", tmp_path / "b.osim"
    )
    of_placed, of_kept = load_model(placed.path), load_model(kept.path)

    def offset(model, name):
        return model.getMarkerSet().get(name).get_location().to_numpy()

    np.testing.assert_array_equal(offset(of_placed, "r_lelbow_study"), offset(of_kept, "r_lelbow_study"))
    shift = offset(of_placed, "r_thigh1_study") - offset(of_kept, "r_thigh1_study")
    assert shift == pytest.approx([0, 0.03, 0], abs=0.003)


def test_a_person_who_stands_flexed_stays_flexed(tmp_path):
    """Stooped standing is common in old age; a neutral pose forced straight would hide it in every trial."""
    stance = {"hip_flexion": 25.0, "knee_angle": 20.0, "ankle_angle": 12.0}
    pose = {f"{joint}_{side}": np.deg2rad(angle) for joint, angle in stance.items() for side in "rl"}
    pose["lumbar_extension"] = np.deg2rad(-15.0)
    markers = markers_of(load_model(GENERIC_MODEL), [pose] * 20)
    scaled = build_scaled_model(markers, SUBJECT, Settings(scaler="measurement"), "study", tmp_path / "scaled.osim")
    kinematics = solve_kinematics(scaled.path, markers.frames(0, 2), "study")
    for joint, angle in stance.items():
        assert np.rad2deg(kinematics.coordinate(f"{joint}_r")[0]) == pytest.approx(angle, abs=4.0), joint


def test_missing_markers_fall_back_to_the_other_side_then_to_height(tall_standing):
    left_leg = {"L_knee_study", "L_mknee_study", "L_ankle_study", "L_mankle_study"}
    arms = {name for name in tall_standing.names if "elbow" in name}
    kept = tall_standing.select([name for name in tall_standing.names if name not in left_leg | arms])
    factors = MeasurementScaler().scale(ScalingMarkers(kept), SUBJECT)
    np.testing.assert_allclose(factors.of("tibia_l"), factors.of("tibia_r"))
    np.testing.assert_allclose(factors.of("femur_l"), 1.1, atol=1e-9)
    np.testing.assert_allclose(factors.of("radius_r"), SUBJECT.height_m / GENERIC_HEIGHT_M)
    notes = " ".join(factors.notes)
    assert "tibia_l: its markers are not seen, tibia_r was used" in notes
    assert "forearm: its markers are not seen, the ratio of body heights was used (1.85 m / 1.70 m)" in notes


def test_one_missing_pair_is_left_out_and_told(tall_standing):
    kept = tall_standing.select([name for name in tall_standing.names if name != "r_mankle_study"])
    factors = MeasurementScaler().scale(ScalingMarkers(kept), SUBJECT)
    np.testing.assert_allclose(factors.of("tibia_r"), 1.1, atol=1e-9)
    assert factors.notes == ("Scaling of tibia_r: not seen, left out: r_mknee_study to r_mankle_study.",)


def test_nothing_to_measure(tall_standing):
    with pytest.raises(ScalingError, match="No distance between markers can be measured"):
        MeasurementScaler().scale(ScalingMarkers(tall_standing.select(["C7_study"])), SUBJECT)


def test_implausible_factors_are_noted(tmp_path, tall_standing):
    far = tall_standing.positions_m.copy()
    for name in ("r_ankle_study", "r_mankle_study"):
        far[:, tall_standing.names.index(name), 1] -= 0.35
    settings = Settings(scaler="measurement", marker_placement=False)
    scaled = build_scaled_model(tall_standing.with_positions(far), SUBJECT, settings, "study", tmp_path / "m.osim")
    assert any("tibia_r are implausible" in note and "adults have 0.65 to 1.5" in note for note in scaled.notes)


def test_hip_centres_are_estimated_where_the_laboratory_has_none():
    markers = markers_of(scaled_person(lambda _: (1.0, 1.0, 1.0), "optical"), [{}, {"pelvis_rotation": 1.0}])
    without = markers.select([name for name in markers.names if "HJC" not in name])
    found, notes = with_hip_centres(without)
    for name in ("R_HJC", "L_HJC"):
        error_m = np.linalg.norm(found.position_m(name) - markers.position_m(name), axis=1)
        assert error_m.max() < 0.03, "the regression and the generic pelvis agree to 3 cm"
        assert error_m[0] == pytest.approx(error_m[1], abs=1e-9), "whatever the heading"
    assert "Harrington" in notes[0]
    assert with_hip_centres(markers) == (markers, ())


def test_cluster_markers_without_a_place_are_left_out(tmp_path):
    markers = markers_of(scaled_person(lambda _: (1.0, 1.0, 1.0), "optical"), [{}] * 5)
    scaled = build_scaled_model(
        markers, SUBJECT, Settings(scaler="measurement", marker_placement=False), "optical", tmp_path / "scaled.osim"
    )
    model = load_model(scaled.path)
    assert not model.getMarkerSet().contains("r_thigh1")
    assert model.getMarkerSet().contains("r_knee")
    assert any("r_thigh1" in note and "left out" in note for note in scaled.notes)
    assert "r_thigh1" not in scaled.unplaced_marker_errors_m
    assert max(scaled.unplaced_marker_errors_m.values()) < 0.02


def test_another_generic_model_keeps_its_markers_and_must_have_the_sessions(tmp_path, tall_standing):
    other = load_model(GENERIC_MODEL)
    for name in ("r_knee_study", "C7_study"):
        other.updMarkerSet().remove(other.getMarkerSet().getIndex(name))
    other.finalizeConnections()
    path = tmp_path / "Other.osim"
    other.printToXML(str(path))
    with pytest.raises(ModelError, match=r"lacks 2 markers of the session: .*r_knee_study") as caught:
        build_scaled_model(
            tall_standing, SUBJECT, Settings(scaler="measurement", model=path), "study", tmp_path / "scaled.osim"
        )
    assert "C7_study" in caught.value.message
    assert not (tmp_path / "scaled.osim").exists()
    rest = tall_standing.select([name for name in tall_standing.names if name not in {"r_knee_study", "C7_study"}])
    scaled = build_scaled_model(
        rest, SUBJECT, Settings(scaler="measurement", model=path), "study", tmp_path / "scaled.osim"
    )
    assert load_model(scaled.path).getName() == "Other_scaled"


def test_every_measured_marker_and_body_exists():
    for marker_set in ("study", "optical"):
        model, _ = load_generic(GENERIC_MODEL, marker_set)
        bodies = {body.getName() for body in bodies_of(model)}
        sized = set()
        for entry in measurements(marker_set):
            assert all(model.getMarkerSet().contains(name) for pair in entry.pairs for name in pair), entry.name
            sized |= {(body, axis) for body in entry.bodies for axis in entry.axes}
        assert {(body, axis) for body in bodies for axis in range(3)} <= sized


def test_no_measurement_of_one_side_ends_on_the_other():
    """OpenCap's laboratory set-up measures from the left elbow to the right wrist; ours must not."""
    for marker_set in ("study", "optical"):
        for entry in measurements(marker_set):
            if entry.name in {"foot", "upper arm", "forearm"} or entry.name.startswith(("tibia", "femur")):
                assert all(first[0].upper() == second[0].upper() for first, second in entry.pairs), entry.name


def _time_range(markers):
    time_range = osim.ArrayDouble(float(markers.time_s[0]), 2)
    time_range.set(1, float(markers.time_s[-1]))
    return time_range


def _strings(*values):
    array = osim.ArrayStr()
    for value in values:
        array.append(value)
    return array


def _measurement_set():
    measurement_set = osim.MeasurementSet()
    for entry in measurements("study"):
        measurement = osim.Measurement()
        measurement.setName(entry.name.replace(" ", "_"))
        for first, second in entry.pairs:
            measurement.getMarkerPairSet().cloneAndAppend(osim.MarkerPair(first, second))
        for body in entry.bodies:
            scale = osim.BodyScale()
            scale.setName(body)
            axes = osim.ArrayStr()
            for axis in entry.axes:
                axes.append("XYZ"[axis])
            scale.setAxisNames(axes)
            measurement.getBodyScaleSet().cloneAndAppend(scale)
        measurement.setApply(True)
        measurement_set.cloneAndAppend(measurement)
    return measurement_set


def _places(model):
    model.initSystem()
    in_model = model.getMarkerSet()
    yield np.array([in_model.get(index).get_location().to_numpy() for index in range(in_model.getSize())])
    joints = [model.getJointSet().get(index) for index in range(model.getJointSet().getSize())]
    frames = [osim.PhysicalOffsetFrame.safeDownCast(joint.getParentFrame()) for joint in joints]
    yield np.array([frame.get_translation().to_numpy() for frame in frames])
    yield np.array([[body.get_inertia().get(index) for index in range(6)] for body in bodies_of(model)])
