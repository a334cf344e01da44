"""Marker sets: complete, on the model's bodies, with OpenCap's weights, and named alike on both sides."""

from __future__ import annotations

from dataclasses import replace

import defusedxml.ElementTree as ElementTree
import pytest

from models.errors import ModelError
from models.skeleton.marker_sets import MONOCULAR_TO_STUDY, MarkerSet, marker_set
from models.skeleton.tables import read_skeleton

OPENCAP = "reference_models_laiuhlrich2022_apache"
REFERENCE_FILES = {
    "study": ("LaiUhlrich2022_markers_augmenter.xml", "IK/Setup_IK.xml"),
    "optical": ("LaiUhlrich2022_markers_mocap.xml", "IK/Setup_IK_Mocap.xml"),
}


@pytest.fixture(params=["study", "optical"])
def markers(request) -> MarkerSet:
    return marker_set(request.param)


def test_every_marker_has_a_name_of_its_own_and_a_body_of_the_skeleton(markers):
    assert len(set(markers.names)) == len(markers.names)
    assert {marker.body for marker in markers.markers} <= {body.name for body in read_skeleton().bodies}


def test_sizes_of_the_two_sets():
    assert len(marker_set("study").markers) == 43
    assert len(marker_set("optical").markers) == 49


def test_all_video_markers_are_tracked_but_only_some_optical_ones():
    assert marker_set("study").tracked == marker_set("study").names
    untracked = set(marker_set("optical").names) - set(marker_set("optical").tracked)
    assert untracked == {"R_HJC", "L_HJC", "r_mknee", "L_mknee", "r_mankle", "L_mankle"}


def test_the_heels_weigh_most_and_the_soft_tissue_clusters_least_among_video_markers():
    weights = marker_set("study").ik_weights
    assert max(weights, key=weights.__getitem__) in {"r_calc_study", "L_calc_study"}
    lightest = {name for name, weight in weights.items() if weight == min(weights.values())}
    assert lightest == {
        f"{side}_{part}{number}_study" for side in "rL" for part in ("thigh", "sh") for number in (1, 2, 3)
    }


def test_offsets_weights_and_flags_are_opencaps(markers, shared_data):
    offsets_file, weights_file = REFERENCE_FILES[markers.name]
    entries = {
        entry.get("name"): entry for entry in ElementTree.parse(shared_data(f"{OPENCAP}/{offsets_file}")).iter("Marker")
    }
    tasks = {
        task.get("name"): float(task.findtext("weight")) if task.findtext("apply") == "true" else 0.0
        for task in ElementTree.parse(shared_data(f"{OPENCAP}/{weights_file}")).iter("IKMarkerTask")
    }
    assert set(entries) == set(markers.names)
    for marker in markers.markers:
        entry = entries[marker.name]
        assert entry.findtext("socket_parent_frame") == f"/bodyset/{marker.body}"
        assert marker.offset_m == tuple(float(word) for word in entry.findtext("location").split())
        assert marker.fixed == (entry.findtext("fixed") == "true")
        assert marker.ik_weight == tasks.get(marker.name, 0.0)


def test_clusters_of_the_optical_set_need_the_static_trial_to_tell_them_apart():
    placeholders = set(marker_set("optical").placeholders)
    assert {"r_thigh1", "r_thigh5", "L_thigh4", "r_sh4", "L_shank_antsup"} <= placeholders
    assert not placeholders & {"r_knee", "r.ASIS", "C7", "R_wrist_ulna"}
    assert marker_set("study").placeholders == ()


def test_mirrored_names_pair_each_left_with_its_right():
    pairs = marker_set("study").mirrored_names
    assert set(pairs) == set(marker_set("study").names)
    assert all(pairs[pairs[name]] == name for name in pairs)
    assert pairs["r.ASIS_study"] == "L.ASIS_study"
    assert pairs["LHJC_study"] == "RHJC_study"
    assert [name for name, other in pairs.items() if name == other] == ["C7_study"]


def test_a_marker_without_counterpart_has_no_mirrored_name():
    pairs = marker_set("optical").mirrored_names
    assert set(marker_set("optical").names) - set(pairs) == {"r_thigh5", "r_sh4"}
    assert pairs["R_elbow_med"] == "L_elbow_med"


def test_mirrored_video_markers_sit_at_mirrored_places():
    markers = marker_set("study")
    for name, other in markers.mirrored_names.items():
        if name != other:
            one, two = markers.marker(name), markers.marker(other)
            assert replace(two, name="", body="") == replace(
                one, name="", body="", offset_m=(one.offset_m[0], one.offset_m[1], -one.offset_m[2])
            )


def test_monocular_names_lead_to_study_markers_of_the_same_side():
    study = marker_set("study")
    assert set(MONOCULAR_TO_STUDY.values()) <= set(study.names)
    assert len(set(MONOCULAR_TO_STUDY.values())) == len(MONOCULAR_TO_STUDY) == 29
    for monocular, name in MONOCULAR_TO_STUDY.items():
        assert name == "C7_study" or monocular[0] == name[0].lower()


def test_what_monocular_does_not_predict_stays_without_a_name():
    missing = set(marker_set("study").names) - set(MONOCULAR_TO_STUDY.values())
    assert all("thigh" in name or "_sh" in name or "HJC" in name for name in missing)
    assert not any("shoulder" in name for name in missing)


def test_the_radius_of_the_wrist_is_its_lateral_marker():
    """Checked against the optical set, whose wrist markers carry the bones' names and sit on the same body."""
    optical, study = marker_set("optical"), marker_set("study")
    for side in ("r", "l"):
        for bone in ("radius", "ulna"):
            z_bone = optical.marker(f"{side.upper()}_wrist_{bone}").offset_m[2]
            z_study = study.marker(MONOCULAR_TO_STUDY[f"{side}_wrist_{bone}"]).offset_m[2]
            other = study.marker(
                MONOCULAR_TO_STUDY[f"{side}_wrist_{'ulna' if bone == 'radius' else 'radius'}"]
            ).offset_m[2]
            assert abs(z_bone - z_study) < abs(z_bone - other)


def test_an_unknown_set_names_the_accepted_ones():
    with pytest.raises(ModelError, match="no marker set 'helen_hayes'") as caught:
        marker_set("helen_hayes")
    assert "study, optical" in caught.value.hint


def test_an_unknown_marker_names_the_present_ones():
    with pytest.raises(ModelError, match="no marker 'knee'") as caught:
        marker_set("study").marker("knee")
    assert "r_knee_study" in caught.value.hint
