"""What is missing: of each indicator how often it is there, with caution, withheld, or was not recorded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assessment.catalogue import catalogue
from assessment.cohort.report.amounts import capital, count
from assessment.cohort.report.cohort import KINDS, Cohort, Counts
from assessment.cohort.report.figures import shares_svg
from assessment.report.structure import Block, Paragraph, Picture, Section

RESEARCH = "research"

_Rows = list[tuple[str, Counts]]


def missing_section(of: Cohort) -> Section:
    """Bars of all visits by group; indicators for researchers as one bar a movement."""
    _ = of.words
    title = _("What is there and what is missing")
    rows = list(_rows(of))
    if not rows:
        return Section(title=title, blocks=(Paragraph(text=_("No visit was assessed."), style="soft"),))
    lead = _(
        "Share of the assessed visits in which an indicator is reported, usable with caution, withheld (the recording "
        "was not good enough for the number) or not recorded (the movement was not recorded, or the indicator cannot "
        "be taken from it). Both sides together. What is missing is rarely missing by chance: who moves with most "
        "difficulty is often who cannot be measured."
    )
    blocks: list[Block] = [Paragraph(text=lead, style="soft")]
    blocks += [_picture(of, movement, of_movement) for movement, of_movement in rows]
    return Section(title=title, blocks=tuple(blocks))


def _rows(of: Cohort) -> Iterator[tuple[str, _Rows]]:
    """Movements with their indicators and counts."""
    _ = of.words
    movements: dict[str, dict[str, Counts]] = {}
    research: dict[str, int] = {}
    for column, counts in of.mark_counts.items():
        declared = catalogue().get(column.indicator)
        rows = movements.setdefault(column.activity, {})
        if declared is not None and declared.tier == RESEARCH:
            # One name for all of them; the empty one is no indicator's.
            name = ""
            research[column.activity] = research.get(column.activity, 0) + 1
        else:
            name = _.result(column.label)
        rows[name] = rows.get(name, 0) + counts
    for movement, rows in movements.items():
        n = research.get(movement, 0)
        last = _.plural("for researchers: {n} value", "for researchers: {n} values", n)
        ordered = sorted(rows.items(), key=lambda row: not row[0])
        yield capital(of.movement(movement)), [(name or last, counts) for name, counts in ordered]


def _picture(of: Cohort, movement: str, rows: _Rows) -> Picture:
    _ = of.words
    panels = _panels(of)
    kinds = [_.result(kind) for kind in KINDS[:-1]] + [_("not recorded")]
    shares = {title: [_shares(counts, places) for _label, counts in rows] for title, places in panels.items()}
    words = " ".join(f"{label}: {_in_words(kinds, counts)}." for label, counts in rows)
    return Picture(
        svg=shares_svg(movement, [label for label, _counts in rows], shares, kinds, of.style),
        alternative=_("Bars of availability, {movement}. All visits: {words}", movement=movement, words=words),
        caption=_("{movement}: share of the visits [%].", movement=movement),
    )


def _in_words(kinds: list[str], counts: Counts) -> str:
    return ", ".join(f"{kind} {share:.0f} %" for kind, share in zip(kinds, _shares(counts, slice(None)), strict=True))


def _panels(of: Cohort) -> dict[str, slice]:
    """Title of each panel and which rows of the counts are in it: all visits, then each group."""
    _ = of.words
    sizes = of.visits["group"].value_counts()
    panels = {_("All visits, n = {n}", n=count(len(of.visits))): slice(None)}
    if len(of.groups) > 1:
        for place, group in enumerate(of.groups):
            panels[f"{group}, n = {count(int(sizes[group]))}"] = slice(place, place + 1)
    return panels


def _shares(counts: Counts, groups: slice) -> tuple[float, ...]:
    found = counts[groups].sum(axis=0)
    return tuple((100.0 * found / max(int(np.sum(found)), 1)).tolist())
