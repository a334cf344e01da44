"""AddBiomechanics as a peer: what its engine is given and what is read of its saved runs; the engine is not needed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.addbiomechanics import peer
from benchmarks.addbiomechanics.people import EnginePerson
from models.errors import ScalingError, SettingsError
from models.markers import MarkerTrajectories
from models.subject import Subject
from pipeline.files.trc import read_trc

NAMES = ("r.ASIS_study", "L.ASIS_study", "C7_study")
LOG = """
Number of Iterations....: 12
EXIT: Optimal Solution Found.
WARNING! Creating a WeldJoint as an intermediate (non-root) joint.
Number of Iterations....: 500

EXIT: Maximum Number of Iterations Exceeded.
"""


def person(sex="f") -> EnginePerson:
    places_m = np.random.default_rng(1).normal(size=(6, 3, 3))
    places_m[3, 2] = np.nan
    markers = MarkerTrajectories(NAMES, places_m, np.arange(6) / 60.0)
    return EnginePerson(
        "someone", Subject(1.62, 61.5, sex, 80.0), {"standing": markers, "gait": markers}, 10, ("C7_study",)
    )


def saved(**changes) -> dict:
    figures = {
        "format": 1,
        "subject": {"sex": "f", "height_m": 1.62, "mass_kg": 61.5},
        "body_scales": {"pelvis": [1.0, 0.95, 1.1], "femur_r": [1.02, 0.98, 1.0]},
        "marker_moves_m": {"C7_study": [0.0, 0.03, 0.04], "r.ASIS_study": [0.01, 0.0, 0.0]},
        "tracking_markers": [],
        "trials": {"gait": {"n_frames": 12, "rms_m": 0.011, "max_m": 0.025}},
        "cpu_s": 400.5,
        "wall_s": 900.0,
        "ipopt": peer.ipopt_ends(LOG),
    }
    return {"figures": figures | changes, "commit": "abc", "machine": "x86", "date": "2026-11-21"}


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(peer, "SAVED", tmp_path)
    return tmp_path


def test_the_engine_gets_every_marker_with_its_gaps_and_the_person_in_its_units(tmp_path):
    job = json.loads(peer.write_job(person(), tmp_path).read_text())
    assert job["subject"] == {"sex": "f", "height_m": 1.62, "mass_kg": 61.5}
    assert (job["every"], job["tracking"]) == (10, ["C7_study"])
    assert Path(job["model"]).is_file()
    assert list(job["trials"]) == ["standing", "gait"]
    given = read_trc(Path(job["trials"]["gait"]))
    np.testing.assert_allclose(given.positions_m, person().trials["gait"].positions_m, atol=1e-6)
    assert given.rate_hz == pytest.approx(60.0)


def test_a_person_the_engine_has_no_prior_for_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="no body measures for sex 'unspecified'") as refusal:
        peer.write_job(person("unspecified"), tmp_path)
    assert refusal.value.hint == "Accepted: f, m."


def test_a_saved_run_gives_factors_by_body_and_what_they_cost(folder):
    (folder / "someone.json").write_text(json.dumps(saved()))
    fit = peer.addbiomechanics_factors("someone")
    np.testing.assert_array_equal(fit.factors.of("pelvis"), [1.0, 0.95, 1.1])
    np.testing.assert_array_equal(fit.factors.of("tibia_r"), np.ones(3))
    assert fit.factors.scaler == "addbiomechanics"
    assert (fit.cpu_s, fit.wall_s, fit.n_iterations, fit.converged) == (400.5, 900.0, 500, False)
    assert fit.trials["gait"].rms_m == 0.011
    assert fit.largest_move_m == pytest.approx(0.05)
    assert fit.made == "abc, x86, 2026-11-21"


def test_a_saved_run_of_somebody_else_of_that_name_is_refused(folder):
    (folder / "someone.json").write_text(json.dumps(saved()))
    fit = peer.addbiomechanics_factors("someone")
    peer.check_person(fit, person().subject)
    with pytest.raises(ScalingError, match="of another person than is drawn now") as refusal:
        peer.check_person(fit, Subject(1.70, 61.5, "f", 80.0))
    assert refusal.value.hint.startswith("Delete it.")


def test_every_problem_of_the_solver_is_found_in_its_log():
    assert peer.ipopt_ends(LOG) == [
        {"iterations": 12, "exit": "Optimal Solution Found"},
        {"iterations": 500, "exit": "Maximum Number of Iterations Exceeded"},
    ]


def test_a_person_without_a_saved_run_is_named_with_those_who_have_one(folder):
    (folder / "someone.json").write_text(json.dumps(saved()))
    with pytest.raises(ScalingError, match="no saved run of AddBiomechanics' engine for 'nobody'") as refusal:
        peer.addbiomechanics_factors("nobody")
    assert "Saved: someone." in refusal.value.hint


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "damaged"),
        (json.dumps({"figures": {}}), "damaged"),
        (json.dumps(saved(ipopt=[])), "damaged"),
        (json.dumps(saved(format=2)), "format 2; 1 is known"),
        (json.dumps(saved(body_scales={"pelvis": [1.0, -1.0, 1.0]})), "must be positive"),
    ],
)
def test_a_saved_run_that_is_none_is_refused_with_its_file(folder, content, message):
    (folder / "someone.json").write_text(content)
    with pytest.raises(ScalingError, match=message) as refusal:
        peer.addbiomechanics_factors("someone")
    assert "someone.json" in str(refusal.value)


def test_an_engine_that_cannot_be_started_says_what_to_do(tmp_path):
    with pytest.raises(ScalingError, match="cannot be started: No such file") as refusal:
        peer.fit(person(), tmp_path / "python")
    assert "make addbiomechanics" in refusal.value.hint


def test_an_engine_that_fails_is_quoted(tmp_path, folder):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'gait.trc: fewer than 8 markers'\nexit 3\n")
    python.chmod(0o755)
    with pytest.raises(ScalingError, match=r"ended with code 3\. Last words: gait\.trc: fewer than 8 markers"):
        peer.fit(person(), python)
    assert not list(folder.glob("*.json"))
