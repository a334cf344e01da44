"""What comes out of spreadsheets, and what only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assessment.cohort.manifest import csv_file, read_manifest, write_template
from assessment.cohort.manifest.columns import COLUMNS
from models.errors import SettingsError
from tests.assessment.cohort.manifest.writing import opencap_id, reasons, row, write

HEADER = "participant,visit,session,height_m,mass_kg,sex,age_years"


def refused(path: Path) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read_manifest(path)
    return caught.value


def manifest_of(folder: Path, content: str | bytes) -> Path:
    path = folder / "manifest.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_spreadsheets_csv_is_read(tmp_path: Path, separator: str, encoding: str, ending: str) -> None:
    lines = [
        HEADER.upper(),
        f' P001 ,V1,"{opencap_id(1)}",1.65,58.5,f,72',
        "",
        ",,,,,,",
        f"P002,V1,{opencap_id(2)},,,,,,,",
    ]
    path = manifest_of(tmp_path, ending.join(lines).replace(",", separator).encode(encoding))
    manifest = read_manifest(path)
    assert manifest.bad_rows == ()
    assert [visit.key for visit in manifest.sessions] == ["P001/V1", "P002/V1"]
    assert manifest.sessions[0].given.height_m == 1.65


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    path = manifest_of(
        tmp_path, f'{HEADER}\n\n"P\n1",V1,{opencap_id(1)},1.6,60,f,70\nP002,V1,{opencap_id(2)},9,60,f,70\n'
    )
    assert [(bad.row, bad.column) for bad in read_manifest(path).bad_rows] == [(3, "participant"), (4, "height_m")]


def test_decimal_commas_are_read_where_they_can_be(tmp_path: Path) -> None:
    manifest = read_manifest(write(tmp_path, row(1, height_m="1,65", mass_kg="58,5"), separator=";"))
    assert (manifest.sessions[0].given.height_m, manifest.sessions[0].given.mass_kg) == (1.65, 58.5)
    manifest = read_manifest(write(tmp_path, row(1, height_m='"1,65"'), row(2, height_m="1,65")))
    assert [visit.given.height_m for visit in manifest.sessions] == [1.65]
    (bad,) = manifest.bad_rows
    assert (bad.row, bad.reason) == (3, "The row has 8 cells, the header 7.")
    assert "decimal commas" in bad.hint


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "manifest.csv is empty."),
        (" \n\n", "manifest.csv is empty."),
        (HEADER, "manifest.csv holds a header and no rows."),
        (f"{HEADER}\n,,,\n", "manifest.csv holds a header and no rows."),
        (b"PK\x03\x04rest", "is an Excel workbook or another archive, not a CSV."),
        (f"{HEADER}\n".encode("utf-16"), "is not text in UTF-8."),
        (f"{HEADER}\nP001,V1,".encode() + "Müller".encode("latin-1"), "is not text in UTF-8: see line 2."),
        (f'{HEADER}\nP001,"V1,x,1.6\nP002,V1,y,1.6\n', "a quotation mark is not closed"),
        (f"P001,V1,{opencap_id(1)},1.65,58.5,f,72\n", "names none of the columns of a manifest"),
    ],
)
def test_files_that_are_no_manifest_say_what_they_are(tmp_path: Path, content: str | bytes, said: str) -> None:
    error = refused(manifest_of(tmp_path, content))
    assert said in error.message
    assert error.hint


def test_a_file_that_is_absent_or_huge_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No such file" in refused(tmp_path / "absent.csv").message
    monkeypatch.setattr(csv_file, "MAX_BYTES", 10)
    assert "MiB" in refused(manifest_of(tmp_path, HEADER)).hint


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER.replace("height_m", "hieght_m"), "'hieght_m' is not known: write 'height_m', in m, if that is meant."),
        (
            HEADER.replace("height_m", "height_cm"),
            "'height_cm' is not known: write 'height_m', in m, if that is meant.",
        ),
        (HEADER.replace("mass_kg", "weight"), "'weight' is not known: write 'mass_kg', in kg, if that is meant."),
        (HEADER.replace("sex", "gender"), "'gender' is not known: write 'sex' if that is meant."),
        (HEADER.replace(",sex", ""), "there is no column 'sex'"),
        (HEADER + ",sex", "'sex' is there 2 times"),
        (HEADER + ",,group", "column 8 has no name"),
        (HEADER + ",zzz", "'zzz' is not a column of a manifest: delete it"),
        (HEADER + ",Last Name", "'last name' looks like a person's name, birth or contact: delete the column"),
        (HEADER + ",date_of_birth", "'date_of_birth' looks like a person's name, birth or contact"),
        (HEADER + ",생년월일", "'생년월일' looks like a person's name, birth or contact"),
    ],
)
def test_a_header_that_is_not_accepted_says_all_that_is_wrong(tmp_path: Path, header: str, said: str) -> None:
    error = refused(manifest_of(tmp_path, header + "\nP001,V1,x\n"))
    assert said in error.message
    assert "participant, visit, session, height_m, mass_kg, sex, age_years" in error.hint


def test_columns_that_tell_who_somebody_is_are_said_to_be_private(tmp_path: Path) -> None:
    error = refused(manifest_of(tmp_path, HEADER + ",name,dob,session_name\nP001\n"))
    assert "keep them apart, and give study codes" in error.hint
    assert error.message.count("looks like a person's") == 2
    assert "keep them apart" not in refused(manifest_of(tmp_path, HEADER + ",file_name\nP001\n")).hint


def test_the_examples_are_known_again_after_a_spreadsheet_saved_them(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    write_template(path)
    header, one, other = path.read_text().splitlines()
    mine = row(7) | {"group": "control", "seat_height_m": "0.45"}
    saved = [header, one.replace("/", "\\"), other.upper(), ",".join(mine.get(name, "") for name in COLUMNS)]
    text = "\r\n".join(line.replace(",", ";").replace(".", ",") for line in saved)
    path.write_text(text, encoding="utf-8-sig")
    manifest = read_manifest(path)
    assert [visit.key for visit in manifest.sessions] == ["P007/V1"]
    assert {(bad.row, bad.column) for bad in manifest.bad_rows} == {(2, "session"), (3, "session")}


def test_a_template_is_a_manifest_whose_example_is_not_assessed_by_mistake(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    write_template(path)
    assert path.read_text().splitlines()[0].split(",") == list(COLUMNS)
    assert read_manifest(path).sessions == ()
    reason = "The row is an example of the template. Delete it, or give recordings of your own."
    assert reasons(read_manifest(path)) == {(2, "session"): [reason], (3, "session"): [reason]}
    with pytest.raises(SettingsError, match="is there already"):
        write_template(path)
