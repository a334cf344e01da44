"""Summary box of the first page: the numbers that clinical tests are known by, and what was measured by hand."""

from __future__ import annotations

from collections.abc import Iterator

from assessment.catalogue import catalogue
from assessment.headline import Headline, headlines
from assessment.presentation import SIDE_NAMES, Row, with_interval
from assessment.report.context import Context, signs
from assessment.report.parts.change import MOMENT, change_cells, comparison_note
from assessment.report.parts.indicators import Notes, change_columns, quality_cell, value_text
from assessment.report.structure import Block, Cell, Column, Paragraph, Section, Table, TableRow
from assessment.summary import ClinicalMeasures
from assessment.uncertainty import fixed
from assessment.uncertainty.change import change
from assessment.uncertainty.measured import Measured
from pipeline.quality import Mark

# How a line of a table says that there is no number.
WITHHELD = "–"


def summary_section(of: Context) -> Section:
    """Headline numbers with interval, mark, earlier value and change."""
    _ = of.words
    notes = Notes()
    rows = [TableRow(cells=cells) for cells in _by_hand(of)]
    rows += [_row(of, found, notes) for found in headlines(of.summary)]
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


def _row(of: Context, found: Headline, notes: Notes) -> TableRow:
    _ = of.words
    row = _in_words(of, found)
    value = ", ".join(
        " ".join(part for part in (_.result(side) if side else "", value_text(of, row, side)) if part)
        for side in row.means
    )
    return TableRow(
        cells=(
            Cell(text=of.label(row), aside=_where(of, found)),
            Cell(text=value, style="soft" if row.mark is Mark.WITHHELD else "strong"),
            quality_cell(of, row, notes),
            *change_columns(of, found.sides[0].activity, row, briefly=False),
        )
    )


def _in_words(of: Context, found: Headline) -> Row:
    """As a line of a table, moments in the chosen unit."""
    first, factor, unit = found.sides[0], _factor(of, found), _unit(of, found)
    return Row(
        name=first.indicator,
        label=first.label,
        unit="" if unit == "1" else unit,
        tier=catalogue()[first.indicator].tier,
        means={
            SIDE_NAMES[one.side] if one.side else "": WITHHELD
            if one.value is None
            else with_interval(
                one.indicator,
                unit,
                factor * one.value,
                None if one.standard_error is None else factor * one.standard_error,
            )
            for one in found.sides
        },
        repetitions={},
        mark=found.mark,
        reasons=found.reasons,
        definition="",
    )


def _where(of: Context, found: Headline) -> str:
    """The trial; of several, each with what it gave."""
    _ = of.words
    if not found.sides[0].activity:
        return _("all trials")
    if len(found.trials) < 2:
        return found.trials[0] if found.trials else _movement(of, found.sides[0].activity)
    given = found.trial_values(_unit(of, found), _factor(of, found))
    values = "; ".join(f"{_.result(side) if side else ''} {values}".strip() for side, values in given)
    return f"{_('mean of {n} trials', n=len(found.trials))}: {signs(values)}"


def _movement(of: Context, activity: str) -> str:
    return ", ".join(of.words.result(part) for part in activity.split("/"))


def _unit(of: Context, found: Headline) -> str:
    unit = found.sides[0].unit
    return of.preferences.moment_unit if unit == MOMENT else unit


def _factor(of: Context, found: Headline) -> float:
    return of.moment_factor if found.sides[0].unit == MOMENT else 1.0


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
