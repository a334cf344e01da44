"""Published criteria: how many participants meet each, with source, population and what a count is not."""

from __future__ import annotations

import pandas as pd

from assessment.cohort.report.amounts import count, of_total
from assessment.cohort.report.cohort import FEWEST, Cohort
from assessment.cohort.report.hiding import hidden_cell, hidden_parts, hiding_note
from assessment.cohort.schemas import CRITERION_PREFIX
from assessment.criteria.definitions import framework
from assessment.criteria.verdicts import Verdict
from assessment.report.parts.criteria import SYMBOLS
from assessment.report.structure import Cell, Column, Paragraph, Section, Table, TableRow


def criteria_section(of: Cohort) -> Section:
    """One row a framework, and one a group under it."""
    _ = of.words
    title = _("Published criteria")
    names = of.source.frameworks
    if not names or of.people.empty:
        return Section(title=title, blocks=(Paragraph(text=_("No published criteria were evaluated."), style="soft"),))
    lead = _(
        "How many participants meet each set of published criteria, with the first visit that was assessed. "
        "Meets: any stage of the criteria; low grip strength alone already meets the first one of AWGS (possible "
        "sarcopenia) and of EWGSOP2 (probable sarcopenia). "
        "Indeterminate: a value lies within measurement error of its cut-off. Not assessable: a value that is needed "
        "is missing, such as grip strength or muscle mass. Each criterion holds for its own protocol and population. "
        "None of this is a diagnosis, and a count is no prevalence: who is not assessable is in no other column."
    )
    columns = (
        Column(title=_("Criteria"), share=2.2),
        Column(title="n", share=0.5),
        Column(title=_("Meets"), share=0.8),
        Column(title=_("Does not meet"), share=0.8),
        Column(title=_("Indeterminate"), share=0.8),
        Column(title=_("Not assessable"), share=0.8),
    )
    rows = tuple(row for name in names for row in _rows(of, name))
    table = Table(columns=columns, rows=rows)
    return Section(title=title, blocks=(Paragraph(text=lead, style="soft"), table, *hiding_note(of, table)))


def _rows(of: Cohort, name: str) -> list[TableRow]:
    _ = of.words
    rules = framework(name)
    verdicts = of.people[f"{CRITERION_PREFIX}{name}"].astype(object).dropna()
    where = " · ".join((rules.edition, _.result(rules.region), f"doi:{rules.doi}"))
    who = _("Made for: {population}.", population=_.result(rules.population))
    heading = Cell(text=_.result(rules.title), aside=f"{where}. {who}", style="strong")
    counted = [(heading, verdicts, len(verdicts) < FEWEST)]
    if len(of.groups) > 1:
        groups = of.by_group(verdicts)
        sizes = [len(found) for found in groups]
        hidden = hidden_parts(sizes, others=len(verdicts) - sum(sizes))
        labels = [Cell(text=f"– {group}") for group in of.groups]
        counted += zip(labels, groups, hidden, strict=True)
    return [
        TableRow(
            cells=(
                label,
                Cell(text=count(len(found))),
                *_counts(of, found, is_hidden=is_hidden, with_symbols=place == 0),
            ),
            is_heading=place == 0,
            ends_group=place == len(counted) - 1,
        )
        for place, (label, found, is_hidden) in enumerate(counted)
    ]


def _counts(of: Cohort, verdicts: pd.Series, *, is_hidden: bool, with_symbols: bool) -> list[Cell]:
    order = (Verdict.MEETS, Verdict.DOES_NOT_MEET, Verdict.INDETERMINATE, Verdict.NOT_ASSESSABLE)
    if is_hidden:
        # What is known of a few is known of each of them.
        return [hidden_cell(of, len(verdicts)) for _verdict in order]
    return [
        Cell(
            text=of_total(int((verdicts == verdict.value).sum()), len(verdicts)),
            symbol=SYMBOLS[verdict] if with_symbols else None,
        )
        for verdict in order
    ]
