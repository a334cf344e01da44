"""Groups compared: key numbers, one value a participant, with intervals and corrected for how many were looked at."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assessment.cohort.report.amounts import (
    NOTHING,
    between,
    count,
    digits,
    digits_of_row,
    mean_and_sd,
    name_cell,
    name_of,
    p_text,
)
from assessment.cohort.report.cohort import FEWEST, Cohort
from assessment.cohort.report.figures import forest_svg
from assessment.cohort.report.hiding import hidden_parts
from assessment.cohort.report.key_numbers import KeyNumber
from assessment.report.context import signs
from assessment.report.structure import Block, Cell, Column, Paragraph, Picture, Section, Table, TableRow
from assessment.study.groups import compare_groups
from assessment.study.multiplicity import adjust
from assessment.uncertainty import fixed, signed
from assessment.uncertainty.interval import Z95
from pipeline.quality import Mark

MEMBERS = ["number", "group_2"]


def comparison_section(of: Cohort) -> Section | None:
    """Each group against the first; nothing where there are not two groups."""
    _ = of.words
    if len(of.groups) < 2:
        return None
    title = _("Groups compared")
    found = _compared(of)
    if found.empty:
        text = _(
            "No two groups have {few} participants with a key number whose values can be shown: nothing is compared.",
            few=FEWEST,
        )
        return Section(title=title, blocks=(Paragraph(text=text, style="soft"),))
    reference = str(found["group_1"].iloc[0])
    lead = _(
        "Differences are those of means, group minus {reference} (the group that is named first in the manifest), with "
        "95 % intervals that allow unequal variances (Welch). Each participant counts once, with the first visit that "
        "was assessed. p values are corrected by Holm for all {n} comparisons of this table. Nothing is adjusted for "
        "age, sex or size: where groups differ in these, their differences here are partly theirs. Values with caution "
        "are included; their share and that of withheld values is given, because a group that could be measured less "
        "often is not compared fairly. Fewer than {few} participants with a value are not compared, nor is a group "
        "from which values of fewer than {few} others could be worked out.",
        reference=reference,
        n=count(len(found)),
        few=FEWEST,
    )
    blocks: list[Block] = [Paragraph(text=lead, style="soft"), _table(of, found)]
    for group in dict.fromkeys(found["group_2"]):
        known = found[(found["group_2"] == group) & (found["note"] == "")]
        if len(known):
            blocks.append(_picture(of, known, str(group), reference))
    return Section(title=title, blocks=tuple(blocks))


def _compared(of: Cohort) -> pd.DataFrame:
    """One row a key number and group, with the key number's place as ``number``."""
    reference, *others = of.groups
    rows = []
    for place, number in enumerate(of.key_numbers):
        means = _participant_means(of, number)
        known = means["value"].dropna()
        sizes = [len(values) for values in of.by_group(known)]
        hidden = hidden_parts(sizes, others=len(known) - sum(sizes))
        for group, is_hidden in zip(others, hidden[1:], strict=True):
            if hidden[0] or is_hidden:
                continue
            both = means[means["group"].isin((reference, group))]
            caution = both.assign(is_one=both["quality"] == Mark.WITH_CAUTION.value).dropna(subset="value")
            shares = caution.groupby("group")["is_one"].mean()
            result = compare_groups(both, (reference, group))
            rows.append(
                result.assign(number=place, caution_1=shares.get(reference, 0.0), caution_2=shares.get(group, 0.0))
            )
    if not rows:
        return pd.DataFrame()
    found = pd.concat(rows, ignore_index=True)
    return adjust(found, "p_welch", family="key numbers of the cohort", members=found[MEMBERS])


def _participant_means(of: Cohort, number: KeyNumber) -> pd.DataFrame:
    """As `assessment.study.participant_means` has them: one row a participant, whether there is a value or not."""
    people = of.people[["participant", "group"]]
    table = people.join(number.table[["value", "quality"]])
    return table.assign(
        visit="first",
        activity=number.activity,
        variant="",
        indicator=number.indicator,
        side="",
        unit=number.unit,
        n_rows=table["quality"].notna().astype(int),
        n_withheld=(table["quality"] == Mark.WITHHELD.value).astype(int),
    )


