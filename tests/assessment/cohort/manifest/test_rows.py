"""Cells beside each other: within a row, and between rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.assessment.cohort.manifest.writing import opencap_id, read, reasons, row, write_session


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"asm_kg": "15"}, "asm_method", "Give asm_method bia or dxa"),
        ({"asm_method": "dxa"}, "asm_kg", "without a muscle mass"),
        ({"asm_kg": "58.5", "asm_method": "dxa"}, "asm_kg", "asm_kg is not less than the body mass."),
    ],
)
def test_a_muscle_mass_needs_its_method_and_a_body(
    tmp_path: Path, cells: dict[str, str], column: str, said: str
) -> None:
    ((place, (text,)),) = reasons(read(tmp_path, row(1, **cells))).items()
    assert place == (2, column)
    assert said in text


def test_what_the_sessions_own_files_say_need_not_be_given(tmp_path: Path) -> None:
    write_session(tmp_path / "all", height_m=1.6, mass_kg=60, sex="f")
    write_session(tmp_path / "some", height_m=1.6, sex="f")
    unknown = {"height_m": "", "mass_kg": "", "sex": ""}
    manifest = read(tmp_path, row(1, session="all", **unknown), row(2, session="some", **unknown))
    assert [visit.participant for visit in manifest.sessions] == ["P001"]
    assert [(bad.row, bad.column, bad.reason) for bad in manifest.bad_rows] == [
        (3, "mass_kg", "mass_kg is not given, and the session's own files do not say it.")
    ]


def test_a_cell_that_is_wrong_is_not_also_missing(tmp_path: Path) -> None:
    write_session(tmp_path / "some")
    manifest = read(tmp_path, row(1, session="some", height_m="165"))
    assert list(reasons(manifest)) == [(2, "height_m")]


def test_the_body_mass_of_the_files_bounds_the_muscle_mass(tmp_path: Path) -> None:
    write_session(tmp_path / "light", height_m=1.6, mass_kg=40, sex="f")
    manifest = read(tmp_path, row(1, session="light", mass_kg="", asm_kg="45", asm_method="dxa"))
    assert list(reasons(manifest)) == [(2, "asm_kg")]


def test_the_same_visit_twice_is_refused_whatever_the_case(tmp_path: Path) -> None:
    manifest = read(tmp_path, row(1), row(2), row(3, participant="p001", visit="v1"))
    twice = "The same visit of the participant is there more than once (rows 2, 4)."
    assert [bad.row for bad in manifest.bad_rows if bad.reason == twice] == [2, 4]
    assert [visit.participant for visit in manifest.sessions] == ["P002"]


def test_one_spelling_holds_for_all_rows_and_it_is_the_usual_one(tmp_path: Path) -> None:
    rows = [row(number, participant="P001", visit=f"V{number}", group="a") for number in (1, 2, 3)]
    manifest = read(tmp_path, *rows, row(4, participant="p001", visit="V4", group="a"), row(5, group="A", visit="v1"))
    assert [visit.visit for visit in manifest.sessions] == ["V1", "V2", "V3"]
    assert {place: text[0].split(" Write")[0] for place, text in reasons(manifest).items()} == {
        (5, "participant"): "participant differs from that of row 2 only in case.",
        (6, "visit"): "visit differs from that of row 2 only in case.",
        (6, "group"): "group differs from that of row 2 only in case.",
    }


def test_the_same_recordings_twice_are_refused_however_they_are_written(tmp_path: Path) -> None:
    write_session(tmp_path / "a")
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "x").mkdir()
    manifest = read(
        tmp_path,
        *(row(number, session=text) for number, text in enumerate(["a", "./x/../a", str(tmp_path / "link")], start=1)),
        row(4, session=opencap_id(9)),
        row(5, session=f" {opencap_id(9).upper()} "),
        row(6),
    )
    assert {(bad.row, bad.reason) for bad in manifest.bad_rows} == {
        *((number, "The same recordings are given more than once (rows 2, 3, 4).") for number in (2, 3, 4)),
        *((number, "The same recordings are given more than once (rows 5, 6).") for number in (5, 6)),
    }


def test_a_participant_has_one_group_and_one_sex(tmp_path: Path) -> None:
    def visits(participant: str, numbers: tuple[int, int], column: str, *values: str) -> list[dict[str, str]]:
        return [
            row(number, participant=participant, visit=f"V{number}", **{"group": "a", column: value})
            for number, value in zip(numbers, values, strict=True)
        ]

    manifest = read(
        tmp_path,
        *visits("P1", (1, 2), "group", "a", "b"),
        *visits("P2", (3, 4), "group", "a", ""),
        *visits("P3", (5, 6), "sex", "f", "m"),
        *visits("P4", (7, 8), "sex", "f", ""),
    )
    found = {place: text[0].split(").")[0] for place, text in reasons(manifest).items()}
    assert found == {
        **{(at, "group"): "The participant's visits are not all in one group (rows 2, 3" for at in (2, 3)},
        **{(at, "group"): "The participant's visits are not all in one group (rows 4, 5" for at in (4, 5)},
        **{(at, "sex"): "The participant's visits differ in sex (rows 6, 7" for at in (6, 7)},
    }
    assert [visit.participant for visit in manifest.sessions] == ["P4", "P4"]


def test_the_sex_in_the_files_counts_as_well(tmp_path: Path) -> None:
    write_session(tmp_path / "a", height_m=1.6, mass_kg=60, sex="m")
    manifest = read(tmp_path, row(1), row(2, participant="P001", visit="V2", session="a", sex=""))
    assert sorted(reasons(manifest)) == [(2, "sex"), (3, "sex")]


def test_a_group_that_is_not_accepted_contradicts_no_other(tmp_path: Path) -> None:
    manifest = read(tmp_path, row(1, group="a"), row(2, participant="P001", visit="V2", group="=a"))
    assert list(reasons(manifest)) == [(3, "group")]


def test_many_rows_of_one_mistake_are_not_all_named_in_each(tmp_path: Path) -> None:
    manifest = read(tmp_path, *(row(number, session=opencap_id(0)) for number in range(1, 9)))
    assert {bad.reason for bad in manifest.bad_rows} == {
        "The same recordings are given more than once (rows 2, 3, 4, 5, 6 and 3 more)."
    }
