"""What is remembered of a file is what the file holds now."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.files import once_per_file


def test_file_is_read_once_until_it_is_written_anew(tmp_path: Path) -> None:
    read: list[Path] = []

    @once_per_file
    def text(path: Path) -> str:
        read.append(path)
        return path.read_text()

    file = tmp_path / "model.osim"
    file.write_text("one")
    assert text(file) == text(file) == "one"
    assert len(read) == 1
    file.write_text("another")
    assert text(file) == "another"


def test_errors_are_not_remembered(tmp_path: Path) -> None:
    @once_per_file
    def number(path: Path) -> int:
        return int(path.read_text())

    file = tmp_path / "number.txt"
    with pytest.raises(FileNotFoundError):
        number(file)
    file.write_text("none")
    with pytest.raises(ValueError, match="none"):
        number(file)
    file.write_text("3")
    assert number(file) == 3
