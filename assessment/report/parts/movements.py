"""Pages of the movements: sit-to-stand, walking, and the curves of what else was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import pandas as pd

from assessment.presentation import Row, further_reasons, usable
from assessment.report.context import Context, signs
from assessment.report.figures import curves_svg, cycles_svg
from assessment.report.parts.indicators import (
    Notes,
    change_columns,
    needs_forces,
    quality_cell,
    unit_text,
)
from assessment.report.structure import Block, Cell, Column, Paragraph, Picture, Section, Table, TableRow
from assessment.results_folder import trial_table
from assessment.summary import TrialRecord
from assessment.uncertainty.measured import movement_of

SIT_TO_STAND = "sit-to-stand"
WALKING = "walking"
# What a page shows, in the order of clinical.md: times, power, trunk, moments, symmetry.
SIT_TO_STAND_ROWS = (
    "five_times_sit_to_stand_time",
    "thirty_second_sit_to_stand_count",
    "repetition_duration",
    "rise_duration",
    "rise_duration_slope",
    "seat_off_delay",
    "sit_to_stand_power_field_per_kg",
    "mean_rise_power_per_kg",
    "peak_rise_power_per_kg",
    "peak_rise_velocity",
    "peak_trunk_flexion",
    "peak_hip_extension_moment_per_kg",
    "peak_knee_extension_moment_per_kg",
    "peak_ankle_plantarflexion_moment_per_kg",
    "peak_support_moment_per_kg",
    "hip_to_knee_moment_ratio",
    "peak_knee_extension_moment_asymmetry",
)
WALKING_ROWS = (
    "gait_speed",
    "cadence",
    "stride_time",
    "stride_length",
    "step_length",
    "step_width",
    "stance_share",
    "single_support_share",
    "double_support_share",
    "step_length_asymmetry",
    "stance_asymmetry",
    "stride_time_cv",
    "walking_hip_extension_peak",
    "walking_knee_flexion_loading_peak",
    "walking_knee_flexion_swing_peak",
    "walking_ankle_dorsiflexion_stance_peak",
    "walking_ankle_plantarflexion_peak",
    "walking_hip_extension_moment",
    "walking_knee_extension_moment",
    "walking_ankle_plantarflexion_moment",
    "walking_ankle_push_off_power",
)
# Columns of the table of repetitions, where the trial has them.
PER_REPETITION = (
    "repetition_duration",
    "rise_duration",
    "seat_off_delay",
    "mean_rise_power_per_kg",
    "peak_trunk_flexion",
    "peak_knee_extension_moment_per_kg",
)
MOST_REPETITIONS = 6
MOST_OTHER_PICTURES = 2


def movement_sections(of: Context) -> Iterator[Section]:
    """Sit-to-stand, walking, others; what was not recorded has no page."""
    _ = of.words
    shown: list[TrialRecord] = []
    for activity, title, names in (
        (SIT_TO_STAND, _("Sit-to-stand"), SIT_TO_STAND_ROWS),
        (WALKING, _("Walking"), WALKING_ROWS),
    ):
        trials = [trial for trial in of.summary.trials if trial.activity and trial.activity.name == activity]
        if trials:
            chosen = _chosen(trials, names)
            shown += trials
            yield _page(of, title, chosen, [one for one in trials if one is not chosen], names)
    others = [trial for trial in of.summary.trials if trial not in shown and usable(trial.kinematics_quality)]
    if others:
        yield _others(of, others, alone=not shown)


def _chosen(trials: Sequence[TrialRecord], names: Sequence[str]) -> TrialRecord:
    """The trial that tells most: most of the wanted indicators with a value, the first of equals."""
    return max(
        trials,
        key=lambda trial: len({one.name for one in trial.indicators if one.name in names and one.value is not None}),
    )


def _page(of: Context, title: str, trial: TrialRecord, also: Sequence[TrialRecord], names: Sequence[str]) -> Section:
    _ = of.words
    blocks: list[Block] = [Paragraph(text=" ".join(_lead(of, trial, also)), style="soft")]
    if not usable(trial.kinematics_quality):
        why = _.result(trial.explanation)
        blocks.append(Paragraph(text=_("No number of this trial is shown. {why}", why=why), style="notice"))
        return Section(title=title, blocks=tuple(blocks))
    rows = {row.name: row for row in of.rows(trial)}
    blocks.append(_table(of, trial, [rows[name] for name in names if name in rows]))
    repetitions = _repetitions(of, [rows[name] for name in PER_REPETITION if name in rows])
    if repetitions is not None:
        blocks.append(repetitions)
    blocks += _pictures(of, trial)
    return Section(title=title, blocks=tuple(blocks), on_new_page=True)


def _lead(of: Context, trial: TrialRecord, also: Sequence[TrialRecord]) -> Iterator[str]:
    _ = of.words
    yield _("Trial {name}: {movement}.", name=trial.name, movement=of.movement(trial))
    if also:
        yield _(
            "Also recorded: {names}; their numbers are in the tables.", names=", ".join(other.name for other in also)
        )
        if of.has_changes:
            yield _("Earlier values and changes are of the mean over the trials of a movement.")
    if trial.forces is not None and usable(trial.kinetics_quality):
        yield _(
            "Numbers with a diamond rest on contact forces that are {origin}: they describe, and no cut-off for "
            "sarcopenia exists for them.",
            origin=_.result(trial.forces.origin),
        )
    if usable(trial.kinematics_quality):
        yield _("A choice of indicators; all of them are in Tables/indicators.csv and in report.html.")


def _table(of: Context, trial: TrialRecord, rows: Sequence[Row]) -> Table:
    _ = of.words
    notes = Notes(signs(_.result(reason)) for reason in chain(*further_reasons(trial)))
    # Beside earlier values the sides are as narrow as their numbers.
    side = None if of.has_changes else 0.5
    columns = [
        Column(title=_("Indicator"), share=1.5),
        Column(title=_("Right"), align="center", share=side),
        Column(title=_("Left"), align="center", share=side),
        Column(title=_("Quality")),
    ]
    if of.has_changes:
        columns += [Column(title=_("Previous")), Column(title=_("Change since"), share=1.0)]
    lines = tuple(TableRow(cells=_cells(of, trial, row, notes)) for row in rows)
    return Table(columns=tuple(columns), rows=lines, notes=tuple(notes.texts))


def _cells(of: Context, trial: TrialRecord, row: Row, notes: Notes) -> tuple[Cell, ...]:
    origin = trial.forces.origin if trial.forces and needs_forces(row) else None
    unit = unit_text(of, row)
    first = Cell(text=of.label(row), aside=f"[{unit}]" if unit else "", symbol=origin)
    if set(row.means) <= {""}:
        values: tuple[Cell, ...] = (_number(of, row, "", span=2),)
    else:
        values = tuple(_number(of, row, side) for side in ("right", "left"))
    return (first, *values, quality_cell(of, row, notes), *change_columns(of, movement_of(trial), row, briefly=True))


def _number(of: Context, row: Row, side: str, span: int = 1) -> Cell:
    _ = of.words
    if side not in row.means:
        return Cell(text="–", style="soft", span=span)
    if row.means[side] == "–":
        return Cell(text=_("withheld"), style="soft", span=span)
    return Cell(text=signs(row.means[side]), span=span)


def _repetitions(of: Context, rows: Sequence[Row]) -> Table | None:
    """Numbers of each repetition; None where there is one or none."""
    _ = of.words
    columns = [(row, side) for row in rows for side in row.repetitions if len(row.repetitions[side]) > 1]
    if not columns:
        return None
    count = max(len(row.repetitions[side]) for row, side in columns)
    titles = [Column(title=_("Repetition"), share=0.8)]
    for row, side in columns:
        of_side = f" {_.result(side)}" if side else ""
        titles.append(Column(title=of.label(row) + of_side, unit=unit_text(of, row), share=1.0, align="center"))
    lines = [
        TableRow(
            cells=(
                Cell(text=str(index + 1), style="strong"),
                *(Cell(text=_of_repetition(of, row, side, index)) for row, side in columns),
            )
        )
        for index in range(min(count, MOST_REPETITIONS))
    ]
    left_out = count - len(lines)
    notes = (
        (_.plural("{n} more repetition is in the tables.", "{n} more repetitions are in the tables.", left_out),)
        if left_out
        else ()
    )
    return Table(columns=tuple(titles), rows=tuple(lines), notes=notes)


def _of_repetition(of: Context, row: Row, side: str, index: int) -> str:
    _, texts = of.words, row.repetitions[side]
    if index >= len(texts) or texts[index] == "–":
        return _("withheld")
    return signs(texts[index])


def _pictures(of: Context, trial: TrialRecord) -> Iterator[Block]:
    _ = of.words
    walking = trial.activity is not None and trial.activity.name == WALKING
    cycles = trial_table(of.folder, trial, "cycles")
    if cycles is not None:
        yield _cycle_picture(of, trial, cycles)
    curves = None if walking else trial_table(of.folder, trial, "curves")
    if curves is not None:
        yield Picture(
            svg=curves_svg(curves, trial, of.summary.subject.mass_kg, of.figure_style),
            alternative=_("Curves over time of hip, knee and ankle, right and left, of trial {name}.", name=trial.name),
            caption=_(
                "{name} over time; grey: repetitions. Moments are drawn only where they are known.", name=trial.name
            ),
            optional=MOST_OTHER_PICTURES + 1,
        )
    if cycles is None and curves is None:
        yield Paragraph(text=_("There are no curves of this trial."), style="soft")


def _cycle_picture(
    of: Context, trial: TrialRecord, cycles: pd.DataFrame, *, moments: bool = True, optional: int = 0
) -> Picture:
    _ = of.words
    walking = trial.activity is not None and trial.activity.name == WALKING
    what = _("strides") if walking else _("repetitions")
    return Picture(
        svg=cycles_svg(cycles, of.figure_style, moments=moments),
        alternative=_(
            "Mean curves over the cycle of hip, knee and ankle, right and left, of trial {name}.", name=trial.name
        ),
        caption=_(
            "{name}: mean over this person's own {what}, band of one standard deviation between them. No reference "
            "population is known for these curves.",
            name=trial.name,
            what=what,
        ),
        optional=optional,
    )


def _others(of: Context, trials: Sequence[TrialRecord], *, alone: bool) -> Section:
    """Curves of other movements; with their main numbers where no other page has any."""
    _ = of.words
    blocks: list[Block] = []
    for rank, trial in enumerate(drawn := _drawn(trials), start=1):
        cycles = trial_table(of.folder, trial, "cycles")
        if alone:
            rows = [row for row in of.rows(trial) if _belongs(row, of)]
            blocks.append(Paragraph(text=" ".join(_lead(of, trial, ())), style="soft"))
            blocks.append(_table(of, trial, rows))
        if cycles is not None:
            blocks.append(_cycle_picture(of, trial, cycles, moments=alone, optional=0 if alone else rank))
    names = ", ".join(trial.name for trial in trials if not (alone and trial in drawn))
    if names:
        text = _("Also recorded: {names}. All of their numbers and curves are in report.html.", names=names)
        blocks.append(Paragraph(text=text, style="soft"))
    return Section(title=_("Other movements"), blocks=tuple(blocks), on_new_page=alone)


def _drawn(trials: Sequence[TrialRecord]) -> list[TrialRecord]:
    """One of each movement first, then others."""
    seen: set[str] = set()
    again = []
    for trial in trials:
        activity = trial.activity.text if trial.activity else ""
        again.append(activity in seen)
        seen.add(activity)
    return [trial for _, trial in sorted(zip(again, trials, strict=True), key=lambda one: one[0])][:MOST_OTHER_PICTURES]


def _belongs(row: Row, of: Context) -> bool:
    """What stands for a movement that has no page of its own: clinical indicators and moments in one unit."""
    is_moment = row.unit == of.preferences.moment_unit and row.name.endswith("_per_kg")
    return not row.is_detail and (row.tier == "clinical" or is_moment or row.unit in ("m", "deg", "ratio"))
