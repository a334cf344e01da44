"""The file with rows that are not accepted, and what is printed of them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from assessment.cohort.bad_rows import BadRow, write_bad_rows
from assessment.cohort.closing import ROWS_SHOWN, print_bad_rows
from assessment.console import console
from models.errors import SettingsError

BAD = BadRow(3, "P001", "V1", "height_m", "height_m is '165', out of range.", "Accepted: 1 to 2.3 m.")


def test_all_reasons_are_written_and_no_spreadsheet_computes_them(tmp_path: Path) -> None:
    path = tmp_path / "bad_rows.csv"
    write_bad_rows([BAD, BadRow(4, "", "", "", "=1+1", "Größe")], path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, first, second = csv.reader(file)
    assert header == ["row", "participant", "visit", "column", "reason", "hint"]
    assert first == ["3", "P001", "V1", "height_m", BAD.reason, BAD.hint]
    assert second[4:] == ["'=1+1", "Größe"]
    assert [child.name for child in tmp_path.iterdir()] == ["bad_rows.csv"]


def test_without_bad_rows_the_file_of_an_earlier_run_goes(tmp_path: Path) -> None:
    path = tmp_path / "bad_rows.csv"
    write_bad_rows([BAD], path)
    write_bad_rows([], path)
    write_bad_rows([], path)
    assert not path.exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"bad_rows\.csv cannot be written"):
        write_bad_rows([BAD], tmp_path / "absent" / "bad_rows.csv")


def test_the_first_rows_are_printed_and_how_many_more(tmp_path: Path) -> None:
    rows = [BAD, *(BadRow(number, "", "V1", "sex", "sex is '[x]'.", "f or m") for number in range(4, 30))]
    with console.capture() as said:
        print_bad_rows(rows, tmp_path / "bad_rows.csv")
    text = " ".join(said.get().split())
    assert "27 rows are not accepted:" in text
    assert "row 3 (P001/V1): height_m is '165', out of range. Accepted: 1 to 2.3 m." in text
    assert "row 4: sex is '[x]'. f or m" in text
    assert f"and {len(rows) - ROWS_SHOWN} more reasons." in text
    assert "row 24" not in text
    assert "bad_rows.csv" in text


def test_of_a_folder_the_place_is_told(tmp_path: Path) -> None:
    with console.capture() as said:
        print_bad_rows([BadRow(4, "", "1", "height_m", "No height.", "")], tmp_path / "bad_rows.csv", n_places=5)
    text = " ".join(said.get().split())
    assert "1 of 5 entries of the folder is not accepted: place 4 of 5 by name: No height." in text


def test_nothing_is_said_where_all_is_well() -> None:
    with console.capture() as said:
        print_bad_rows([])
    assert said.get() == ""