def _table(of: Cohort, found: pd.DataFrame) -> Table:
    _ = of.words
    titles = (
        (_("Group"), 1.0), ("n", 0.5), (_("Mean (SD)"), 1.0), (_("Difference [95 % interval]"), 1.5),
        (_("Hedges' g [95 % interval]"), 1.5), (_("p, corrected"), 0.7), (_("With caution, withheld"), 1.0),
    )  # fmt: skip
    rows = []
    for place, number in enumerate(of.key_numbers):
        of_number = found[found["number"] == place]
        if of_number.empty:
            continue
        values = number.values[number.values.index.isin(of.people.index)]
        after = digits_of_row(values, number.indicator, number.unit)
        heading = name_cell(of, number).model_copy(update={"span": len(titles), "style": "strong"})
        rows.append(TableRow(cells=(heading,), is_heading=True, ends_group=False))
        first, nothing = of_number.iloc[0], (Cell(text=NOTHING),) * 3
        cells = (*_described(of, values, first, "1", after), *nothing, _marks(first, "1"))
        rows.append(TableRow(cells=cells, ends_group=False))
        for k, (_row, result) in enumerate(of_number.iterrows(), start=1):
            cells = (*_described(of, values, result, "2", after), *_effect(of, number, result), _marks(result, "2"))
            rows.append(TableRow(cells=cells, ends_group=k == len(of_number)))
    return Table(columns=tuple(Column(title=title, share=share) for title, share in titles), rows=tuple(rows))


def _described(of: Cohort, values: pd.Series, result: pd.Series, which: str, after: int) -> Iterator[Cell]:
    group = str(result[f"group_{which}"])
    yield Cell(text=group)
    yield Cell(text=count(int(result[f"n_{which}"])))
    yield Cell(text=mean_and_sd(values[of.people["group"].reindex(values.index) == group], after))


def _effect(of: Cohort, number: KeyNumber, result: pd.Series) -> Iterator[Cell]:
    _ = of.words
    if result["note"]:
        # Of its notes the only one that groups of this size can have.
        yield Cell(text=_("all values of a group are equal"), span=3, style="soft")
        return
    error = (result["difference_high"] - result["difference_low"]) / (2.0 * Z95)
    after = digits(number.indicator, number.unit, float(error))
    low, high = (fixed(float(result[f"difference_{end}"]), after) for end in ("low", "high"))
    yield Cell(text=signs(f"{signed(float(result['difference']), after)} {between(low, high)}"), style="strong")
    g, g_low, g_high = (fixed(float(result[f"hedges_g{end}"]), 2) for end in ("", "_low", "_high"))
    yield Cell(text=signs(f"{g} {between(g_low, g_high)}"))
    yield Cell(text=p_text(float(result["p_welch_holm"])))


def _marks(result: pd.Series, which: str) -> Cell:
    shares = (result[f"caution_{which}"], result[f"withheld_share_{which}"])
    return Cell(text=", ".join(f"{100.0 * share:.0f} %" if np.isfinite(share) else NOTHING for share in shares))


def _picture(of: Cohort, found: pd.DataFrame, group: str, reference: str) -> Picture:
    _ = of.words
    columns = ["number", "hedges_g", "hedges_g_low", "hedges_g_high"]
    rows = [
        (name_of(of, of.key_numbers[number]), g, low, high)
        for number, g, low, high in zip(*(found[name].tolist() for name in columns), strict=True)
    ]
    words = "; ".join(f"{label} {g:.2f} [{low:.2f}, {high:.2f}]" for label, g, low, high in rows)
    return Picture(
        svg=forest_svg(
            rows,
            _("Hedges' g with 95 % interval: {group} minus {reference}", group=group, reference=reference),
            of.style,
        ),
        alternative=signs(
            _(
                "Standardised differences, {group} minus {reference}: {words}.",
                group=group,
                reference=reference,
                words=words,
            )
        ),
        caption=_(
            "Standardised differences, {group} minus {reference}. Larger is not better: a longer time is slower.",
            group=group,
            reference=reference,
        ),
    )
