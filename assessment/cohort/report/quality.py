"""How good the recordings were: marker errors and marks by movement, why values are marked, why work failed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from assessment.cohort.reasons import GAP, counted, frequent_reasons
from assessment.cohort.report.amounts import NOTHING, between, count, percent
from assessment.cohort.report.cohort import FEWEST, Cohort
from assessment.cohort.report.figures import Boxes, boxes_svg
from assessment.cohort.report.key_numbers import ORIGINS
from assessment.report.context import mark_symbol, signs
from assessment.report.structure import Block, Cell, Column, Paragraph, Picture, Section, Table, TableRow
from pipeline.quality import Mark

MOST_REASONS = 12
MOST_FAILURES = 20
MOST_MOVEMENTS = 8


def quality_section(of: Cohort) -> Section:
    """By movement, then the most frequent reasons for caution and withholding."""
    _ = of.words
    title = _("Quality of the recordings")
    trials = of.source.trials[of.source.trials["status"] != "failed"]
    if trials.empty:
        return Section(title=title, blocks=(Paragraph(text=_("No trial was assessed."), style="soft"),))
    titles = (
        (_("Movement"), 1.3), (_("Trials"), 0.6), (_("Repetitions, median"), 0.7),
        (_("Marker error [cm], median [quartiles]"), 1.1), (_("Angles: with caution, withheld"), 1.2),
        (_("Moments: with caution, withheld"), 1.2), (_("Contact forces"), 1.2),
    )  # fmt: skip
    movements = trials["movement"].value_counts()
    rows = [_movement_row(of, str(name), trials[trials["movement"] == name]) for name in movements.index]
    lead = _(
        "Marker error is the distance between the markers of the recording and those of the scaled model, root mean "
        "square. Trials that scaled the model themselves (not held out) fit it better than others would."
    )
    blocks: list[Block] = [
        Paragraph(text=lead, style="soft"),
        Table(columns=tuple(Column(title=title, share=share) for title, share in titles), rows=tuple(rows)),
    ]
    boxes = trials.groupby(["movement", "marker_error_held_out"])["marker_rms_cm"].count().groupby("movement").max()
    shown = [str(name) for name in movements.index[:MOST_MOVEMENTS] if boxes.get(name, 0) >= FEWEST]
    if shown:
        blocks.append(_errors_picture(of, trials, shown))
    blocks += _reason_blocks(of)
    return Section(title=title, blocks=tuple(blocks))


def failure_section(of: Cohort) -> Section | None:
    """Why visits and trials have no results, and what to do; nothing where all have."""
    _ = of.words
    failures = of.source.failures
    if failures.empty:
        return None
    rows = list(_failure_rows(of, failures))
    titles = ((_("What"), 0.7), (_("Stage"), 0.6), ("n", 0.4), (_("Reason"), 2.2), (_("What to do"), 2.2))
    blocks: list[Block] = [
        Table(
            columns=tuple(Column(title=title, share=share) for title, share in titles),
            rows=tuple(rows[:MOST_FAILURES]),
        )
    ]
    if len(rows) > MOST_FAILURES:
        text = _(
            "{n} rarer reasons are in failures.parquet, which names the visits, too.",
            n=count(len(rows) - MOST_FAILURES),
        )
    else:
        text = _("Which visits these are is in failures.parquet.")
    blocks.append(Paragraph(text=text, style="soft"))
    return Section(title=_("What failed"), blocks=tuple(blocks))


def _movement_row(of: Cohort, name: str, trials: pd.DataFrame) -> TableRow:
    _ = of.words
    errors = trials["marker_rms_cm"].astype(float).dropna()
    low, middle, high = errors.quantile([0.25, 0.5, 0.75]) if len(errors) >= FEWEST else (None,) * 3
    repetitions = trials["repetitions"].astype(float).dropna()
    return TableRow(
        cells=(
            Cell(text=_("not recognised") if not name else of.movement(name)),
            Cell(text=count(len(trials))),
            # Walks have strides, not repetitions.
            Cell(text=f"{repetitions.median():.0f}" if len(repetitions) >= FEWEST and repetitions.any() else NOTHING),
            Cell(text=NOTHING if middle is None else f"{middle:.1f} {between(f'{low:.1f}', f'{high:.1f}')}"),
            _marked(trials["kinematics"]),
            _marked(trials["kinetics"]),
            Cell(text=", ".join(_origins(of, trials["forces"])) or NOTHING),
        )
    )


def _marked(marks: pd.Series) -> Cell:
    """Shares of those that carry a mark; moments of trials without contact forces carry none."""
    given = marks[marks != ""]
    if given.empty:
        return Cell(text=NOTHING)
    shares = [percent(int((given == mark.value).sum()), len(given)) for mark in (Mark.WITH_CAUTION, Mark.WITHHELD)]
    return Cell(text=", ".join(shares))


def _origins(of: Cohort, forces: pd.Series) -> Iterator[str]:
    _ = of.words
    for origin in ORIGINS:
        n = int((forces == origin).sum())
        if n:
            yield f"{_.result(origin)} {percent(n, len(forces))}"


def _errors_picture(of: Cohort, trials: pd.DataFrame, movements: list[str]) -> Picture:
    _ = of.words
    held_out = trials["marker_error_held_out"].astype("boolean")
    known = trials["marker_rms_cm"].astype(float)
    cells = {
        name: [
            known[(trials["movement"] == one) & (held_out == is_held_out).fillna(False)].dropna() for one in movements
        ]
        for name, is_held_out in ((_("held out"), True), (_("not held out"), False))
    }
    cells = {name: values for name, values in cells.items() if any(len(one) for one in values)}
    names = tuple(of.movement(one) if one else _("not recognised") for one in movements)
    words = "; ".join(
        f"{movement}, {name}: n {count(len(values))}" + (f", {values.median():.1f} cm" if len(values) >= FEWEST else "")
        for name, of_movements in cells.items()
        for movement, values in zip(names, of_movements, strict=True)
        if len(values)
    )
    return Picture(
        svg=boxes_svg(
            [Boxes(_("Marker error [cm]"), tuple(name.replace(", ", "\n") for name in names), cells)],
            of.style,
            columns=1,
        ),
        alternative=_("Box plots of marker errors by movement, with medians. {words}.", words=words),
        caption=_("Marker errors by movement; boxes as above, n is a number of trials."),
    )


def _reason_blocks(of: Cohort) -> Iterator[Block]:
    _ = of.words
    found = list(of.source.reasons())
    if not found:
        return
    marks = (Mark.WITH_CAUTION, Mark.WITHHELD)
    yield Paragraph(text=_("Most frequent reasons for caution and for withholding"), style="strong")
    rows = []
    for mark in marks:
        reasons = counted((reason, n) for of_mark, reason, n in found if of_mark == mark.value)
        for place, (reason, n) in enumerate(reasons[:MOST_REASONS]):
            first = Cell(text=_.result(mark.value), symbol=mark_symbol(mark)) if place == 0 else Cell(text="")
            last = place == min(len(reasons), MOST_REASONS) - 1
            rows.append(
                TableRow(cells=(first, Cell(text=count(n)), Cell(text=signs(_.result(reason)))), ends_group=last)
            )
    columns = (
        Column(title=_("Mark"), share=0.6),
        Column(title=_("Values"), share=0.4),
        Column(title=_("Reason"), share=4.5),
    )
    yield Table(columns=columns, rows=tuple(rows))
    note = _(
        "Values are counted repetition by repetition. One with caution can have several reasons; of a withheld one the "
        "first is counted, which withholds it. A number that differs between recordings is written {gap}.",
        gap=GAP,
    )
    yield Paragraph(text=note, style="soft")


def _failure_rows(of: Cohort, failures: pd.DataFrame) -> Iterator[TableRow]:
    """One row for each reason, the most frequent first."""
    _ = of.words
    for reason in frequent_reasons(failures):
        for what, n in ((_("visit"), reason.visits), (_("trial"), reason.trials)):
            if n:
                yield TableRow(
                    cells=(
                        Cell(text=what),
                        Cell(text=_.result(reason.stage)),
                        Cell(text=count(n)),
                        Cell(text=signs(_.result(reason.cause))),
                        Cell(text=_.result(reason.hint)),
                    )
                )
