"""Which movements scale the model: the rule a reader of the results is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assessment.scaling_movements import MOST_MOVEMENTS, bending_deg, choose_movements
from models.skeleton import GENERIC_MODEL
from models.skeleton.marker_sets import MarkerSetName
from pipeline.files.markers import read_marker_file
from pipeline.scaling import load_generic
from pipeline.session import Session, session_of_files
from tests.pipeline.scaling_people import record, write_trc
from tests.pipeline.synthetic import markers_of, squat


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """Standing, and movements that bend by 0.2, 1, 0.5, 0.8 and 1 of a squat, in this order."""
    model, _ = load_generic(GENERIC_MODEL, "study")
    still, noise = record()[0].positions_m[0], np.random.default_rng(1)
    files = []
    for name, depth in (("neutral", 0.0), ("a", 0.2), ("b", 1.0), ("c", 0.5), ("d", 0.8), ("e", 1.0)):
        poses = [{joint: depth * value for joint, value in pose.items()} for pose in squat(60)]
        markers = markers_of(model, poses)
        moved = markers.positions_m + noise.normal(0.0, 0.0005, (60, *still.shape))
        files.append(write_trc(tmp_path / f"{name}.trc", markers.with_positions(moved)))
    return session_of_files(files[0], tuple(files[1:]), names="study")


def lose(session: Session, trial: str, lost: Callable[[str], bool]) -> Session:
    """Blank these markers of one trial; as a laboratory's, since OpenCap loses none."""
    path = session.trial(trial).marker_file
    assert path is not None
    markers = read_marker_file(path)
    positions_m = markers.positions_m.copy()
    positions_m[:, [lost(name) for name in markers.names]] = np.nan
    write_trc(path, markers.with_positions(positions_m))
    return replace(session, kind="lab")


def test_three_that_bend_most_the_first_of_equals_first(session: Session) -> None:
    chosen = choose_movements(session)
    assert chosen.trials[2] == "d"
    assert set(chosen.trials[:2]) == {"b", "e"}
    assert len(chosen.markers) == MOST_MOVEMENTS == 3
    assert chosen.notes == ()
    again = choose_movements(session)
    assert again.trials == chosen.trials
    twins = replace(session, trials=tuple(replace(session.trial("b"), name=name) for name in ("z", "y", "x", "w")))
    assert choose_movements(twins).trials == ("z", "y", "x")


@pytest.mark.parametrize(("incomplete", "first"), [("b", "e"), ("e", "b")])
def test_a_lost_marker_counts_against_a_movement(session: Session, incomplete: str, first: str) -> None:
    assert choose_movements(lose(session, incomplete, lambda name: name == "r_thigh1_study")).trials[0] == first


def test_what_cannot_be_read_is_left_out_and_told(session: Session) -> None:
    path = session.trial("b").marker_file
    assert path is not None
    path.write_text("not markers")
    chosen = choose_movements(session)
    assert chosen.trials == ("e", "d", "c")
    (note,) = chosen.notes
    assert note.startswith("b was not used for scaling: ")
    assert str(path.parent) not in note


def test_what_preparation_withholds_is_left_out_and_told(session: Session) -> None:
    chosen = choose_movements(lose(session, "b", lambda name: "ASIS" not in name))
    assert "b" not in chosen.trials
    assert any(note.startswith("b was not used for scaling: ") for note in chosen.notes)


@pytest.mark.parametrize("set_name", ["study", "optical"])
def test_bending_is_that_of_hip_and_knee(set_name: MarkerSetName) -> None:
    static, movement = record(set_name)
    # Hips go through 70 + 40 (pelvis) degrees and knees through 80; markers lie beside the joints.
    assert 55.0 < bending_deg(movement) < 110.0
    assert bending_deg(static) < 1.0
    legs = [name for name in movement.names if "knee" not in name]
    assert bending_deg(movement.select(legs)) == 0.0
