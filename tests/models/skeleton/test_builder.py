"""The generic skeleton: rebuilt from its tables, equal to OpenCap's model, and a plausible body."""

from __future__ import annotations

from pathlib import Path

import defusedxml.ElementTree as ElementTree
import numpy as np
import opensim as osim
import pytest

from models.skeleton import GENERIC_MODEL, load_model
from models.skeleton.builder import write_model
from models.skeleton.marker_sets import marker_set
from models.skeleton.tables import read_skeleton
from tests.models.skeleton.poses import (
    body_names,
    coordinate_names,
    largest_distance,
    marker_positions,
    random_pose,
    scale,
)

REFERENCE = "reference_models_laiuhlrich2022_apache/LaiUhlrich2022.osim"


@pytest.fixture
def generic() -> osim.Model:
    return load_model(GENERIC_MODEL)


@pytest.fixture
def reference(shared_data) -> osim.Model:
    return load_model(shared_data(REFERENCE), "study")


def normalised(path: Path) -> list[tuple[str, tuple[tuple[str, str], ...], list[str]]]:
    """Elements in document order with the words of their text: free of white space and comments."""
    root = ElementTree.parse(path).getroot()
    root.attrib.pop("Version")
    return [(element.tag, tuple(element.attrib.items()), (element.text or "").split()) for element in root.iter()]


def test_the_committed_model_is_what_the_tables_say(tmp_path):
    write_model(tmp_path / "rebuilt.osim")
    assert normalised(tmp_path / "rebuilt.osim") == normalised(GENERIC_MODEL)


def test_the_model_credits_every_source_of_its_tables():
    text = GENERIC_MODEL.read_text(encoding="utf-8")
    for doi in (
        "10.1109/TBME.2016.2586891",
        "10.1007/s10439-017-1920-7",
        "10.1038/s41598-022-13386-9",
        "10.1371/journal.pcbi.1011462",
    ):
        assert doi in text
    assert "Rajagopal et al. (2016), Lai et al. (2017), Uhlrich et al. (2022)" in text


def test_22_bodies_33_free_coordinates_43_markers_and_nothing_that_slows_it(generic):
    assert generic.getNumBodies() == 22
    assert generic.getNumCoordinates() == 35
    assert generic.getConstraintSet().getSize() == 2
    assert generic.getMarkerSet().getSize() == 43
    assert generic.getForceSet().getSize() == 0


def test_total_mass_is_that_of_rajagopal_2016(generic):
    assert generic.getTotalMass(generic.initSystem()) == pytest.approx(75.337, abs=1e-9)


def test_coordinates_come_in_opencaps_order_with_the_tables_ranges(generic):
    names = coordinate_names(generic)
    assert names[:6] == [f"pelvis_{name}" for name in ("tilt", "list", "rotation", "tx", "ty", "tz")]
    table = {row.name: row for row in read_skeleton().coordinates}
    assert set(names) == set(table)
    for name in names:
        coordinate, row = generic.getCoordinateSet().get(name), table[name]
        assert (coordinate.getRangeMin(), coordinate.getRangeMax()) == (row.minimum, row.maximum)
        assert coordinate.getDefaultValue() == row.default
        assert (coordinate.getDefaultClamped(), coordinate.getDefaultLocked()) == (row.clamped, row.locked)
        translates = coordinate.getMotionType() == osim.Coordinate.Translational
        assert translates == (row.unit == "m")


def test_markers_stand_where_the_landmarks_of_a_standing_person_are(generic):
    at = marker_positions(generic, generic.initSystem(), {})
    heights_m = [at[name][1] for name in ("C7_study", "r.ASIS_study", "r_knee_study", "r_ankle_study")]
    assert heights_m == sorted(heights_m, reverse=True)
    assert at["r_toe_study"][0] > at["r_calc_study"][0] + 0.15  # X forward
    assert at["r_knee_study"][2] > at["r_mknee_study"][2] > 0 > at["L_mknee_study"][2]  # Z to the right
    assert at["r.ASIS_study"][0] > at["r.PSIS_study"][0]


def test_knee_flexion_moves_the_heel_backwards_and_up(generic):
    state = generic.initSystem()
    straight = marker_positions(generic, state, {})["r_calc_study"]
    bent = marker_positions(generic, state, {"knee_angle_r": np.pi / 2})["r_calc_study"]
    assert bent[0] < straight[0] - 0.3
    assert bent[1] > straight[1] + 0.2


