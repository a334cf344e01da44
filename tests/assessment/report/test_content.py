"""What a report says: numbers with intervals, changes, criteria, and words for everything that is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.findings.tiles import choose_tiles
from assessment.person import judge_person
from assessment.report.content import report_content
from assessment.report.context import Context
from assessment.report.structure import Cell, Paragraph, Report, Section, Standings, Table
from assessment.summary import ClinicalMeasures, ErrorRecord, QualityRecord, Summary, TrialRecord
from assessment.visit import Preferences, VisitDetails
from models.subject import Subject
from pipeline.quality import Mark
from tests.assessment.uncertainty.people import KNEE, SPEED, chair_stand, indicator, person, save, trial


def walk(speed_m_s: float | None = 0.9) -> TrialRecord:
    return trial("walk", "walking/overground", [indicator(SPEED, speed_m_s, 0.02)])


def judged(summary: Summary, clinical: ClinicalMeasures | None = None) -> Summary:
    """With the published criteria, as a run evaluates them."""
    one, measured = summary.subject, clinical or ClinicalMeasures()
    subject = Subject(height_m=one.height_m, mass_kg=one.mass_kg, sex=one.sex, age_years=one.age_years)
    indicators, criteria = judge_person(summary.trials, subject, measured)
    return summary.model_copy(update={"clinical": measured, "indicators": indicators, "criteria": criteria})


TODAY = date(2026, 1, 5)


def content(
    folder: Path,
    summary: Summary,
    previous: Summary | None = None,
    previous_date: date | None = None,
    **preferences: Any,
) -> Report:
    save(summary, folder)
    visit, shown = VisitDetails(study_code="P-07", visit_date=TODAY), Preferences(**preferences)
    return report_content(Context(folder, summary, visit, shown, previous=previous, previous_date=previous_date))


def section(report: Report, title: str) -> Section:
    return next(one for one in report.sections if one.title == title)


def rows(of: Section) -> list[list[Cell]]:
    return [list(row.cells) for block in of.blocks if isinstance(block, Table) for row in block.rows]


def row(of: Section, label: str) -> list[Cell]:
    return next(cells for cells in rows(of) if cells[0].text == label)


def words(of: Section) -> str:
    return " ".join(block.text for block in of.blocks if isinstance(block, Paragraph))


def test_a_headline_number_stands_with_unit_interval_and_mark(tmp_path: Path) -> None:
    found = row(section(content(tmp_path, person(chair_stand(13.64))), "Summary"), "Five-times sit-to-stand time")
    assert found[1].text == "13.6 [11.9, 15.4] s"
    assert found[2].text == "reported"
    assert found[0].aside == "5xSTS"


def test_several_trials_of_a_movement_are_one_line(tmp_path: Path) -> None:
    summary = person(walk(0.9), walk(1.1).model_copy(update={"name": "walk_2"}))
    found = [cells for cells in rows(section(content(tmp_path, summary), "Summary")) if cells[0].text == "Gait speed"]
    assert [(cells[1].text, cells[0].aside) for cells in found] == [
        ("1.0 [0.7, 1.3] m/s", "mean of 2 trials: walk 0.90, walk_2 1.10")
    ]


def test_the_box_holds_the_numbers_of_the_screen(tmp_path: Path) -> None:
    squat = trial("squat", "squat", [indicator("number_of_repetitions", 5.0, 0.0)])
    summary = judged(person(chair_stand(13.0), walk(), squat), ClinicalMeasures(grip_kg=17.2))
    shown = [cells[0].text for cells in rows(section(content(tmp_path, summary), "Summary"))]
    assert shown == [tile.label for tile in choose_tiles(summary, [])]
    assert "Complete repetitions" in shown


def test_a_withheld_number_is_said_with_its_reason(tmp_path: Path) -> None:
    summary = section(content(tmp_path, person(chair_stand(None, None))), "Summary")
    found = row(summary, "Five-times sit-to-stand time")
    assert found[1].text == "withheld"
    table = next(block for block in summary.blocks if isinstance(block, Table))
    assert [table.notes[number - 1] for number in found[2].notes] == ["The recording is too short."]


def test_change_is_called_change_only_beyond_the_published_detectable_one(tmp_path: Path) -> None:
    before = person(chair_stand(13.0), session="first")
    for seconds, said in ((14.0, "no change beyond measurement error (MDC 4.5)"), (20.0, "increased, worse (MDC 4.5)")):
        summary = section(content(tmp_path, person(chair_stand(seconds)), before), "Summary")
        found = row(summary, "Five-times sit-to-stand time")
        assert found[3].text == "13.0"
        assert found[4].text == f"+{seconds - 13.0:.1f}"
        assert found[4].aside.startswith(said)
    assert "Previous: results of first, date of the visit not given." in words(summary)


def test_two_visits_of_one_day_are_compared_with_the_error_within_a_session(tmp_path: Path) -> None:
    """15.0 to 12.0 s: beyond the 2.5 s of one day, within the 4.52 s of two."""
    now, before = person(chair_stand(12.0)), person(chair_stand(15.0))
    for day, said in ((TODAY, "decreased, better (MDC 2.5)"), (date(2026, 1, 4), "no change beyond measurement error")):
        summary = section(content(tmp_path, now, before, day), "Summary")
        assert row(summary, "Five-times sit-to-stand time")[4].aside.startswith(said)
        assert f"Previous: visit of {day}." in words(summary)


def test_what_was_not_measured_before_has_no_change(tmp_path: Path) -> None:
    summary = section(content(tmp_path, person(chair_stand(13.0), walk()), person(chair_stand(13.0))), "Summary")
    found = row(summary, "Gait speed")
    assert (found[3].text, found[4].text) == ("none", "–")


def test_two_people_are_not_compared_and_the_report_says_why(tmp_path: Path) -> None:
    other = person(chair_stand(13.0), height_m=1.80)
    summary = section(content(tmp_path, person(chair_stand(13.0)), other), "Summary")
    assert "The earlier visit is not compared: The two visits are not of one person" in words(summary)
    assert len(row(summary, "Five-times sit-to-stand time")) == 3


def test_grip_typed_in_at_both_visits_is_compared_too(tmp_path: Path) -> None:
    now, before = (judged(person(walk()), ClinicalMeasures(grip_kg=grip_kg)) for grip_kg in (17.2, 25.0))
    found = row(section(content(tmp_path, now, before), "Summary"), "Grip strength")
    assert [cell.text for cell in found] == ["Grip strength", "17.2 kg", "typed in", "25.0", "−7.8"]


def test_criteria_show_value_cut_off_result_source_and_what_is_missing(tmp_path: Path) -> None:
    criteria = section(content(tmp_path, judged(person(chair_stand(13.0), walk()))), "Published criteria")
    found = rows(criteria)
    start = next(index for index, cells in enumerate(found) if cells[0].text == "AWGS 2019")
    assert found[start][0].aside == "2019 · Asia · doi:10.1016/j.jamda.2019.12.012"
    assert found[start][1].text == "indeterminate"
    chair, gait, closing = found[start + 1 : start + 4]
    assert [cell.text for cell in chair] == ["Five-times chair stand", "13.0 [11.2, 14.8] s", "≥ 12 s", "indeterminate"]
    assert [cell.text for cell in gait] == ["Gait speed", "0.90 [0.86, 0.94] m/s", "< 1 m/s", "met"]
    assert "Missing: ASM; grip strength (< 18 kg)." in closing[0].text
    assert "Would change the result: Grip strength < 18 kg (not given): meets possible sarcopenia." in closing[0].text


def test_a_met_criterion_is_worded_as_such_and_nobody_is_said_to_have_a_disease(tmp_path: Path) -> None:
    summary = judged(person(chair_stand(13.0)), ClinicalMeasures(grip_kg=17.2))
    report = content(tmp_path, summary)
    said = " ".join(cells[0].text for cells in rows(section(report, "Published criteria")))
    assert "Meets the possible sarcopenia criterion of AWGS 2025 (grip strength 17.2 kg < 18 kg)." in said
    everything = report.model_dump_json().lower()
    assert not any(phrase in everything for phrase in ("has sarcopenia", "is sarcopenic", "diagnosed with", "patient"))


def test_criteria_follow_the_preferences(tmp_path: Path) -> None:
    summary = judged(person(chair_stand(13.0)))
    criteria = section(content(tmp_path, summary, frameworks=("ewgsop2", "awgs_2019", "kwgs")), "Published criteria")
    titles = [cells[0].text for cells in rows(criteria) if cells[0].style == "strong"]
    assert titles == ["EWGSOP2", "AWGS 2019"]
    assert "Not evaluated in these results: kwgs." in words(criteria)


@pytest.mark.parametrize(
    ("unit", "shown"),
    [("Nm/kg", "1.0 [0.6, 1.4]"), ("Nm", "60 [40, 90]"), ("%BW*height", "6 [4, 9]")],
)
def test_moments_are_shown_in_the_chosen_unit(tmp_path: Path, unit: str, shown: str) -> None:
    sides = [indicator(KNEE, 1.0, 0.2, side=side) for side in ("r", "l")]
    standing = trial("5xSTS", "sit-to-stand/five-times", sides)
    reported = QualityRecord(mark=Mark.REPORTED, reasons=[])
    standing = standing.model_copy(update={"kinematics_quality": reported, "kinetics_quality": reported})
    page = section(content(tmp_path, person(standing), moment_unit=unit), "Sit-to-stand")
    found = row(page, "Peak knee extension moment")
    assert found[0].aside == f"[{unit.replace('*', '·')}]"
    assert [cell.text for cell in found[1:3]] == [shown, shown]
    assert found[0].symbol == "estimated"


def test_a_trial_that_failed_or_is_withheld_says_so(tmp_path: Path) -> None:
    error = ErrorRecord(kind="ModelError", message="It cannot be read.", hint="Export it again.")
    failed = TrialRecord(name="odd", status="failed", error=error)
    withheld = QualityRecord(mark=Mark.WITHHELD, reasons=["Half of the markers are missing."])
    unseen = chair_stand(None, None).model_copy(
        update={
            "kinematics_quality": withheld,
            "kinetics_quality": withheld,
            "explanation": "Numbers are withheld: half of the markers are missing.",
        }
    )
    report = content(tmp_path, person(failed, unseen))
    assert rows(section(report, "Protocol"))[0][1].text == "not assessed: It cannot be read."
    assert "1 of 2 trials assessed." in words(section(report, "Data quality"))
    page = words(section(report, "Sit-to-stand"))
    assert "No number of this trial is shown. Numbers are withheld: half of the markers are missing." in page


def test_a_value_is_placed_in_a_population_only_by_name(tmp_path: Path) -> None:
    page = section(content(tmp_path, person(walk(0.95), chair_stand(13.0))), "Reference populations")
    standings = next(block for block in page.blocks if isinstance(block, Standings))
    speed = next(one for one in standings.entries if one.label == "Gait speed")
    assert "Yang 2024, Singapore: 379 people of 21 to 80 years" in speed.population
    assert 0.0 <= speed.low <= speed.middle <= speed.high <= 100.0
    nobody = section(content(tmp_path, person()), "Reference populations")
    assert words(nobody) == "No value of this visit has a reference population."


def test_settings_are_said_in_words(tmp_path: Path) -> None:
    made = section(
        content(tmp_path, person(walk(), settings={"marker_placement": False, "scaler": "rl"})), "How this was made"
    )
    said = made.model_dump_json()
    assert "Model markers moved onto the static pose: no; How the model is scaled: learned policy" in said
    assert "marker_placement" not in said


def test_a_session_without_trials_still_gives_a_report(tmp_path: Path) -> None:
    report = content(tmp_path, person())
    assert "No number of this visit may be shown" in words(section(report, "Summary"))
    assert "No published criteria were evaluated." in words(section(report, "Published criteria"))
