"""Summary box of the first page: the numbers that clinical tests are known by, and what was measured by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assessment.presentation import HEADLINE, Row
from assessment.report.context import Context, signs
from assessment.report.parts.change import change_cells, comparison_note
from assessment.report.parts.indicators import Notes, activity_key, change_columns, quality_cell, value_text
from assessment.report.structure import Block, Cell, Column, Paragraph, Section, Table, TableRow
from assessment.summary import ClinicalMeasures, TrialRecord
from assessment.uncertainty import fixed
from assessment.uncertainty.change import change
from assessment.uncertainty.measured import Measured
from pipeline.quality import Mark

# It stands in the protocol already.
COUNT = "number_of_repetitions"


def summary_section(of: Context) -> Section:
    """Headline numbers with interval, mark, earlier value and change."""
    _ = of.words
    notes = Notes()
    rows = [_row(of, trials, row, notes) for trials, row in _headline(of)]
    rows += [TableRow(cells=cells) for cells in _by_hand(of)]
    value = None if of.has_changes else 1.0
    columns = [
        Column(title=_("Indicator"), share=1.5),
        Column(title=_("Value [95 % interval]"), share=value),
        Column(title=_("Quality")),
    ]
    if of.has_changes:
        columns += [Column(title=_("Previous")), Column(title=_("Change since"), share=2.2)]
    blocks: list[Block] = []
    if rows:
        blocks.append(Table(columns=tuple(columns), rows=tuple(rows), notes=tuple(notes.texts)))
    else:
        blocks.append(Paragraph(text=_("No number of this visit may be shown; the data quality statement says why.")))
    blocks.append(Paragraph(text=f"{_reading(of)} {comparison_note(of)}", style="soft"))
    return Section(title=_("Summary"), blocks=tuple(blocks), in_box=True)


def _headline(of: Context) -> Iterator[tuple[Sequence[TrialRecord], Row]]:
    """Of the person, then of each movement; one without any of them shows its clinical indicators.

    Trials of one movement are one line, their mean, as changes between visits are.
    """
    for row in of.rows(of.summary):
        yield (), row
    movements: dict[str, list[TrialRecord]] = {}
    for trial in of.summary.trials:
        if trial.activity is not None:
            movements.setdefault(activity_key(trial), []).append(trial)
    for trials in movements.values():
        together = [one for trial in trials for one in trial.indicators if one.name != COUNT]
        rows = of.rows(trials[0].model_copy(update={"indicators": together}))
        known = [row for row in rows if row.name in HEADLINE] or [row for row in rows if row.tier == "clinical"]
        for row in known:
            yield trials, row


def _row(of: Context, trials: Sequence[TrialRecord], row: Row, notes: Notes) -> TableRow:
    _ = of.words
    value = ", ".join(
        " ".join(part for part in (_.result(side) if side else "", value_text(of, row, side)) if part)
        for side in row.means
    )
    where = _("all trials") if not trials else trials[0].name
    if len(trials) > 1:
        where = _("mean of {n} trials", n=len(trials))
    return TableRow(
        cells=(
            Cell(text=of.label(row), aside=where),
            Cell(text=value, style="soft" if row.mark is Mark.WITHHELD else "strong"),
            quality_cell(of, row, notes),
            *change_columns(of, trials[0] if trials else None, row, briefly=False),
        )
    )


def _by_hand(of: Context) -> Iterator[tuple[Cell, ...]]:
    """Clinical values that were typed in; exact, because nobody said how sure they are."""
    _, now = of.words, of.summary.clinical
    before = ClinicalMeasures() if of.previous is None else of.previous.clinical
    method = f" ({now.asm_method.upper()})" if now.asm_method else ""
    for name, label, unit in (
        ("grip_kg", _("Grip strength"), "kg"),
        ("asm_kg", _("Muscle mass of arms and legs") + method, "kg"),
        ("calf_cm", _("Calf circumference"), "cm"),
        ("sarc_f", _("SARC-F"), "1"),
    ):
        value, earlier = getattr(now, name), getattr(before, name)
        if value is None:
            continue
        shown = f"{value:g}" if unit == "1" else f"{fixed(value, 1)} {unit}"
        cells: tuple[Cell, ...] = (
            Cell(text=label, aside=_("by hand")),
            Cell(text=signs(shown), style="strong"),
            Cell(text=_("typed in"), style="soft"),
        )
        if of.has_changes:
            both = [None if one is None else Measured(name, unit, "", float(one), None) for one in (earlier, value)]
            cells += change_cells(of, [change(*both, sex=of.summary.subject.sex)], briefly=False)
        yield cells


def _reading(of: Context) -> str:
    _ = of.words
    return _("In brackets: 95 % interval of the measurement. Numbers without one have no known error.")
