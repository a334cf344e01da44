"""Change between visits: first to last of those who came more than once, against the smallest detectable change."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assessment.cohort.report.amounts import NOTHING, between, count, digits, name_cell, of_total
from assessment.cohort.report.cohort import FEWEST, Cohort
from assessment.cohort.report.hiding import hidden_cell, hidden_parts, hiding_note
from assessment.cohort.report.key_numbers import KeyNumber
from assessment.presentation import places
from assessment.report.context import signs
from assessment.report.structure import Block, Bullets, Cell, Column, Paragraph, Section, Table, TableRow
from assessment.study.reliability import retest_reliability
from assessment.uncertainty import Repeatability, fixed, repeatability, signed
from assessment.uncertainty.change import error_of_difference
from assessment.uncertainty.interval import Z95

FIRST, LAST = "first", "last"


def change_section(of: Cohort) -> Section | None:
    """One row a key number; nothing where nobody came twice."""
    _ = of.words
    visits = of.visits[of.visits.duplicated("participant", keep=False)]
    people = visits["participant"].nunique()
    if not people:
        return None
    rows = [row for number in of.key_numbers if (row := _row(of, number, visits)) is not None]
    title = _("Change between visits")
    lead = _.plural(
        "{n} participant has two or more assessed visits. Change is that from the first to the last of them; how much "
        "time lies between is not in the tables.",
        "{n} participants have two or more assessed visits. Change is that from the first to the last of them; how "
        "much time lies between is not in the tables.",
        people,
    )
    if not rows:
        text = _("Fewer than {few} participants have a key number at both visits: no change is given.", few=FEWEST)
        return Section(title=title, blocks=(Paragraph(text=lead), Paragraph(text=text, style="soft")))
    reading = _(
        "Increased and decreased: by more than the smallest detectable change (MDC95), the published one between "
        "sessions with the errors of the two values added in squares; a single change below it may be measurement "
        "error alone. Detectable is not meaningful. Without a published figure single changes are not judged. A mean "
        "change can lie below it and still differ from zero."
    )
    titles = (
        (_("Indicator"), 1.7), ("n", 0.5), (_("First visit"), 0.7), (_("Mean change [95 % interval]"), 1.3),
        (_("MDC95"), 0.9), (_("Increased"), 0.7), (_("Decreased"), 0.7), (_("No change beyond error"), 0.9),
    )  # fmt: skip
    table = Table(columns=tuple(Column(title=title, share=share) for title, share in titles), rows=tuple(rows))
    sources = tuple(dict.fromkeys(_sources(of)))
    blocks: list[Block] = [Paragraph(text=lead), Paragraph(text=reading, style="soft"), table, *hiding_note(of, table)]
    if sources:
        blocks.append(Bullets(texts=sources))
    return Section(title=title, blocks=tuple(blocks))


def _row(of: Cohort, number: KeyNumber, visits: pd.DataFrame) -> TableRow | None:
    """None where too few have the number at both visits."""
    pairs = _pairs(number, visits)
    if len(pairs) < FEWEST:
        return None
    means = pd.concat(
        pd.DataFrame(
            {
                "participant": pairs.index, "visit": visit, "value": pairs[f"value_{visit}"].to_numpy(),
                "activity": number.activity, "variant": "", "indicator": number.indicator, "side": "",
                "unit": number.unit,
            }
        )
        for visit in (FIRST, LAST)
    )  # fmt: skip
    shift = retest_reliability(means, (FIRST, LAST)).iloc[0]
    difference = pairs[f"value_{LAST}"] - pairs[f"value_{FIRST}"]
    return TableRow(
        cells=(
            name_cell(of, number),
            Cell(text=count(len(pairs))),
            _first_visit(of, number, pairs),
            _mean_change(of, number, shift),
            *_judged(of, number, pairs, difference),
        )
    )


def _first_visit(of: Cohort, number: KeyNumber, pairs: pd.DataFrame) -> Cell:
    """Mean of those who came again: hidden where it would tell of a few who did not."""
    everybody = int(number.values.index.isin(of.people.index).sum())
    if hidden_parts([len(pairs)], others=max(everybody - len(pairs), 0))[0]:
        return hidden_cell(of, len(pairs))
    return Cell(text=fixed(float(pairs[f"value_{FIRST}"].mean()), max(places(number.indicator, number.unit, None), 0)))


def _pairs(number: KeyNumber, visits: pd.DataFrame) -> pd.DataFrame:
    """Value and standard error at the first and the last assessed visit, of those who have both."""
    known = visits[["participant"]].join(number.table[["value", "standard_error"]], how="left")
    ends = (known.drop_duplicates("participant", keep=keep) for keep in ("first", "last"))
    first, last = (end.set_index("participant") for end in ends)
    return first.join(last, lsuffix=f"_{FIRST}", rsuffix=f"_{LAST}").dropna(subset=[f"value_{FIRST}", f"value_{LAST}"])


def _mean_change(of: Cohort, number: KeyNumber, shift: pd.Series) -> Cell:
    _ = of.words
    if shift["note"]:
        return Cell(text=_("no variation"), style="soft")
    after = digits(number.indicator, number.unit, float(shift["shift_high"] - shift["shift_low"]) / (2.0 * Z95))
    low, high = (fixed(float(shift[f"shift_{end}"]), after) for end in ("low", "high"))
    return Cell(text=signs(f"{signed(float(shift['shift']), after)} {between(low, high)}"), style="strong")


def _judged(of: Cohort, number: KeyNumber, pairs: pd.DataFrame, difference: pd.Series) -> Iterator[Cell]:
    _, published = of.words, _published(number)
    if published is None:
        yield Cell(text=_("none published"), style="soft")
        yield from (Cell(text=NOTHING),) * 3
        return
    limit = Z95 * error_of_difference(
        published,
        number.indicator,
        number.unit,
        *(pairs[f"standard_error_{visit}"].to_numpy() for visit in (FIRST, LAST)),
    )
    yield Cell(text=fixed(published.mdc95, max(places(number.indicator, number.unit, None), 0)))
    beyond = (difference > limit, difference < -limit, difference.abs() <= limit)
    yield from (Cell(text=of_total(int(np.sum(which)), len(pairs))) for which in beyond)


def _published(number: KeyNumber) -> Repeatability | None:
    return repeatability(number.indicator, number.unit, "between sessions")


def _sources(of: Cohort) -> Iterator[str]:
    _ = of.words
    for number in of.key_numbers:
        if (published := _published(number)) is not None:
            label = _.result(number.label)
            yield f"{label}: {published.source}; n = {published.n}, {_.result(published.population)}."
