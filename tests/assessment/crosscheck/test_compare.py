"""Whose numbers stand beside whose: legs, units, means, reasons."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assessment.catalogue import catalogue
from assessment.crosscheck import Checkout, Crosscheck, CrosscheckRow, compare_results
from assessment.crosscheck.checkout import Outcome
from assessment.crosscheck.quantities import QUANTITIES
from assessment.example import EXAMPLE
from assessment.summary import ActivityRecord, ErrorRecord, IndicatorRecord, QualityRecord, Summary, TrialRecord
from pipeline.quality import Mark
from pipeline.session import read_session
from tests.assessment.crosscheck.stand_in import build_checkout

WALK = {
    "gait_speed": (1.1, 1.3),
    "cadence": (100.0, 140.0),
    "stride_length": (1.0, 1.4),
    "step_length.r": (0.6, 0.7),
    "step_length.l": (0.5, 0.5),
    "step_width": (0.1, 0.2),
    "stance_time": (0.6, 0.7),
    "swing_time": (0.4, 0.3),
    "double_support_time": (24.0, 26.0),
    "single_support_time": (76.0, 74.0),
}
UNITS = {
    "gait_speed": "m/s", "cadence": "steps/min", "stride_length": "m", "step_length.r": "m", "step_length.l": "m",
    "step_width": "m", "stance_time": "s", "swing_time": "s", "double_support_time": "%", "single_support_time": "%",
}  # fmt: skip


class StandInCheckout(Checkout):
    """Gives the same outcome for everything and remembers what was asked."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(Path("nowhere"))
        object.__setattr__(self, "outcome", outcome)
        object.__setattr__(self, "asked", [])

    def run(self, analysis, session, trial, *, limit_s=0.0) -> Outcome:
        self.asked.append((analysis.class_name, analysis.options.get("leg"), session, trial, limit_s))
        return self.outcome


def _indicator(
    name: str, value: float | None, unit: str, side: str | None = None, mark: Mark = Mark.REPORTED
) -> IndicatorRecord:
    reasons = [] if mark is Mark.REPORTED else [f"{name} is {mark.value}."]
    return IndicatorRecord.model_construct(
        name=name, value=value, unit=unit, side=side, repetition=None, quality=QualityRecord(mark=mark, reasons=reasons)
    )


def _summary(activity: str | None, *indicators: IndicatorRecord) -> Summary:
    known = None if activity is None else ActivityRecord.model_construct(name=activity)
    error = None if known else ErrorRecord(kind="MarkerDataError", message="No marker file.", hint="Export it.")
    trial = TrialRecord.model_construct(name="walk", activity=known, error=error, indicators=list(indicators))
    return Summary.model_construct(session="visit", synthetic=True, trials=[trial])


def _results(folder: Path) -> Path:
    for name in ("OpenSimData/Kinematics/walk.mot", "MarkerData/walk.trc", "OpenSimData/Model/Lai_scaled.osim"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "sessionMetadata.yaml").write_text("openSimModel: Lai\n")
    return folder


def _compare(folder: Path, outcome: Outcome, summary: Summary) -> tuple[Crosscheck, StandInCheckout]:
    checkout = StandInCheckout(outcome)
    return compare_results(checkout, summary, _results(folder), limit_s=7.0), checkout


def _row(result: Crosscheck, label: str, side: str | None) -> CrosscheckRow:
    (row,) = [row for row in result.rows if (row.label, row.side) == (label, side)]
    return row


def test_each_leg_is_asked_for_and_compared_with_its_own_side(tmp_path: Path) -> None:
    ours = [_indicator("step_length", 0.66, "m", "r"), _indicator("step_length", 0.49, "m", "l")]
    result, checkout = _compare(tmp_path, Outcome(WALK, UNITS, {}), _summary("walking", *ours))
    assert checkout.asked == [("gait_analysis", leg, tmp_path, "walk", 7.0) for leg in "rl"]
    right, left = (_row(result, "Step length", side) for side in "rl")
    assert (right.theirs, right.ours, right.n_theirs) == (pytest.approx(0.65), 0.66, 2)
    assert right.difference == pytest.approx(0.01)
    assert (left.theirs, left.ours) == (0.5, 0.49)


