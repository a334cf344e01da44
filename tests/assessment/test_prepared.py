"""What a group's scaling and inverse kinematics share: markers that are read and prepared once."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from assessment.prepared import PreparedSession
from models.errors import SarcoscopeError
from pipeline.preparation import prepare_markers
from pipeline.session import read_markers, read_session
from tests.assessment.session_builder import build_session, marker_file


def test_a_trial_is_read_once_and_kept_also_on_the_way_to_another_process(tmp_path: Path) -> None:
    folder = build_session(tmp_path, "walk")
    session = read_session(folder, tmp_path)
    apart = prepare_markers(read_markers(session, session.trial("walk")), filter_spec=session.conversion.filter)
    prepared = PreparedSession(session)
    first = prepared.trial("walk")
    marker_file(folder, "walk").unlink()
    assert prepared.trial("walk") is first
    elsewhere = pickle.loads(pickle.dumps(prepared)).trial("walk")  # noqa: S301 (made here)
    for one in (first, elsewhere):
        np.testing.assert_array_equal(one.prepared.markers.positions_m, apart.markers.positions_m)
        assert one.prepared.findings == apart.findings


def test_what_cannot_be_read_says_so_each_time_without_what_others_added(tmp_path: Path) -> None:
    folder = build_session(tmp_path, "walk")
    marker_file(folder, "walk").write_text("not markers")
    prepared = PreparedSession(read_session(folder, tmp_path))
    with pytest.raises(SarcoscopeError) as first:
        prepared.trial("walk")
    message = first.value.message
    first.value.within(stage="scaling")
    with pytest.raises(SarcoscopeError) as second:
        prepared.trial("walk")
    assert second.value.message == message
    assert "stage" not in second.value.context
