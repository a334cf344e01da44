"""Reading models: what is taken out, what is refused, and in which words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import opensim as osim
import pytest

from models.errors import ModelError
from models.skeleton import GENERIC_MODEL, load_model
from models.skeleton.marker_sets import marker_set
from models.skeleton.model_files import MAX_MODEL_BYTES, replace_markers

GENERIC_TEXT = GENERIC_MODEL.read_text(encoding="utf-8")


def refusal(path: Path) -> ModelError:
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert caught.value.hint
    assert caught.value.context == {"file": path.name}
    return caught.value


def written(folder: Path, text: str) -> Path:
    path = folder / "model.osim"
    path.write_text(text, encoding="utf-8")
    return path


def test_muscles_controllers_and_probes_are_taken_out(tmp_path):
    model = load_model(GENERIC_MODEL)
    actuator = osim.CoordinateActuator("knee_angle_r")
    actuator.setName("knee_motor")
    model.addForce(actuator)
    controller = osim.PrescribedController()
    controller.addActuator(actuator)
    controller.prescribeControlForActuator("knee_motor", osim.Constant(1.0))
    model.addController(controller)
    probe = osim.ActuatorPowerProbe()
    probe.setName("power")
    model.addProbe(probe)
    model.finalizeConnections()
    model.printToXML(str(tmp_path / "actuated.osim"))

    bare = load_model(tmp_path / "actuated.osim")
    assert [bare.getForceSet().getSize(), bare.getControllerSet().getSize(), bare.getProbeSet().getSize()] == [0, 0, 0]
    assert bare.initSystem().getNU() == 35


def test_opencaps_model_with_80_muscles_loads_without_them(shared_data):
    model = load_model(shared_data("reference_models_laiuhlrich2022_apache/LaiUhlrich2022.osim"))
    assert model.getForceSet().getSize() == 0
    assert model.getNumBodies() == 22


@pytest.mark.parametrize(("name", "count"), [("study", 43), ("optical", 49)])
def test_markers_are_replaced_by_the_set_asked_for(name, count):
    model = load_model(GENERIC_MODEL, name)
    state = model.initSystem()
    assert model.getMarkerSet().getSize() == count
    for marker in marker_set(name).markers:
        placed = model.getMarkerSet().get(marker.name)
        assert placed.getParentFrameName() == f"/bodyset/{marker.body}"
        assert placed.get_location().to_numpy() == pytest.approx(marker.offset_m)
        assert placed.get_fixed() == marker.fixed
        assert placed.getLocationInGround(state).to_numpy().shape == (3,)


def test_markers_of_a_body_the_model_lacks_are_refused_and_its_markers_stay():
    model = load_model(GENERIC_MODEL)
    hand = marker_set("study").markers[0]
    with pytest.raises(ModelError, match="no body finger") as caught:
        replace_markers(model, (type(hand)("tip", "finger", (0.0, 0.0, 0.0), 1.0, False),))
    assert "pelvis" in caught.value.hint
    assert model.getMarkerSet().getSize() == 43


def test_nothing_is_printed_and_no_log_file_is_left(tmp_path):
    code = f"from pathlib import Path; from models.skeleton import load_model; load_model(Path({str(GENERIC_MODEL)!r}))"
    project = Path(__file__).parents[3]
    done = subprocess.run(  # noqa: S603 (our own interpreter and code)
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout + done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file(tmp_path):
    assert "no such model file" in refusal(tmp_path / "absent.osim").message


def test_a_folder_is_not_a_model(tmp_path):
    assert "no such model file" in refusal(tmp_path).message


def test_a_file_too_large_is_not_even_parsed(tmp_path):
    path = tmp_path / "huge.osim"
    with path.open("wb") as file:
        file.truncate(MAX_MODEL_BYTES + 1)
    error = refusal(path)
    assert "too large" in error.message
    assert "up to 30 MB" in error.hint


@pytest.mark.parametrize("content", ["", GENERIC_TEXT[:50_000], "not xml", "\x00\x01\x02"])
def test_a_file_that_is_cut_off_or_no_xml(tmp_path, content):
    error = refusal(written(tmp_path, content))
    assert "not well-formed XML" in error.message
    assert "cut off" in error.hint


@pytest.mark.parametrize(
    "declaration",
    ['<!DOCTYPE a SYSTEM "file:///etc/hostname">', '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]>'],
)
def test_document_types_and_entities_are_refused(tmp_path, declaration):
    text = f"{declaration}<OpenSimDocument Version='40600'><Model name='x'/></OpenSimDocument>"
    assert "document type or entities" in refusal(written(tmp_path, text)).message


def test_other_xml_is_named(tmp_path):
    assert "it begins with <html>" in refusal(written(tmp_path, "<html><body/></html>")).message


def test_an_opensim_setup_file_is_not_a_model(tmp_path):
    text = "<OpenSimDocument Version='40000'><InverseKinematicsTool name='ik'/></OpenSimDocument>"
    assert "set-up files are not models" in refusal(written(tmp_path, text)).hint


def test_parts_in_other_files_are_refused(tmp_path):
    text = GENERIC_TEXT.replace("<BodySet name=", '<BodySet file="elsewhere.xml" name=')
    assert "parts in other files: BodySet" in refusal(written(tmp_path, text)).message


def test_a_model_without_bodies_is_refused(tmp_path):
    text = "<OpenSimDocument Version='40600'><Model name='x'/></OpenSimDocument>"
    assert "no bodies" in refusal(written(tmp_path, text)).message


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (GENERIC_TEXT.replace("<mass>3.7075</mass>", "<mass>-1</mass>"), "tibia_r has invalid mass properties"),
        (GENERIC_TEXT.replace("/bodyset/tibia_r<", "/bodyset/tibia_x<"), "could not find '/bodyset/tibia_x'"),
        (GENERIC_TEXT.replace("PinJoint", "PingJoint"), "PingJoint"),
        (GENERIC_TEXT.replace(">knee_angle_l_beta</dep", ">knee</dep"), "unknown dependent coordinate knee"),
    ],
)
def test_what_opensim_cannot_build_is_told_in_its_own_words_without_the_code_place(tmp_path, broken, words):
    error = refusal(written(tmp_path, broken))
    assert error.message.startswith("OpenSim cannot build the model: ")
    assert words in error.message
    assert "std::exception" not in error.message
    assert ".cpp" not in error.message
