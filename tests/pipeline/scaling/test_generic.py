"""Which model scaling starts from: ours, another one, one without markers, one that is scaled already."""

import numpy as np
import pytest

from models.errors import ModelError, ScalingError
from models.markers import ScalingMarkers
from models.skeleton import GENERIC_MODEL, load_model
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from pipeline.scaling import MeasurementScaler, apply_factors, body_height_m, build_scaled_model, load_generic
from pipeline.scaling.generic import GENERIC_HEIGHT_M, generic_model, scaled_height_m
from pipeline.session import read_markers, read_session
from pipeline.settings import Settings
from tests.pipeline.synthetic import markers_of

SUBJECT = Subject(height_m=1.85, mass_kg=82.0, sex="m")
OPENCAPS = "reference_models_laiuhlrich2022_apache/LaiUhlrich2022.osim"
FIELD = "opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0"


def person(size=1.0):
    model, _ = load_generic(GENERIC_MODEL, "study")
    names = tuple(body.getName() for body in model.getBodySet())
    apply_factors(model, ScaleFactors(names, np.full((len(names), 3), size), "test"), SUBJECT.mass_kg)
    return model


def saved(model, path):
    model.finalizeConnections()
    model.printToXML(str(path))
    return path


def without_markers(model):
    model.updMarkerSet().clearAndDestroy()
    return model


@pytest.fixture(scope="module")
def standing():
    """Twenty still frames of a person 1.1 times the generic size."""
    return markers_of(person(1.1), [{}] * 20)


def without_arms(markers):
    return markers.select([name for name in markers.names if "elbow" not in name])


@pytest.mark.parametrize("size", [0.9, 1.0, 1.15])
def test_body_height_follows_the_size_of_the_model(size):
    assert body_height_m(person(size)) == pytest.approx(1.70 * size, abs=1e-6)


def test_longer_legs_on_a_shorter_trunk_are_told_from_a_tall_person():
    model, _ = load_generic(GENERIC_MODEL, "study")
    legs = tuple(f"{bone}_{side}" for bone in ("femur", "tibia") for side in "rl")
    factors = np.array([[1.05] * 3] * 4 + [[0.92] * 3])
    apply_factors(model, ScaleFactors((*legs, "torso"), factors, "test"), SUBJECT.mass_kg)
    assert body_height_m(model) == pytest.approx(1.70, abs=0.02)


def test_the_scaled_model_knows_how_tall_it_is(tmp_path, standing):
    scaled = build_scaled_model(standing, SUBJECT, Settings(scaler="measurement"), "study", tmp_path / "scaled.osim")
    assert scaled.body_height_m == pytest.approx(1.87, abs=1e-6)
    assert body_height_m(load_model(scaled.path)) == pytest.approx(1.87, abs=1e-6)


def test_body_height_as_a_fallback_is_measured_from_the_height_of_the_model_at_hand(tmp_path, standing):
    tall = saved(person(1.1), tmp_path / "tall.osim")
    factors = MeasurementScaler(model_file=tall).scale(ScalingMarkers(without_arms(standing)), SUBJECT)
    np.testing.assert_allclose(factors.of("femur_r"), 1.0, atol=1e-6)
    np.testing.assert_allclose(factors.of("radius_r"), 1.85 / 1.87, atol=1e-6)
    assert any("(1.85 m / 1.87 m)" in note for note in factors.notes)


def test_a_model_whose_height_cannot_be_told_is_no_base_for_the_fallback(tmp_path, standing):
    other = person()
    other.updJointSet().get("back").setName("lumbar")
    path = saved(other, tmp_path / "other.osim")
    assert body_height_m(load_model(path)) is None
    with pytest.raises(ScalingError, match=r"upper arm: .* not seen, and how tall .* other\.osim") as error:
        MeasurementScaler(model_file=path).scale(ScalingMarkers(without_arms(standing)), SUBJECT)
    assert "back, hip_r" in error.value.hint
    np.testing.assert_allclose(
        MeasurementScaler(model_file=path).scale(ScalingMarkers(standing), SUBJECT).factors, 1.1, atol=1e-9
    )


