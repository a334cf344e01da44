"""Marker clips: what goes in comes out, nobody is named, and files from elsewhere are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import MarkerDataError, SettingsError
from models.subject import Subject
from rl_scaling.tasks.clips import MarkerClip, load_clips, save_clips

OLD, UNKNOWN_AGE = Subject(1.55, 52.0, "f", 93.6), Subject(1.80, 80.0, "unspecified", None)


def clip(names: tuple[str, ...], n_frames: int, subject: Subject, **more: Any) -> MarkerClip:
    positions = np.random.default_rng(n_frames).normal(size=(n_frames, len(names), 3))
    return MarkerClip(
        f"c{n_frames}", "p1", more.get("static", False), more.get("synthetic", False), names, positions, 60.0, subject
    )


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "clips.npz"
    first = clip(("a", "b"), 4, OLD, static=True)
    first.positions_m[1, 0] = np.nan
    save_clips([first, clip(("b", "c", "d"), 7, UNKNOWN_AGE, synthetic=True)], path)
    return path


def test_clips_come_back_as_they_were(saved: Path) -> None:
    first, second = load_clips(saved)
    assert (first.names, second.names) == (("a", "b"), ("b", "c", "d"))
    assert (first.clip, first.person, first.static, first.synthetic) == ("c4", "p1", True, False)
    assert (second.static, second.synthetic) == (False, True)
    np.testing.assert_allclose(second.positions_m, clip(("b", "c", "d"), 7, UNKNOWN_AGE).positions_m, atol=1e-6)
    assert np.isnan(first.positions_m[1, 0]).all()
    assert not np.isnan(first.positions_m[1, 1]).any()
    assert first.positions_m.dtype == np.float64
    assert second.subject == UNKNOWN_AGE
    assert second.rate_hz == 60.0
    assert [path.name for path in saved.parent.iterdir()] == ["clips.npz"]


def test_great_ages_are_not_told(saved: Path) -> None:
    assert load_clips(saved)[0].subject == Subject(1.55, 52.0, "f", 90.0)


def test_nothing_to_save_and_nowhere_to_save_to_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MarkerDataError, match="no clips to save"):
        save_clips([], tmp_path / "clips.npz")
    with pytest.raises(MarkerDataError, match=r"cannot be written.*clips.npz"):
        save_clips([clip(("a",), 2, OLD)], tmp_path / "absent" / "clips.npz")


def rewritten(path: Path, **changed: Any) -> Path:
    with np.load(path) as file:
        arrays = dict(file) | changed
    other = path.with_name("other.npz")
    np.savez(other, **{key: value for key, value in arrays.items() if value is not None})
    return other


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: {"sex": None}, "holds no marker clips"),
        (lambda a: {"format": np.array(99)}, "format 99; 1 is known"),
        (lambda a: {"clip": np.array([{}, {}], dtype=object)}, "holds no marker clips"),
        (lambda a: {"mass_kg": np.array(["70", "80"])}, "mass_kg are of another kind"),
        (lambda a: {"rate_hz": np.array([60.0])}, "do not fit each other"),
        (lambda a: {"first_frame": np.array([0, 9, 11])[[0, 2, 1]]}, "do not fit each other"),
        (lambda a: {"rate_hz": np.array([60.0, np.nan])}, "no numbers"),
        (lambda a: {"positions_m": np.full_like(a["positions_m"], np.inf)}, "no numbers"),
    ],
)
def test_damaged_files_are_refused(saved: Path, change: Callable[[Any], dict], message: str) -> None:
    with np.load(saved) as file:
        changed = change(file)
    with pytest.raises(MarkerDataError, match=f"{message}.*other.npz"):
        load_clips(rewritten(saved, **changed))


def test_impossible_people_are_refused(saved: Path) -> None:
    with pytest.raises(SettingsError, match=r"height_m = 178 .*other.npz"):
        load_clips(rewritten(saved, height_m=np.array([178.0, 1.8])))
    with pytest.raises(SettingsError, match="Sex 'x'"):
        load_clips(rewritten(saved, sex=np.array(["x", "f"])))


def test_other_files_are_no_clips_and_a_missing_one_is_missing(tmp_path: Path) -> None:
    other = tmp_path / "notes.npz"
    other.write_text("no archive")
    with pytest.raises(MarkerDataError, match=r"holds no marker clips.*export-markers"):
        load_clips(other)
    with pytest.raises(MarkerDataError, match=r"There is no such clips file\. \[file .*absent\.npz\] Check the path"):
        load_clips(tmp_path / "absent.npz")