def test_what_has_no_side_is_compared_with_both_legs(tmp_path: Path) -> None:
    result, _ = _compare(tmp_path, Outcome(WALK, UNITS, {}), _summary("walking", _indicator("gait_speed", 1.0, "m/s")))
    for side in "rl":
        assert _row(result, "Gait speed", side).difference == pytest.approx(-0.2)


@pytest.mark.parametrize(
    ("label", "theirs"),
    [
        ("Cadence", 120.0),
        ("Stride length", 1.2),
        ("Stride length by speed", 1.2),  # strides of 1 s
        ("Step width", 0.15),
        ("Stride time", 1.0),
        ("Stance", 65.0),
        ("Swing", 35.0),
        ("Double support", 25.0),
        ("Single support", 37.5),  # theirs is of both legs
    ],
)
def test_their_scalars_become_our_quantities(tmp_path: Path, label: str, theirs: float) -> None:
    result, _ = _compare(tmp_path, Outcome(WALK, UNITS, {}), _summary("walking"))
    assert _row(result, label, "r").theirs == pytest.approx(theirs)


def test_repetitions_are_counted_and_averaged(tmp_path: Path) -> None:
    values = {
        "rise_time": (0.8, 1.0, 0.9),
        "sts_time": (2.0, 2.0, 2.3),
        "torso_orientation": (40.0, 42.0, 41.0),
        "torso_angular_velocity": (90.0, 80.0, 85.0),
    }
    units = {"rise_time": "s", "sts_time": "s", "torso_orientation": "degrees", "torso_angular_velocity": "degrees/s"}
    ours = [_indicator("number_of_repetitions", 3.0, "1"), *(_indicator("rise_duration", s, "s") for s in (1.0, 1.2))]
    result, checkout = _compare(tmp_path, Outcome(values, units, {}), _summary("sit-to-stand", *ours))
    assert [asked[:2] for asked in checkout.asked] == [("sts_analysis", None)]
    assert _row(result, "Repetitions", None).difference == 0.0
    rise = _row(result, "Rise", None)
    assert (rise.theirs, rise.ours, rise.n_theirs) == (pytest.approx(0.9), pytest.approx(1.1), 3)
    assert _row(result, "Peak trunk flexion", None).theirs == pytest.approx(41.0)
    assert _row(result, "Peak trunk flexion", None).reasons == ["Ours has no such indicator for this trial."]


def test_a_withheld_number_of_ours_gives_its_reason_and_no_difference(tmp_path: Path) -> None:
    ours = _indicator("cadence", None, "steps/min", mark=Mark.WITHHELD)
    result, _ = _compare(tmp_path, Outcome(WALK, UNITS, {}), _summary("walking", ours))
    row = _row(result, "Cadence", "r")
    assert (row.ours, row.ours_mark, row.difference) == (None, Mark.WITHHELD, None)
    assert row.reasons == ["cadence is withheld."]
    assert row.theirs == 120.0


def test_the_worst_mark_of_ours_is_told(tmp_path: Path) -> None:
    ours = [_indicator("stride_time", 1.0, "s", "r"), _indicator("stride_time", 1.0, "s", "r", Mark.WITH_CAUTION)]
    result, _ = _compare(tmp_path, Outcome(WALK, UNITS, {}), _summary("walking", *ours))
    assert _row(result, "Stride time", "r").ours_mark is Mark.WITH_CAUTION


def test_another_unit_is_not_compared(tmp_path: Path) -> None:
    result, _ = _compare(
        tmp_path,
        Outcome(WALK, {**UNITS, "step_width": "cm"}, {}),
        _summary("walking", _indicator("step_width", 0.1, "m"), _indicator("stride_time", 1000.0, "ms")),
    )
    width, time = _row(result, "Step width", "r"), _row(result, "Stride time", "r")
    assert (width.theirs, width.difference) == (None, None)
    assert width.reasons == ["Its step_width is in 'cm', not in m as expected of it."]
    assert (time.ours, time.difference) == (None, None)
    assert time.reasons == ["Ours is in ms, not in s."]


