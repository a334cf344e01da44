"""Who is in the numbers and who is not: from the rows of the manifest to the values, in the manner of STROBE."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from assessment.cohort.reasons import causes
from assessment.cohort.report.amounts import capital, count, of_total
from assessment.cohort.report.cohort import Cohort, Counts
from assessment.cohort.report.flow_figure import Box, Step, flow_svg
from assessment.report.context import signs
from assessment.report.structure import Paragraph, Picture, Section
from pipeline.quality import Mark

# As many reasons as a box has room for.
MOST_REASONS = 4


def flow_section(of: Cohort) -> Section:
    """The flow chart, and the same in words for those who cannot see it."""
    _ = of.words
    steps, ends = _steps(of), list(_ends(of))
    words = " ".join(
        f"{box.title}: {'; '.join(box.lines)}." if box.lines else f"{box.title}."
        for box in [*(box for step in steps for box in (step.box, step.left_out) if box), *ends]
    )
    caption = _(
        "A value is one indicator of one visit, movement and side. With caution: usable with the reasons that stand "
        "beside it. Withheld: the recording was not good enough for the number."
    )
    picture = Picture(
        svg=flow_svg(steps, ends, of.style),
        alternative=_("Flow chart of inclusion. {boxes}", boxes=words),
        caption=caption,
    )
    if ends:
        return Section(title=_("Inclusion"), blocks=(picture,))
    nothing = Paragraph(text=_("No visit has values: what follows says why, and has no numbers."), style="notice")
    return Section(title=_("Inclusion"), blocks=(picture, nothing))


def _steps(of: Cohort) -> list[Step]:
    _ = of.words
    failures, trials = of.source.failures, of.source.trials
    whole = failures[failures["trial"] == ""]
    refused = int(of.source.about.get("n_bad_rows", of.source.bad_rows["row"].nunique()))
    done, failed = len(of.visits), len(whole)
    everybody = pd.concat([of.visits["participant"], whole["participant"]]).nunique()
    bad_trials = trials[trials["status"] == "failed"]
    return [
        Step(
            Box(_("Listed in the manifest (n = {n})", n=count(refused + done + failed))),
            _left_out(of, _("Not accepted (n = {n})", n=count(refused)), _reasons_of_rows(of), refused),
        ),
        Step(
            Box(_("Visits (n = {n}) of {people} participants", n=count(done + failed), people=count(everybody))),
            _left_out(of, _("No results (n = {n})", n=count(failed)), _reasons(of, whole), failed),
        ),
        Step(
            Box(
                _(
                    "Visits assessed (n = {n}) of {people} participants",
                    n=count(done),
                    people=count(of.visits["participant"].nunique()),
                ),
                tuple(_assessed(of, len(trials))),
            ),
            _left_out(
                of,
                _("Trials not assessed (n = {n})", n=count(len(bad_trials))),
                _reasons(of, failures[failures["trial"] != ""]),
                len(bad_trials),
            ),
        ),
        Step(Box(_("Trials assessed (n = {n})", n=count(len(trials) - len(bad_trials))))),
    ]


def _assessed(of: Cohort, n_trials: int) -> Iterator[str]:
    _ = of.words
    yield _("Trials (n = {n})", n=count(n_trials))
    warned = int((of.visits["warnings"] != "").sum())
    if warned:
        yield _("Visits with warnings, such as a missing trial (n = {n})", n=count(warned))


def _ends(of: Cohort) -> Iterator[Box]:
    """Values of each movement, the one of most trials first."""
    _ = of.words
    assessed = of.source.trials[of.source.trials["status"] != "failed"]
    trials = assessed["movement"].value_counts()
    by_movement: dict[str, Counts] = {}
    for column, counts in of.mark_counts.items():
        by_movement[column.activity] = by_movement.get(column.activity, 0) + counts.sum(axis=0)
    for movement, marks in sorted(by_movement.items(), key=lambda one: -int(trials.get(one[0], 0))):
        reported, caution, withheld = map(int, marks[: len(Mark)])
        total = reported + caution + withheld
        if not total:
            continue
        lines = [
            _("values reported: {n}", n=of_total(reported, total)),
            _("with caution: {n}", n=of_total(caution, total)),
            _("withheld: {n}", n=of_total(withheld, total)),
        ]
        n = int(trials.get(movement, 0))
        title = (
            of.movement(movement) if not movement else _("{what}: {n} trials", what=of.movement(movement), n=count(n))
        )
        yield Box(capital(title), tuple(lines))


def _left_out(of: Cohort, title: str, reasons: list[tuple[str, int]], n: int) -> Box | None:
    _ = of.words
    if not n:
        return None
    shown = [f"{reason} ({count(times)})" for reason, times in reasons[:MOST_REASONS]]
    if len(reasons) > MOST_REASONS:
        others = sum(times for _reason, times in reasons[MOST_REASONS:])
        shown.append(_("other reasons ({n})", n=count(others)))
    return Box(title, tuple(shown))


def _reasons_of_rows(of: Cohort) -> list[tuple[str, int]]:
    """Columns that were not accepted: what stood in them may tell of a person."""
    _ = of.words
    return Counter(of.source.bad_rows["column"].replace("", _("whole row"))).most_common()


def _reasons(of: Cohort, failures: pd.DataFrame) -> list[tuple[str, int]]:
    return [(signs(of.words.result(cause)), n) for cause, n in Counter(causes(failures)).most_common()]
