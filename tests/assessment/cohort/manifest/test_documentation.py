"""What docs/cohorts.md says of the manifest is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assessment.cohort.manifest import csv_file, read_manifest
from assessment.cohort.manifest.columns import COLUMNS, NUMBERS, REQUIRED
from tests.assessment.cohort.manifest.writing import opencap_id, write_session

(SECTION,) = re.findall(
    r"\n## The manifest\n(.*?)\n## ",
    (Path(__file__).parents[4] / "docs" / "cohorts.md").read_text(encoding="utf-8"),
    flags=re.DOTALL,
)
UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", SECTION, flags=re.MULTILINE))


def test_every_column_is_documented_in_its_order() -> None:
    assert tuple(ROWS) == COLUMNS
    optional = re.findall(r"^\| `(\w+)` \| .*? \| optional:", SECTION, flags=re.MULTILINE)
    assert [name for name in COLUMNS if name not in REQUIRED] == optional


@pytest.mark.parametrize("name", NUMBERS)
def test_ranges_are_those_that_are_checked(name: str) -> None:
    assert ROWS[name] == NUMBERS[name].accepted


def test_the_largest_file_is_what_is_said() -> None:
    assert f"at most {csv_file.MAX_BYTES // 2**20} MiB" in " ".join(SECTION.split())


def test_the_example_is_accepted_once_its_made_up_session_is_another(tmp_path: Path) -> None:
    lines = [line.strip() for line in SECTION.splitlines() if line.startswith("    ")]
    example = "\n".join(lines)
    path = tmp_path / "manifest.csv"
    path.write_text(example)
    write_session(tmp_path / "recordings" / "P001_V1")
    write_session(tmp_path / "recordings" / "P001_V2")
    assert {(bad.row, bad.reason) for bad in read_manifest(path).bad_rows} == {
        (4, "The row is an example of the template.")
    }
    (made_up,) = UUID.findall(example)
    path.write_text(example.replace(made_up, opencap_id(1)))
    manifest = read_manifest(path)
    assert manifest.bad_rows == ()
    assert [visit.key for visit in manifest.sessions] == ["P001/V1", "P001/V2", "P002/V1"]