def test_a_scalar_that_failed_costs_what_needs_it_and_no_more(tmp_path: Path) -> None:
    values = {name: value for name, value in WALK.items() if name != "swing_time"}
    outcome = Outcome(values, UNITS, {"swing_time": "It stopped with IndexError."})
    result, _ = _compare(tmp_path, outcome, _summary("walking"))
    failed = {row.label for row in result.rows if "It stopped with IndexError." in row.reasons}
    assert failed == {"Stride time", "Stance", "Swing", "Stride length by speed"}
    assert _row(result, "Cadence", "r").theirs == 120.0


def test_values_that_do_not_pair_up_are_told(tmp_path: Path) -> None:
    result, _ = _compare(tmp_path, Outcome({**WALK, "swing_time": (0.4,)}, UNITS, {}), _summary("walking"))
    row = _row(result, "Stance", "r")
    assert row.theirs is None
    assert row.reasons[0] == "Its stance_time and swing_time are not of the form expected of them."


def test_a_fault_of_the_whole_analysis_is_one_row_a_leg(tmp_path: Path) -> None:
    result, _ = _compare(tmp_path, Outcome.nothing("It stopped with IndexError."), _summary("walking"))
    assert [(row.quantity, row.side, row.reasons) for row in result.rows] == [
        (None, side, ["It stopped with IndexError."]) for side in "rl"
    ]


def test_missing_files_are_named_and_nothing_is_run(tmp_path: Path) -> None:
    checkout = StandInCheckout(Outcome(WALK, UNITS, {}))
    result = compare_results(checkout, _summary("walking"), tmp_path)
    assert checkout.asked == []
    assert result.rows[0].reasons == [
        "It needs OpenSimData/Kinematics/walk.mot, MarkerData/walk.trc, openSimModel in sessionMetadata.yaml, which "
        "the results folder does not hold."
    ]


@pytest.mark.parametrize(
    ("activity", "reason"),
    [
        ("squat", "opencap-processing has no analysis that is run for this movement (squat)."),
        (None, "Ours failed: No marker file."),
    ],
)
def test_a_trial_that_cannot_be_compared_says_why(tmp_path: Path, activity: str | None, reason: str) -> None:
    result, checkout = _compare(tmp_path, Outcome(WALK, UNITS, {}), _summary(activity))
    assert checkout.asked == []
    assert [(row.analysis, row.reasons) for row in result.rows] == [(None, [reason])]


def test_every_quantity_is_an_indicator_of_ours_in_its_unit() -> None:
    declared = catalogue()
    for quantities in QUANTITIES.values():
        for quantity in quantities:
            assert declared[quantity.ours].unit == quantity.unit


def test_a_recording_of_a_laboratory_has_no_folder_that_theirs_could_load(tmp_path: Path) -> None:
    checkout = StandInCheckout(Outcome(WALK, UNITS, {}))
    session = replace(read_session(EXAMPLE, tmp_path), kind="lab")
    result = compare_results(checkout, _summary("walking"), _results(tmp_path), session)
    assert {row.run_on for row in result.rows} == {"results"}


def test_the_session_is_asked_by_its_own_file_names(tmp_path: Path) -> None:
    """Ours may have another name for a trial than its files: names of people are taken out."""
    checkout = StandInCheckout(Outcome(WALK, UNITS, {}))
    root = tmp_path / "visit"
    for folder in ("MarkerData", "OpenSimData"):
        shutil.copytree(EXAMPLE / folder, root / folder)
    shutil.copy(EXAMPLE / "sessionMetadata.yaml", root)
    session = read_session(root, tmp_path)
    renamed = tuple(replace(trial, name="walk") if trial.name == "step_up" else trial for trial in session.trials[:4])
    compare_results(checkout, _summary("walking"), _results(tmp_path), replace(session, trials=renamed))
    assert [asked[2:4] for asked in checkout.asked[:2]] == [(session.root, "step_up")] * 2


def test_a_real_process_fills_every_gait_row(tmp_path: Path) -> None:
    checkout = Checkout(build_checkout(tmp_path))
    results = _results(tmp_path / "results")
    result = compare_results(checkout, _summary("walking"), results)
    assert {row.theirs is not None for row in result.rows} == {True}
    assert len(result.rows) == 2 * len(QUANTITIES["gait"])
    assert _row(result, "Step length", "l").theirs == 0.5
