"""What a cohort's report says: who is counted, of whom nothing is said, and that it holds nobody's code."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from assessment.cohort.layout import CohortFolder
from assessment.cohort.reading import open_cohort
from assessment.cohort.report.changes import change_section
from assessment.cohort.report.cohort import Cohort
from assessment.cohort.report.comparisons import comparison_section
from assessment.cohort.report.criteria import criteria_section
from assessment.cohort.report.distributions import distribution_section
from assessment.cohort.report.flow import flow_section
from assessment.cohort.report.hiding import hidden_parts
from assessment.cohort.report.people import overview_section, people_section
from assessment.cohort.report.quality import failure_section, quality_section
from assessment.cohort.sessions import CohortSession
from assessment.report.structure import Paragraph, Report
from assessment.summary import ClinicalMeasures, ErrorRecord, QualityRecord
from models.errors import SettingsError
from pipeline.quality import Quality
from tests.assessment.cohort.made_cohort import SPEED, made_cohort
from tests.assessment.cohort.report.cohorts import content, folder_of, pictures, row, rows, section, texts, visits
from tests.assessment.uncertainty.people import indicator, person, trial

KNEE = "peak_knee_extension_moment_per_kg"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CohortFolder:
    return made_cohort(tmp_path_factory.mktemp("cohort") / "out", participants=40).folder


@pytest.fixture(scope="module")
def report(made: CohortFolder) -> Report:
    return content(made)


def walker(speed_m_s: float, **changes: object) -> object:
    values = [indicator(SPEED, speed_m_s, 0.02)]
    return person(trial("walk", "walking/overground", values), **changes)  # type: ignore[arg-type]


def test_the_flow_chart_accounts_for_every_row_visit_and_trial(tmp_path: Path) -> None:
    sessions = list(visits(8, twice=2))
    why = ErrorRecord(kind="SessionReadError", message="The archive is damaged.", hint="Download it again.")
    folder = folder_of(tmp_path, sessions, failed={sessions[0].key, sessions[-1].key}, error=why, n_bad_rows=3)
    folder.bad_rows.write_text(
        "\ufeffrow,participant,visit,column,reason,hint\n"
        "4,KODE900,V1,sex,x,y\n4,KODE900,V1,mass_kg,x,y\n9,KODE901,V1,sex,x,y\n12,,,,x,y\n",
        encoding="utf-8",
    )
    said = pictures(flow_section(Cohort(folder)))[0].alternative
    quality = open_cohort(folder.path).quality()
    assert "Listed in the manifest (n = 13). Not accepted (n = 3): sex (2); mass_kg (1); whole row (1)." in said
    assert "Visits (n = 10) of 8 participants. No results (n = 2): The archive is damaged. (2)." in said
    assert f"Visits assessed (n = 8) of 7 participants: Trials (n = {len(quality)})." in said
    n_assessed = int((quality["status"] == "assessed").sum())
    assert f"Trials assessed (n = {n_assessed})." in said
    wide = open_cohort(folder.path).wide()
    squats = wide[[name for name in wide if name.startswith("squat__") and name.endswith("_quality")]].stack()
    reported = int((squats == "reported").sum())
    assert re.search(rf"Squat: \d+ trials: values reported: {reported}\s\(", said)


def test_visits_with_warnings_are_counted_in_the_flow_chart(tmp_path: Path) -> None:
    sessions = list(visits(3))
    odd = walker(1.0, warnings=["There is no neutral trial.", "walk: cut off."])
    said = pictures(flow_section(Cohort(folder_of(tmp_path, sessions, results={sessions[1].key: odd}))))  # type: ignore[dict-item]
    assert "Visits with warnings, such as a missing trial (n = 1)" in said[0].alternative


def test_a_participant_counts_once_with_the_first_visit_that_was_assessed(tmp_path: Path) -> None:
    sessions = list(visits(6, twice=6))
    why = ErrorRecord(kind="SessionReadError", message="The archive is damaged.", hint="Download it again.")
    # Of the first participant only the second visit has results.
    speeds = {
        one.key: walker(2.0 if one.key == sessions[1].key else 1.0 if one.visit == "V1" else 3.0) for one in sessions
    }
    folder = folder_of(tmp_path, sessions, failed={sessions[0].key}, error=why, results=speeds)  # type: ignore[arg-type]
    found = row(distribution_section(Cohort(folder)), "Gait speed")
    assert found[1] == "6"
    mean = (5 * 1.0 + 2.0) / 6
    assert found[-1].startswith(f"{mean:.1f}")
    assert row(people_section(Cohort(folder)), "Participants")[1] == "6"


@pytest.mark.parametrize(("n", "is_given"), [(4, False), (5, True)])
def test_nothing_is_said_of_the_values_of_few(tmp_path: Path, n: int, *, is_given: bool) -> None:
    few = [replace(one, group="few", clinical=ClinicalMeasures(grip_kg=33.3)) for one in visits(n)]
    many = [replace(one, participant=f"M{one.participant}", group="many") for one in visits(20)]
    of = Cohort(folder_of(tmp_path, [*many, *few]))
    people, criteria = people_section(of), criteria_section(of)
    assert row(people, "Age")[3] == ("70.0\xa0(0.0)" if is_given else "n < 5")
    assert any("33.3" in cell.text for cells in rows(people) for cell in cells) == is_given
    compared = comparison_section(of)
    assert compared is not None
    assert any(cells[0].text == "few" for cells in rows(compared)) == is_given
    counts = next(cells for cells in rows(criteria) if cells[0].text == "– few")
    assert (counts[2].text == "n < 5") != is_given


def grouped(tmp_path: Path, sizes: dict[str, int], **given: object) -> Cohort:
    """Groups of so many people, all with a grip strength; the sex can be told for each group."""
    sessions = []
    for group, n in sizes.items():
        people = visits(n, **{name: values[group] for name, values in given.items()})  # type: ignore[index]
        for one in people:
            clinical = ClinicalMeasures(grip_kg=20.0 + len(sessions))
            sessions.append(replace(one, participant=f"{group}{one.participant}", group=group, clinical=clinical))
    return Cohort(folder_of(tmp_path, sessions))


def test_a_single_person_cannot_be_worked_out_from_all_and_the_other_group(tmp_path: Path) -> None:
    of = grouped(tmp_path, {"five": 5, "one": 1})
    people, criteria = people_section(of), criteria_section(of)
    assert row(people, "Participants")[1:] == ["6", "5", "1"]
    for label in ("Women", "Age", "Height", "Body mass", "Grip strength"):
        everybody, *groups = row(people, label)[1:]
        assert "n < 5" not in everybody
        assert groups == ["not shown", "n < 5"]
    for name, said in (("five", "not shown"), ("one", "n < 5")):
        of_group = [cells for cells in rows(criteria) if cells[0].text == f"– {name}"]
        assert of_group
        assert all([cell.text for cell in cells[2:]] == [said] * 4 for cells in of_group)
    compared = comparison_section(of)
    assert compared is not None
    assert not rows(compared)
    why = "Not shown: values of fewer than 5 others could be worked out from these and those of all."
    assert why in [block.text for one in (people, criteria) for block in one.blocks if isinstance(block, Paragraph)]


def test_small_groups_that_hide_one_another_hide_no_other(tmp_path: Path) -> None:
    people = people_section(grouped(tmp_path, {"many": 10, "three": 3, "two": 2}))
    everybody, many, three, two = row(people, "Grip strength")[1:]
    assert everybody.startswith("27.0")
    assert many.startswith("24.5")
    assert (three, two) == ("n < 5", "n < 5")
    assert row(people, "Women")[2:] == ["10\xa0(100\xa0%)", "n < 5", "n < 5"]


def test_a_single_person_cannot_be_worked_out_from_all_and_the_other_sex(tmp_path: Path) -> None:
    of = grouped(tmp_path, {"a": 6, "b": 1}, sex={"a": "f", "b": "m"})
    found = distribution_section(of)
    grip = row(found, "Grip strength")
    assert grip[1] == "7"
    assert grip[-3:] == ["23.0 [21.5,\xa024.5]", "not shown", "n < 5"]
    assert not pictures(found)


@pytest.mark.parametrize(
    ("sizes", "others", "hidden"),
    [
        ([5, 1], 0, [True, True]),
        ([10, 3, 2], 0, [False, True, True]),
        ([30, 10, 20, 4], 0, [False, True, False, True]),
        ([8, 9], 1, [True, False]),
        ([8, 9], 5, [False, False]),
        ([8, 0], 0, [False, True]),
        ([3], 0, [True]),
    ],
)
def test_the_next_smallest_part_is_hidden_until_five_are(sizes: list[int], others: int, hidden: list[bool]) -> None:
    assert list(hidden_parts(sizes, others=others)) == hidden


def test_who_did_not_come_again_cannot_be_worked_out(tmp_path: Path) -> None:
    def first_visit(out: str, n: int) -> str:
        change = change_section(Cohort(folder_of(tmp_path / out, visits(n, twice=6))))
        assert change is not None
        return row(change, "Gait speed")[2]

    assert first_visit("one", 7) == "not shown"
    assert re.fullmatch(r"\d\.\d\d", first_visit("five", 11))


def test_no_empty_axes_are_drawn(tmp_path: Path) -> None:
    sessions = [
        replace(one, participant=f"{age}{one.participant}") for age in (65, 75, 85) for one in visits(4, age_years=age)
    ]
    found = distribution_section(Cohort(folder_of(tmp_path, sessions)))
    assert not pictures(found)
    why = "No boxes are drawn: in no age band of one sex are there 5 people to be shown."
    assert why in [block.text for block in found.blocks if isinstance(block, Paragraph)]


def test_boxes_of_few_are_not_drawn_but_counted(tmp_path: Path) -> None:
    old = [replace(one, participant=f"OLD{one.participant}") for one in visits(3, age_years=85.0)]
    young = [replace(one, participant=f"YOUNG{one.participant}") for one in visits(2, age_years=65.0)]

    def said(*sessions: CohortSession) -> str:
        of = Cohort(folder_of(tmp_path / str(len(sessions)), sessions))
        return " ".join(one.alternative for one in pictures(distribution_section(of)))

    assert re.search(r"Gait speed \[m/s\]: Women, 60–69: n 2, n < 5; "
                     r"Women, 70–79: n 25, \d\.\d\d \[\d\.\d\d,\xa0\d\.\d\d\]; "
                     r"Women, 80 and over: n 3, n < 5\.", said(*visits(25), *old, *young))  # fmt: skip
    # With the values of all women beside them those of 25 would tell of the other three.
    assert not said(*visits(25), *old)


def test_nobody_can_be_found_in_it(made: CohortFolder, report: Report) -> None:
    wide = open_cohort(made.path).wide(["participant", "session"])
    said = report.model_dump_json()
    for code in {*wide["participant"], *wide["session"]}:
        assert not re.search(rf"(?<!\w){re.escape(code)}(?!\w)", said)


def test_names_and_paths_in_reasons_are_taken_out(tmp_path: Path) -> None:
    sessions = list(visits(6))
    reason = "KODE000/V1: /data/hong gildong/visit 3 holds no cameras, 2 are needed."
    error = ErrorRecord(kind="SessionReadError", message=reason, hint="Look at C:\\data\\kim, then run KODE000 again.")
    of = Cohort(folder_of(tmp_path, sessions, failed={sessions[0].key}, error=error))
    failed = failure_section(of)
    assert failed is not None
    assert [cell.text for cell in rows(failed)[0]] == [
        "visit", "trials", "1", "…/…: …, … are needed.", "Look at …, then run … again.",
    ]  # fmt: skip
    assert "gildong" not in pictures(flow_section(of))[0].alternative


def test_groups_are_compared_as_the_statistics_of_studies_do(made: CohortFolder, report: Report) -> None:
    of = Cohort(made)
    speed = next(number for number in of.key_numbers if number.indicator == SPEED)
    values = speed.values[speed.values.index.isin(of.people.index)]
    group = of.people["group"].reindex(values.index)
    difference = values[group == "frail"].mean() - values[group == "robust"].mean()
    found = [[cell.text for cell in cells] for cells in rows(section(report, "Groups compared"))]
    place = next(k for k, cells in enumerate(found) if cells == ["Gait speed"])
    robust, frail = found[place + 1], found[place + 2]
    assert robust[:2] == ["robust", str((group == "robust").sum())]
    assert frail[:2] == ["frail", str((group == "frail").sum())]
    assert frail[3].startswith(f"−{abs(difference):.2f} [−")
    assert frail[4].startswith("−")
    assert frail[5] == "< 0.001"
    reason = section(report, "Groups compared").blocks[0].text  # type: ignore[union-attr]
    n_tests = sum(cells[0] == "frail" for cells in found)
    assert f"corrected by Holm for all {n_tests} comparisons" in reason
    assert "group minus robust" in reason


def test_change_is_called_one_only_beyond_the_published_detectable_change(tmp_path: Path) -> None:
    sessions = list(visits(8, twice=8))
    # Between sessions 0.347 m/s are the least that can be told.
    later = {f"KODE00{k}/V2": 1.0 + change for k, change in enumerate((0.5, 0.5, -0.5, 0.3, 0.3, 0.0, 0.1, -0.3))}
    results = {one.key: walker(later.get(one.key, 1.0)) for one in sessions}
    found = change_section(Cohort(folder_of(tmp_path, sessions, results=results)))  # type: ignore[arg-type]
    assert found is not None
    n, first, mean, mdc95, increased, decreased, same = row(found, "Gait speed")[1:]
    assert (n, first, mdc95) == ("8", "1.00", "0.35")
    assert (increased, decreased, same) == ("2\xa0(25\xa0%)", "1\xa0(12\xa0%)", "5\xa0(62\xa0%)")
    assert mean.startswith("+0.1")


def test_moments_of_measured_and_of_estimated_forces_are_not_put_together(tmp_path: Path) -> None:
    sessions = list(visits(12))
    results = {}
    for k, one in enumerate(sessions):
        origin, level = ("measured", 2.0) if k % 2 else ("estimated", 1.0)
        values = [indicator(KNEE, level + 0.01 * k, 0.1, side=side) for side in ("r", "l")]
        results[one.key] = person(trial("squats", "squat", values, forces=origin))
    found = distribution_section(Cohort(folder_of(tmp_path, sessions, results=results)))
    moments = [cells for cells in rows(found) if cells[0].text.startswith("Peak knee extension moment")]
    assert [(cells[0].symbol, cells[1].text) for cells in moments] == [("measured", "6"), ("estimated", "6")]
    assert [cells[-1].text[:2] for cells in moments] == ["2.", "1."]


def test_criteria_count_people_and_name_their_source(made: CohortFolder, report: Report) -> None:
    found = section(report, "Published criteria")
    cells = next(cells for cells in rows(found) if cells[0].text == "AWGS 2019")
    of = Cohort(made)
    verdicts = of.people["criterion__awgs_2019"].value_counts()
    assert cells[1].text == str(len(of.people))
    assert [int(cell.text.split()[0]) for cell in cells[2:]] == [
        int(verdicts.get(name, 0)) for name in ("meets", "does_not_meet", "indeterminate", "not_assessable")
    ]
    assert "doi:10.1016/j.jamda.2019.12.012" in cells[0].aside
    assert "None of this is a diagnosis" in texts(report)


def test_a_criterion_that_is_met_says_at_which_stage_it_may_be(report: Report) -> None:
    lead = section(report, "Published criteria").blocks[0].text  # type: ignore[union-attr]
    assert "low grip strength alone already meets the first one" in lead


def test_a_withheld_value_is_counted_with_what_withholds_it(tmp_path: Path) -> None:
    why, beside = "Too little was seen.", "Contact forces are estimated."
    quality = Quality.caution(beside) & Quality.withheld(why)
    values = [indicator(SPEED, None, None, quality=QualityRecord.of(quality))]
    sessions = list(visits(6))
    results = {one.key: person(trial("walk", "walking/overground", values)) for one in sessions}
    found = rows(quality_section(Cohort(folder_of(tmp_path, sessions, results=results))))
    assert [cells[2].text for cells in found if cells[0].symbol == "withheld"] == [why]
    assert not any(cells[2].text == beside for cells in found)


def test_what_is_missing_adds_up_to_all_visits(made: CohortFolder) -> None:
    of = Cohort(made)
    for counts in of.mark_counts.values():
        assert counts.sum() == len(of.visits)
    wide = open_cohort(made.path).wide()
    column = next(one for one in of.source.columns if one.indicator == SPEED)
    marks = wide[f"{column.name}_quality"]
    everybody = of.mark_counts[column].sum(axis=0)
    assert everybody.tolist() == [
        int((marks == "reported").sum()), int((marks == "with caution").sum()), int((marks == "withheld").sum()),
        int(marks.isna().sum()),
    ]  # fmt: skip
    frail = of.mark_counts[column][of.groups.index("frail")]
    assert frail.sum() == (wide["group"] == "frail").sum()


def test_groups_there_are_too_many_of_are_left_out_and_it_says_so(tmp_path: Path) -> None:
    found = people_section(Cohort(folder_of(tmp_path, visits(40, groups=[f"site {k}" for k in range(8)]))))
    assert found.blocks[-1].text == "There are more groups than there is room for: the 5 largest are shown."  # type: ignore[union-attr]
    assert len(rows(found)[0]) == 1 + 1 + 5


def test_generated_and_recorded_sessions_together_are_pointed_out(tmp_path: Path) -> None:
    sessions = list(visits(6))
    mixed = Cohort(folder_of(tmp_path / "mixed", sessions, results={sessions[0].key: walker(1.0)}))  # type: ignore[dict-item]
    notices = [block.text for block in overview_section(mixed).blocks if isinstance(block, Paragraph)]
    assert notices[0].startswith("Recordings of people and synthetic sessions are mixed")
    assert mixed.synthetic
    recorded = {one.key: walker(1.0) for one in sessions}
    assert not Cohort(folder_of(tmp_path / "real", sessions, results=recorded)).synthetic  # type: ignore[arg-type]


def test_a_run_that_does_not_say_when_it_was_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "out", visits(5), created=None)
    with pytest.raises(SettingsError, match=r"cohort\.json of out does not say when .* Run the cohort again"):
        content(folder)


def test_the_same_tables_give_the_same_report(made: CohortFolder, report: Report) -> None:
    assert content(made).model_dump_json() == report.model_dump_json()