@pytest.mark.parametrize("marker_set", ["study", "optical"])
def test_an_unscaled_model_without_markers_gets_ours_and_says_so(tmp_path, standing, marker_set):
    path = saved(without_markers(person()), tmp_path / "bare.osim")
    model, notes = load_generic(path, marker_set)
    ours, none = load_generic(GENERIC_MODEL, marker_set)
    assert model.getMarkerSet().getSize() == ours.getMarkerSet().getSize()
    assert "bare.osim has none of the session's markers" in notes[0]
    assert none == ()
    if marker_set == "study":
        scaled = build_scaled_model(
            standing, SUBJECT, Settings(scaler="measurement", model=path), "study", tmp_path / "scaled.osim"
        )
        np.testing.assert_allclose(scaled.factors.factors, 1.1, atol=1e-9)
        assert notes[0] in scaled.notes


def test_a_scaled_model_without_markers_is_refused_since_our_offsets_are_not_its_own(tmp_path, standing):
    path = saved(without_markers(person(1.05)), tmp_path / "bare.osim")
    with pytest.raises(ModelError, match="lacks 43 markers of the session") as error:
        build_scaled_model(
            standing, SUBJECT, Settings(scaler="measurement", model=path), "study", tmp_path / "scaled.osim"
        )
    assert "only if it is the unscaled LaiUhlrich2022" in error.value.hint


def test_opencaps_own_generic_model_scales_like_ours(tmp_path, shared_data, standing):
    settings = Settings(scaler="measurement", model=shared_data(OPENCAPS))
    theirs = build_scaled_model(standing, SUBJECT, settings, "study", tmp_path / "theirs.osim")
    ours = build_scaled_model(standing, SUBJECT, Settings(scaler="measurement"), "study", tmp_path / "ours.osim")
    assert theirs.factors.bodies == ours.factors.bodies
    np.testing.assert_allclose(theirs.factors.factors, ours.factors.factors, atol=1e-6)
    assert "LaiUhlrich2022 has them" in theirs.notes[0]


def test_the_sessions_own_scaled_model_serves_as_the_generic_one(tmp_path, shared_data):
    session = read_session(shared_data(FIELD), tmp_path)
    static = read_markers(session, session.trial(session.static_trial))
    subject = session.subject.complete()
    scaled = build_scaled_model(
        static, subject, Settings(scaler="measurement", model=session.model_file), "study", tmp_path / "again.osim"
    )
    ours = build_scaled_model(static, subject, Settings(scaler="measurement"), "study", tmp_path / "ours.osim")
    # It was scaled on the same neutral trial: what is left are its placed markers.
    for body in ("femur_r", "femur_l", "tibia_r", "tibia_l", "torso"):
        assert scaled.factors.of(body)[1] == pytest.approx(1.0, abs=0.03), body
    assert scaled.body_height_m == pytest.approx(ours.body_height_m, abs=0.03)
    assert np.mean(list(scaled.static_marker_errors_m.values())) < 0.01
    assert not any("has none of" in note for note in scaled.notes)


def test_who_changes_a_model_changes_nobody_elses() -> None:
    mine, _ = load_generic(GENERIC_MODEL, "study")
    mine.updBodySet().get("torso").setMass(1.0)
    mine.updMarkerSet().remove(0)
    others, _ = load_generic(GENERIC_MODEL, "study")
    assert others.getBodySet().get("torso").getMass() > 20.0
    assert others.getMarkerSet().getSize() == mine.getMarkerSet().getSize() + 1


def test_the_height_of_a_scaled_model_is_known_without_making_it() -> None:
    generic = generic_model(GENERIC_MODEL, "study")
    sizes = {"torso": (1.0, 0.93, 1.1), "femur_r": (1.0, 1.05, 0.98), "femur_l": (1.0, 1.06, 1.0), "pelvis": (1.1,) * 3}
    factors = ScaleFactors(tuple(sizes), np.array(list(sizes.values())), "test")
    model = generic.copy()
    apply_factors(model, factors, 70.0)
    assert scaled_height_m(generic, factors) == pytest.approx(body_height_m(model), abs=1e-9)
    assert abs(body_height_m(model) - GENERIC_HEIGHT_M) > 0.005
