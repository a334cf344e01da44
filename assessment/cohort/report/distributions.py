"""Key numbers by sex and age: boxes where there are enough people, and the same as a table."""

from __future__ import annotations

import pandas as pd

from assessment.cohort.report.amounts import (
    capital,
    count,
    digits_of_row,
    mean_and_sd,
    name_cell,
    name_of,
    of_total,
    origin_words,
    quartiles,
    unit_text,
)
from assessment.cohort.report.cohort import FEWEST, Cohort
from assessment.cohort.report.figures import WHISKERS, Boxes, boxes_svg
from assessment.cohort.report.hiding import hidden_cell, hidden_parts, hiding_note, in_place_of
from assessment.cohort.report.key_numbers import KeyNumber
from assessment.profile.cohort import MINIMUM_N
from assessment.report.structure import Block, Cell, Column, Paragraph, Picture, Section, Table, TableRow
from pipeline.quality import Mark

# Two beside each other; more would fill pages that nobody reads. The table has them all.
MOST_PICTURED = 12
BESIDE = 2


def distribution_section(of: Cohort) -> Section:
    """Boxes of the first key numbers that enough people have, then a table of all of them."""
    _ = of.words
    title = _("Key numbers by sex and age")
    first = [(number, number.table[number.table.index.isin(of.people.index)]) for number in of.key_numbers]
    if not first:
        return Section(title=title, blocks=(Paragraph(text=_("No key number was measured."), style="soft"),))
    lead = _(
        "Each participant counts once, with the first visit that was assessed; values with caution are included. "
        "Boxes: median and quartiles; lines: {low}th to {high}th percentile, drawn from {enough} people on. Groups of "
        "fewer than {few} people are counted but not drawn, nor are single people. Differences between ages are "
        "differences between people, not what ageing does to one.",
        low=WHISKERS[0],
        high=WHISKERS[1],
        enough=MINIMUM_N,
        few=FEWEST,
    )
    table = _table(of, first)
    blocks: list[Block] = [Paragraph(text=lead, style="soft"), table, *hiding_note(of, table)]
    boxes = ((number, _boxes(of, number, of_number["value"].dropna())) for number, of_number in first)
    pictured = [(number, panel) for number, panel in boxes if not panel.is_empty][:MOST_PICTURED]
    if not pictured:
        text = _("No boxes are drawn: in no age band of one sex are there {few} people to be shown.", few=FEWEST)
        blocks.append(Paragraph(text=text, style="soft"))
    blocks += [_picture(of, pictured[start : start + BESIDE]) for start in range(0, len(pictured), BESIDE)]
    if origins := sorted({number.origin for number, _table_of in first} - {""}):
        blocks.append(
            Paragraph(
                text=_(
                    "Moments rest on contact forces: a diamond is filled where these were measured, hollow where they "
                    "were estimated from the movement, hatched where they were simulated. Here: {origins}.",
                    origins="; ".join(origin_words(of, origin) for origin in origins),
                ),
                style="soft",
            )
        )
    return Section(title=title, blocks=tuple(blocks))


def _table(of: Cohort, numbers: list[tuple[KeyNumber, pd.DataFrame]]) -> Table:
    _ = of.words
    columns = [Column(title=_("Indicator"), share=1.7), Column(title="n", share=0.5)]
    columns += [Column(title=_("With caution"), share=0.6), Column(title=_("Withheld"), share=0.6)]
    columns += [Column(title=_("Median [quartiles]"), share=1.0)]
    columns += [Column(title=_("Mean (SD), {whom}", whom=of.sex_name(sex)), share=0.9) for sex in of.sexes]
    return Table(columns=tuple(columns), rows=tuple(_row(of, number, table) for number, table in numbers))


def _row(of: Cohort, number: KeyNumber, table: pd.DataFrame) -> TableRow:
    values = table["value"].dropna()
    marks = table["quality"].value_counts()
    caution, withheld = (int(marks.get(mark.value, 0)) for mark in (Mark.WITH_CAUTION, Mark.WITHHELD))
    sex = of.people["sex"].reindex(values.index)
    by_sex = [values[sex == one] for one in of.sexes]
    hidden = hidden_parts([len(part) for part in by_sex])
    after = digits_of_row(values, number.indicator, number.unit)
    return TableRow(
        cells=(
            name_cell(of, number),
            Cell(text=count(len(values))),
            Cell(text=of_total(caution, len(values)) if len(values) else count(caution)),
            Cell(text=of_total(withheld, len(table))),
            Cell(text=quartiles(values, number.indicator, number.unit)),
            *(
                hidden_cell(of, len(part)) if is_hidden else Cell(text=mean_and_sd(part, after))
                for part, is_hidden in zip(by_sex, hidden, strict=True)
            ),
        )
    )


def _picture(of: Cohort, panels: list[tuple[KeyNumber, Boxes]]) -> Picture:
    _ = of.words
    words = []
    for number, panel in panels:
        said = [
            _(
                "{who}, {age}: n {n}, {values}",
                who=who,
                age=band,
                n=count(len(values)),
                values=quartiles(values, number.indicator, number.unit)
                if panel.has_box(who, place)
                else in_place_of(of, len(values)),
            )
            for who, of_bands in panel.cells.items()
            for place, (band, values) in enumerate(zip(panel.bands, of_bands, strict=True))
            if len(values)
        ]
        words.append(f"{panel.title}: {'; '.join(said)}.")
    return Picture(
        svg=boxes_svg([panel for _number, panel in panels], of.style, columns=BESIDE),
        alternative=_("Box plots by sex and age, median [quartiles]. {words}", words=" ".join(words)),
        caption="; ".join(
            _("{name}: {origin}", name=name_of(of, number), origin=origin_words(of, number.origin))
            for number, _panel in panels
            if number.origin
        ),
    )


def _bands(of: Cohort) -> dict[float, str]:
    """Age bands from the youngest to the oldest there is, and whoever's age is not known."""
    _ = of.words
    known = of.people["band"].dropna()
    bands = {float(k): of.bands[k] for k in range(int(known.min()), int(known.max()) + 1)} if len(known) else {}
    if of.people["band"].isna().sum() >= FEWEST:
        bands[-1.0] = _("age not known")
    return bands


def _boxes(of: Cohort, number: KeyNumber, values: pd.Series) -> Boxes:
    """Values of each sex and age band; hidden as parts of their sex, then as parts of all."""
    people, bands = of.people.loc[values.index], _bands(of)
    band = people["band"].fillna(-1.0)
    cells: dict[str, list[pd.Series]] = {}
    hidden: set[tuple[str, int]] = set()
    for sex in of.sexes:
        name, of_sex = capital(of.sex_name(sex)), people["sex"] == sex
        cells[name] = [values[of_sex & (band == place)] for place in bands]
        sizes = [len(part) for part in cells[name]]
        found = hidden_parts(sizes, others=int(of_sex.sum()) - sum(sizes))
        hidden |= {(name, place) for place, is_hidden in enumerate(found) if is_hidden}
    left = {
        (name, place): len(part)
        for name, parts in cells.items()
        for place, part in enumerate(parts)
        if (name, place) not in hidden
    }
    more = hidden_parts(list(left.values()), others=len(values) - sum(left.values()))
    hidden |= {cell for cell, is_hidden in zip(left, more, strict=True) if is_hidden}
    unit = unit_text(of, number.unit)
    title = name_of(of, number) + (f" [{unit}]" if unit else "")
    return Boxes(title, tuple(bands.values()), cells, frozenset(hidden))
