"""Published criteria: what was compared with which cut-off, what came out, what is missing. None of it a diagnosis."""

from __future__ import annotations

from collections.abc import Iterator

from assessment.criteria import CriterionResult, FrameworkResult, Verdict
from assessment.criteria.wording import SIGN, name_of, number
from assessment.report.context import Context, signs
from assessment.report.parts.indicators import Notes
from assessment.report.structure import Block, Cell, Column, Paragraph, Section, Symbol, Table, TableRow
from assessment.uncertainty import decimals, fixed, interval

SYMBOLS: dict[Verdict, Symbol] = {
    Verdict.MEETS: "met",
    Verdict.DOES_NOT_MEET: "not-met",
    Verdict.INDETERMINATE: "indeterminate",
    Verdict.NOT_ASSESSABLE: "not-assessable",
}
# Of what would change a result, as many as a reader takes in.
MOST_CHANGES = 3


def criteria_section(of: Context) -> Section:
    """One group of rows a framework, in the order of the preferences."""
    _ = of.words
    notes = Notes()
    rows = tuple(row for result in _chosen(of) for row in _framework(of, result, notes))
    if not rows:
        return Section(
            title=_("Published criteria"), blocks=(Paragraph(text=_("No published criteria were evaluated.")),)
        )
    columns = (
        Column(title=_("Criterion"), share=1.5),
        Column(title=_("Value [95 % interval]"), share=1.3),
        Column(title=_("Cut-off"), share=0.6),
        Column(title=_("Result"), share=1.1),
    )
    lead = _(
        "Met, not met, indeterminate (the value lies within measurement error of the cut-off) or not assessable. None "
        "of this is a diagnosis; each criterion holds for its own protocol and population."
    )
    blocks: list[Block] = [
        Paragraph(text=lead, style="soft"),
        Table(columns=columns, rows=rows, notes=tuple(notes.texts)),
    ]
    unknown = [name for name in of.preferences.frameworks if name not in _by_name(of)]
    if unknown:
        blocks.append(
            Paragraph(text=_("Not evaluated in these results: {names}.", names=", ".join(unknown)), style="soft")
        )
    return Section(title=_("Published criteria"), blocks=tuple(blocks))


def _by_name(of: Context) -> dict[str, FrameworkResult]:
    return {result.framework: result for result in of.summary.criteria}


def _chosen(of: Context) -> list[FrameworkResult]:
    known = _by_name(of)
    return [known[name] for name in of.preferences.frameworks or tuple(known) if name in known]


def _framework(of: Context, result: FrameworkResult, notes: Notes) -> Iterator[TableRow]:
    _ = of.words
    compared = [one for one in result.criteria if one.value is not None or not one.completed]
    # That a value is estimated stands beside it.
    said = {f"{one.label} is estimated from the recording." for one in compared}
    made_for = _("Made for: {population}.", population=_.result(result.population))
    others = [signs(_.result(note)) for note in result.notes if note not in said]
    numbers = notes.numbers([made_for, *others])
    where = " · ".join((result.edition, _.result(result.region), f"doi:{result.doi}"))
    word = _word(of, result.verdict)
    yield TableRow(
        cells=(
            Cell(text=_.result(result.title), aside=where, span=3, style="strong", notes=numbers),
            Cell(text=word, symbol=SYMBOLS[result.verdict], style="strong"),
        ),
        is_heading=True,
        ends_group=False,
    )
    for one in compared:
        yield TableRow(cells=_cells(of, one, result), ends_group=False)
    yield TableRow(cells=(Cell(text=" ".join(_closing(of, result, compared)), span=4, style="soft"),))


def _closing(of: Context, result: FrameworkResult, compared: list[CriterionResult]) -> Iterator[str]:
    """The result as a sentence, what is missing, and what else could change it."""
    _ = of.words
    yield signs(_.result(result.sentence))
    missing = _missing(of, result)
    # A sentence that says "not assessable" names what is missing itself.
    if missing and result.verdict is not Verdict.NOT_ASSESSABLE:
        yield _("Missing: {what}.", what="; ".join(missing))
    # What a compared value would have to be stands in its cut-off.
    labels = tuple(f"{one.label} " for one in compared)
    changes = [one for one in result.would_change if not (labels and one.startswith(labels))]
    if changes:
        shown = " ".join(_.result(one) for one in changes[:MOST_CHANGES])
        yield _("Would change the result: {what}", what=shown)


def _cells(of: Context, one: CriterionResult, result: FrameworkResult) -> tuple[Cell, ...]:
    _ = of.words
    own_source = f"doi:{one.doi}" if one.doi != result.doi else ""
    origin = {"typed in": _("typed in"), "measured": _("measured"), "estimated": _("from the recording")}
    return (
        Cell(text=_.result(one.label), aside=own_source),
        Cell(text=_value(of, one), aside=origin[one.origin] if one.origin else ""),
        Cell(text=_cut_off(of, one)),
        Cell(text=_word(of, one.verdict), aside=_probability(of, one), symbol=SYMBOLS[one.verdict]),
    )


def _value(of: Context, one: CriterionResult) -> str:
    _ = of.words
    if one.value is None:
        return _("not completed")
    shown = number(one, one.value) if one.cut_off is not None else f"{one.value:g}"
    if one.standard_error:
        # The ends follow the digits of the error, the value those that its side of the cut-off needs.
        places = max(decimals(one.unit, one.standard_error), 0)
        low, high = (fixed(end, places) for end in interval(one.value, one.standard_error))
        shown = f"{shown} [{low}, {high}]"
    return signs(f"{shown} {_.result(one.unit)}")


def _cut_off(of: Context, one: CriterionResult) -> str:
    _ = of.words
    if one.cut_off is None:
        return _("depends on sex, age or method")
    return f"{SIGN[one.operator]} {one.cut_off:g} {_.result(one.unit)}"


def _probability(of: Context, one: CriterionResult) -> str:
    """How likely it is that the true value meets the criterion, where that is open."""
    _ = of.words
    if one.probability_beyond is None or one.verdict is not Verdict.INDETERMINATE:
        return ""
    return _("{percent} % probable", percent=f"{100 * one.probability_beyond:.0f}")


def _missing(of: Context, result: FrameworkResult) -> list[str]:
    """Inputs that could still change the result, with the cut-offs they would be compared with."""
    found = []
    for name in result.missing:
        limits = [
            _cut_off(of, one)
            for one in result.criteria
            if name in one.missing and one.value is None and one.cut_off is not None and len(one.missing) == 1
        ]
        label = of.words.result(name_of(name))
        found.append(f"{label} ({', '.join(dict.fromkeys(limits))})" if limits else label)
    return found


def _word(of: Context, verdict: Verdict) -> str:
    _ = of.words
    return {
        Verdict.MEETS: _("met"),
        Verdict.DOES_NOT_MEET: _("not met"),
        Verdict.INDETERMINATE: _("indeterminate"),
        Verdict.NOT_ASSESSABLE: _("not assessable"),
    }[verdict]
