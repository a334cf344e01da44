"""Head of the report, and who the participants are: sex, age, size and what was measured by hand, by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pandas as pd

from assessment.cohort.report.amounts import NOTHING, capital, count, mean_and_sd, of_total
from assessment.cohort.report.cohort import FEWEST, Cohort
from assessment.cohort.report.hiding import hidden_cell, hidden_parts, hiding_note
from assessment.criteria.definitions import quantities
from assessment.presentation import time_text
from assessment.report.structure import Block, Cell, Column, Entry, Fields, Paragraph, Section, Table, TableRow
from assessment.settings_words import settings_in_words

CLINICAL = ("grip_kg", "asm_kg", "calf_cm", "sarc_f")


def overview_section(of: Cohort) -> Section:
    """How many of what, and how it is to be read."""
    _ = of.words
    entries = [
        Entry(label=_("Participants"), text=count(of.visits["participant"].nunique())),
        Entry(label=_("Visits"), text=count(len(of.visits))),
        Entry(label=_("Trials"), text=count(len(of.source.trials))),
        Entry(label=_("Groups"), text=", ".join(of.groups) or _("none given")),
        Entry(label=_("Program"), text=program(of)),
        Entry(label=_("Run begun"), text=time_text(datetime.fromisoformat(of.created))),
        Entry(label=_("Settings"), text=_settings(of), wide=True),
    ]
    blocks: list[Block] = [Fields(entries=tuple(entries))]
    if of.synthetic and not bool(of.visits["synthetic"].all()):
        blocks.append(
            Paragraph(
                text=_("Recordings of people and synthetic sessions are mixed: nothing here describes people alone."),
                style="notice",
            )
        )
    lead = _(
        "This report puts values of many people together. It describes this cohort as it was recorded, not a "
        "population, and says nothing of any one person. For research use. None of this is a diagnosis."
    )
    blocks.append(Paragraph(text=lead))
    return Section(title=_("Overview"), blocks=tuple(blocks))


def program(of: Cohort) -> str:
    """The program and its version."""
    _ = of.words
    return f"Sarcoscope {of.source.about.get('sarcoscope_version') or _('of unknown version')}"


def _settings(of: Cohort) -> str:
    """Those of all visits, in words; movements named by the user would name trials."""
    _ = of.words
    given = {name: value for name, value in (of.source.about.get("settings") or {}).items() if name != "activities"}
    return "; ".join(f"{name}: {value}" for name, value in settings_in_words(given, of.words)) or _("not recorded")


def people_section(of: Cohort) -> Section:
    """One column for all and one a group; a participant counts once, with the first assessed visit."""
    _ = of.words
    title = _("Participants")
    if of.people.empty:
        return Section(title=title, blocks=(Paragraph(text=_("No visit was assessed."), style="soft"),))
    columns = {_("All"): of.people}
    if len(of.groups) > 1:
        columns |= {group: of.people[of.people["group"] == group] for group in of.groups}
    table = Table(
        columns=(Column(title="", share=1.5), *(Column(title=name, share=1.0) for name in columns)),
        rows=tuple(_rows(of, list(columns.values()))),
    )
    note = _(
        "Mean (standard deviation), then how many of the participants have the value where not all have. Each "
        "participant counts once, with the first visit that was assessed. Of fewer than {few} people no values are "
        "given, so that nobody can be recognised.",
        few=FEWEST,
    )
    blocks: list[Block] = [table, Paragraph(text=note, style="soft"), *hiding_note(of, table)]
    if of.has_more_groups:
        text = _("There are more groups than there is room for: the {n} largest are shown.", n=len(of.groups))
        blocks.append(Paragraph(text=text, style="soft"))
    return Section(title=title, blocks=tuple(blocks))


def _rows(of: Cohort, columns: list[pd.DataFrame]) -> Iterator[TableRow]:
    _ = of.words
    yield _row(_("Participants"), "", [Cell(text=count(len(people)), style="strong") for people in columns])
    hidden = _hidden(columns)
    for sex in of.sexes:
        cells = [
            hidden_cell(of, len(people))
            if is_hidden
            else Cell(text=of_total(int((people["sex"] == sex).sum()), len(people)))
            for people, is_hidden in zip(columns, hidden, strict=True)
        ]
        yield _row(capital(of.sex_name(sex)), "", cells)
    measured = ((name, quantities()[name]) for name in CLINICAL if of.people[name].notna().any())
    for name, label, unit, after in (
        ("age_years", _("Age"), _("years"), 1),
        ("height_m", _("Height"), "m", 2),
        ("mass_kg", _("Body mass"), "kg", 1),
        # The mean of whole points is not one.
        *((name, _.result(one.label), _.result(one.unit), one.decimals or 1) for name, one in measured),
    ):
        values = [people[name].astype(float) for people in columns]
        hidden = _hidden([one.dropna() for one in values])
        cells = [_cell(of, one, after, is_hidden=each) for one, each in zip(values, hidden, strict=True)]
        yield _row(label, unit, cells)


def _hidden(columns: Sequence[pd.DataFrame | pd.Series]) -> tuple[bool, ...]:
    """Of everybody, then of each group, whether nothing is said of them."""
    everybody, *groups = map(len, columns)
    return (everybody < FEWEST, *hidden_parts(groups, others=everybody - sum(groups)))


def _row(label: str, unit: str, cells: list[Cell]) -> TableRow:
    return TableRow(cells=(Cell(text=label, aside=f"[{unit}]" if unit else ""), *cells))


def _cell(of: Cohort, column: pd.Series, after: int, *, is_hidden: bool) -> Cell:
    _ = of.words
    known = column.dropna()
    aside = (
        ""
        if len(known) == len(column)
        else _("n = {n}, missing {missing}", n=count(len(known)), missing=count(len(column) - len(known)))
    )
    if known.empty:
        return Cell(text=_("not known") if len(column) else NOTHING, style="soft")
    if is_hidden:
        return hidden_cell(of, len(known), aside)
    return Cell(text=mean_and_sd(known, after), aside=aside)
