"""Every cell of a manifest by itself: what is taken, and what is said of what is not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from assessment.cohort.bad_rows import write_bad_rows
from tests.assessment.cohort.manifest.writing import opencap_id, read, reasons, row


def test_a_good_row_becomes_a_visit_with_all_that_it_says(tmp_path: Path) -> None:
    given = {
        "group": "training", "grip_kg": "21.5", "asm_kg": "15", "asm_method": "BIA", "calf_cm": "33", "sarc_f": "2",
        "seat_height_m": "0.45", "load_kg": "5",
    }  # fmt: skip
    manifest = read(tmp_path, row(7, sex="Female", **given))
    (visit,) = manifest.sessions
    assert manifest.bad_rows == ()
    assert (visit.key, visit.source, visit.group) == ("P007/V1", opencap_id(7), "training")
    assert (visit.given.height_m, visit.given.mass_kg, visit.given.sex, visit.given.age_years) == (1.65, 58.5, "f", 72)
    assert visit.clinical.model_dump() == {
        "grip_kg": 21.5, "asm_kg": 15.0, "asm_method": "bia", "calf_cm": 33.0, "sarc_f": 2,
    }  # fmt: skip
    assert (visit.seat_height_m, visit.load_kg) == (0.45, 5.0)


def test_what_is_not_known_stays_unknown(tmp_path: Path) -> None:
    manifest = read(tmp_path, row(1, age_years="", group="NA", height_m="", mass_kg="", sex=""), row(2, grip_kg="20"))
    first, second = manifest.sessions
    assert (first.given.age_years, first.given.height_m, first.given.sex, first.group) == (None, None, None, None)
    assert (first.clinical.grip_kg, second.clinical.grip_kg) == (None, 20.0)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"height_m": "165"}, "height_m is '165', out of range. Accepted: 1 to 2.3 m. It looks like centimetres: then "
         "write 1.65."),
        ({"height_m": "5.4"}, "feet: then write 1.646"),
        ({"mass_kg": "72000"}, "grams: then write 72"),
        ({"mass_kg": "58 kg"}, "mass_kg is '58 kg', not a number. Give 25 to 250 kg, without the unit."),
        ({"age_years": "1950"}, "age_years looks like a year, out of range. Give the age at the visit in years, and "
         "keep dates of birth out."),
        ({"age_years": "1940-05-06"}, "age_years looks like a date, not a number. Give the age at the visit in years, "
         "and keep dates of birth out. If cells of the row have slipped"),
        ({"height_m": "Jane Doe"}, "height_m is text, not a number. Give 1 to 2.3 m, without the unit. If cells"),
        ({"sex": "Jane"}, "sex is text, not a word that is accepted. Accepted: f, m, unspecified. If cells of the row"),
        ({"sex": "Woman"}, "sex is 'Woman', not a word that is accepted. Accepted: f, m, unspecified."),
        ({"age_years": "> 90 y"}, "age_years is '> 90 y', not a number."),
        ({"age_years": "inf"}, "Accepted: 18 to 120 years"),
        ({"sex": "2"}, "sex is '2', not a word that is accepted. Accepted: f, m, unspecified. "
         "Codes such as 1 and 2 mean different things"),
        ({"calf_cm": "345"}, "Accepted: 15 to 70 cm. It looks like millimetres: then write 34.5."),
        ({"seat_height_m": "45"}, "Accepted: 0.25 to 0.75 m. It looks like centimetres: then write 0.45."),
        ({"load_kg": "0"}, "Accepted: above 0 and at most 60 kg."),
        ({"grip_kg": "300"}, "Accepted: 0 to 120 kg. Check the unit."),
        ({"sarc_f": "2.5"}, "sarc_f is '2.5', not a whole number. Accepted: 0 to 10 whole points."),
        ({"asm_kg": "15", "asm_method": "scale"}, "asm_method is 'scale', not a word that is accepted. Accepted: bia, "
         "dxa."),
        ({"group": "=cmd()"}, "group begins with '=', as a formula does. Write it so that no spreadsheet computes it."),
        ({"session": "@x"}, "session begins with '@', as a formula does."),
        ({"session": ""}, "session is empty. Give a path or the UUID at OpenCap."),
    ],
)  # fmt: skip
def test_a_cell_that_is_not_accepted_says_what_is(tmp_path: Path, cells: dict[str, str], said: str) -> None:
    manifest = read(tmp_path, row(1, **cells), row(2))
    ((place, (text,)),) = reasons(manifest).items()
    assert place == (2, next(name for name in reversed(cells)))
    assert said in text
    assert [visit.participant for visit in manifest.sessions] == ["P002"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("Jane Doe 1", "participant holds ' '."),
        ("P/1", "participant holds '/'."),
        ("김1", "participant holds letters or digits other than a to z, A to Z and 0 to 9."),
        ("Zoë 1", "participant holds ' ' and letters or digits other than a to z, A to Z and 0 to 9."),
        ("P1.", "participant begins or ends with '.'."),
        ("-1", "participant begins or ends with '-'."),
        ("Jane", "participant has no digit: it may be a name, or initials."),
        ("com1.x", "participant is a name that Windows keeps for a device."),
        ("P" + "1" * 40, "participant has 41 characters."),
        ("", "participant is empty."),
    ],
)
def test_codes_that_no_folder_can_be_called_by_are_refused_and_not_repeated(
    tmp_path: Path, code: str, said: str
) -> None:
    manifest = read(tmp_path, row(1, participant=code))
    (bad,) = manifest.bad_rows
    assert (bad.participant, bad.visit, bad.reason) == ("", "V1", said)
    assert "such as P001" in bad.hint


def test_visits_may_be_words(tmp_path: Path) -> None:
    manifest = read(tmp_path, row(1, visit="baseline"), row(2, visit="follow-up_2.b"))
    assert [visit.visit for visit in manifest.sessions] == ["baseline", "follow-up_2.b"]


def test_every_reason_of_a_row_is_told_at_once(tmp_path: Path) -> None:
    manifest = read(tmp_path, row(1, participant="Jane", height_m="165", sex="x", session="nowhere", sarc_f="11"))
    assert [(bad.row, bad.column) for bad in manifest.bad_rows] == [
        (2, "participant"), (2, "session"), (2, "height_m"), (2, "sex"), (2, "sarc_f"),
    ]  # fmt: skip
    assert manifest.n_bad == 1


def test_names_and_dates_in_shifted_cells_are_told_nowhere(tmp_path: Path) -> None:
    private = (
        "Jane", "Jane Doe", "홍길동", "1940-05-06", "06.05.1940", "5/6/40", "6 May 1940", "May 6, 1940", "19400506",
        "400506", "400506-2345678", "05.1940", "1940", "+82 10 1234 5678", "01012345678", "1940년 5월 6일",
    )  # fmt: skip
    cells = [
        row(1, **{column: text})
        for text in private
        for column in row(asm_kg="15", group="", grip_kg="", asm_method="", calf_cm="", sarc_f="", load_kg="")
        if column not in ("participant", "session")
    ]
    cells += [row(1, participant=text, visit=text, height_m="x") for text in private]
    rows = [
        one | {"participant": one["participant"].replace("P001", f"P1-{n}"), "session": opencap_id(100 + n)}
        for n, one in enumerate(cells)
    ]
    rows += [row(number, participant="P9999", visit=f"V{number}", group="jane doe") for number in (1, 2)]
    rows += [row(3, participant="P9999", visit="V3", group="Jane Doe")]
    manifest = read(tmp_path, *rows)
    write_bad_rows(manifest.bad_rows, tmp_path / "bad_rows.csv")
    with (tmp_path / "bad_rows.csv").open(encoding="utf-8-sig", newline="") as file:
        told = [" ".join([*bad[1:3], bad[4], bad[5]]) for bad in csv.reader(file)]
    assert len(told) > 150
    for text in (*private, "Doe", "jane"):
        assert [line for line in told if text in line] == []


def test_visits_that_are_no_names_stand_beside_what_is_wrong(tmp_path: Path) -> None:
    visits = ("baseline", "V2", "Jane", "1940-05-06")
    manifest = read(tmp_path, *(row(n, visit=visit, height_m="165") for n, visit in enumerate(visits)))
    assert [bad.visit for bad in manifest.bad_rows] == ["baseline", "V2", "", ""]