# A reflection in the sagittal plane turns these round; all others keep their sign.
TURNED_BY_REFLECTION = ("pelvis_list", "pelvis_rotation", "pelvis_tz", "lumbar_bending", "lumbar_rotation")


def reflected(pose: dict[str, float]) -> dict[str, float]:
    other = {"_r": "_l", "_l": "_r"}
    return {
        (name[:-2] + other[name[-2:]] if name[-2:] in other else name): -value
        if name in TURNED_BY_REFLECTION
        else value
        for name, value in pose.items()
    }


def test_left_and_right_are_mirror_images_in_any_pose(generic):
    state, rng = generic.initSystem(), np.random.default_rng(5)
    other_side = marker_set("study").mirrored_names
    for _ in range(5):
        pose = random_pose(generic, rng)
        one = marker_positions(generic, state, pose)
        other = marker_positions(generic, state, reflected(pose))
        for name, position in one.items():
            if name != "C7_study":  # 3 mm right of the midline in OpenCap's set
                assert other[other_side[name]] == pytest.approx(position * [1, 1, -1], abs=1e-6), name


def test_uniform_scaling_enlarges_every_distance_alike():
    """Also along the knee's polynomials, whose translations must grow with the femur."""
    generic, scaled = load_model(GENERIC_MODEL), load_model(GENERIC_MODEL)
    state = generic.initSystem()
    pose = {"pelvis_ty": 0.0} | {
        name: value
        for name, value in random_pose(generic, np.random.default_rng(1)).items()
        if not name.startswith("pelvis_t")
    }
    pose |= {"pelvis_tx": 0.0, "pelvis_ty": 0.0, "pelvis_tz": 0.0, "pelvis_tilt": 0.3}
    scaled_state = scale(scaled, {body: np.full(3, 1.1) for body in body_names(scaled)}, 80.0)
    before, after = marker_positions(generic, state, pose), marker_positions(scaled, scaled_state, pose)
    assert largest_distance({name: 1.1 * position for name, position in before.items()}, after) < 1e-9
    assert scaled.getTotalMass(scaled_state) == pytest.approx(80.0)


def test_equals_opencaps_model_in_random_poses(generic, reference):
    ours, theirs, rng = generic.initSystem(), reference.initSystem(), np.random.default_rng(2)
    for _ in range(10):
        pose = random_pose(generic, rng)
        distance_m = largest_distance(marker_positions(generic, ours, pose), marker_positions(reference, theirs, pose))
        assert distance_m < 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_equals_opencaps_model_after_random_scaling_of_every_body(generic, reference, seed):
    rng = np.random.default_rng(seed)
    factors = {body: rng.uniform(0.75, 1.3, 3) for body in body_names(generic)}
    mass_kg = rng.uniform(45, 120)
    ours, theirs = scale(generic, factors, mass_kg), scale(reference, factors, mass_kg)
    for _ in range(5):
        pose = random_pose(generic, rng)
        distance_m = largest_distance(marker_positions(generic, ours, pose), marker_positions(reference, theirs, pose))
        assert distance_m < 1e-6
    assert_equal_bodies(generic, reference)


def test_has_opencaps_bodies_and_coordinates(generic, reference):
    assert body_names(generic) == body_names(reference)
    assert_equal_bodies(generic, reference)
    assert coordinate_names(generic) == coordinate_names(reference)
    for name in coordinate_names(generic):
        ours, theirs = generic.getCoordinateSet().get(name), reference.getCoordinateSet().get(name)
        for read in ("getRangeMin", "getRangeMax", "getDefaultValue", "getDefaultClamped", "getDefaultLocked"):
            assert getattr(ours, read)() == getattr(theirs, read)(), (name, read)


def assert_equal_bodies(one: osim.Model, other: osim.Model) -> None:
    for name in body_names(one):
        ours, theirs = one.getBodySet().get(name), other.getBodySet().get(name)
        assert ours.getMass() == pytest.approx(theirs.getMass(), abs=1e-12)
        assert ours.get_mass_center().to_numpy() == pytest.approx(theirs.get_mass_center().to_numpy(), abs=1e-12)
        inertias = [[body.get_inertia().get(index) for index in range(6)] for body in (ours, theirs)]
        assert inertias[0] == pytest.approx(inertias[1], abs=1e-12)
