"""What only its owner can read: the home of a store, and files that people are taken away in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assessment.cli import app
from assessment.store import UserStore, open_store
from assessment.store.backup import backup
from assessment.store.database import HOME_VARIABLE
from assessment.store.deidentified import export_deidentified
from assessment.store.transfer import export
from models.errors import StoreError
from tests.assessment.filling import with_results


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.mark.parametrize("write", [export, backup, export_deidentified])
def test_what_is_taken_away_is_readable_for_its_owner_only(
    mine: UserStore, tmp_path: Path, write: Callable[[UserStore, Path], object]
) -> None:
    with_results(mine, tmp_path)
    left = tmp_path / ".out.zip.unfinished"
    left.touch(mode=0o644)
    write(replace(mine, role="admin"), tmp_path / "out.zip")
    assert _mode(tmp_path / "out.zip") == 0o600


def test_a_folder_that_others_could_read_is_taken_from_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    open_store(home)
    assert _mode(home) == 0o700


def test_a_shared_folder_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "like-tmp"
    home.mkdir()
    home.chmod(0o1777)
    with pytest.raises(StoreError, match="Others can look into") as error:
        open_store(home)
    assert "SARCOSCOPE_HOME" in error.value.hint
    assert (_mode(home), list(home.iterdir())) == (0o1777, [])


def test_the_commands_say_what_the_file_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    with_results(open_store().for_local_user(), tmp_path)

    def said(command: str) -> str:
        return " ".join(CliRunner().invoke(app, [command, str(tmp_path / f"{command}.zip")]).output.split())

    assert "1 participant, 1 visit, 1 run in" in said("export")
    backed_up = said("backup")
    assert "of 1 participant in" in backed_up
    assert "names" in backed_up
    assert "health data" in backed_up
