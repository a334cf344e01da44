"""Marker files without a session folder: whose names, which way up, which role."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.errors import MarkerDataError, SettingsError
from models.skeleton.marker_sets import MONOCULAR_TO_STUDY, marker_set
from pipeline.session import MarkerNames, read_markers, session_of_files
from tests.pipeline.session.session_files import positions, trc_text

NAMES: dict[MarkerNames, tuple[str, ...]] = {
    "study": marker_set("study").names,
    "monocular": tuple(MONOCULAR_TO_STUDY),
    "optical": marker_set("optical").names,
}


def write(folder: Path, name: str, names: tuple[str, ...]) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(trc_text(names))
    return path


@pytest.mark.parametrize("names", NAMES)
def test_the_names_tell_whose_they_are(tmp_path: Path, names: MarkerNames) -> None:
    static = write(tmp_path, "neutral.trc", (*NAMES[names], "Nose"))
    session = session_of_files(static, (static,))
    assert session.marker_set == ("optical" if names == "optical" else "study")
    assert session.warnings == (f"The marker names are taken as {names} ones: {len(NAMES[names])} of neutral are.",)
    read = read_markers(session, session.trial("neutral"))
    assert set(read.names) <= set(marker_set(session.marker_set).names)
    assert len(read.names) == len(NAMES[names])
    # Who says whose they are is not told what was found.
    assert session_of_files(static, (), names=names).warnings == ()


def test_roles_and_names_of_trials(tmp_path: Path) -> None:
    static = write(tmp_path, "neutral.trc", NAMES["study"])
    moving, again = (write(tmp_path / folder, "squat.trc", NAMES["study"]) for folder in ("one", "two"))
    session = session_of_files(static, (moving, again))
    assert session.static_trial == "neutral"
    assert [trial.name for trial in session.movement_trials] == ["squat", "squat (2)"]
    assert session_of_files(None, (moving,)).static_trial is None


def test_z_up_becomes_y_up_without_a_mirror(tmp_path: Path) -> None:
    static = write(tmp_path, "neutral.trc", NAMES["study"])
    read = {
        up: read_markers(session_of_files(static, (), up=up), session_of_files(static, ()).trials[0]) for up in "yz"
    }
    in_file = positions(4, len(NAMES["study"]))
    place = read["y"].names.index("C7_study")
    np.testing.assert_allclose(read["y"].positions_m[:, place], in_file[:, NAMES["study"].index("C7_study")])
    x, y, z = read["y"].positions_m[:, place].T
    np.testing.assert_allclose(read["z"].positions_m[:, place].T, [x, z, -y])


def test_refused_files_say_why(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no marker file to read"):
        session_of_files(None, ())
    with pytest.raises(SettingsError, match=r"There is no file none\.trc"):
        session_of_files(tmp_path / "none.trc", ())
    unknown = write(tmp_path, "own.trc", ("LASI", "RASI"))
    with pytest.raises(MarkerDataError, match=r"own\.trc has no marker of a known name") as caught:
        session_of_files(unknown, ())
    assert "LASI, RASI" in caught.value.hint
    assert "docs/lab-sessions.md" in caught.value.hint
