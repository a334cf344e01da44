"""The report: one self-contained page a person can read, print and archive; nothing in it is loaded from elsewhere."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from assessment.criteria.wording import SIGN, name_of
from assessment.limits import limits
from assessment.presentation import DETAILS, Row, further_reasons, headline, indicator_rows, seat_off_text, usable
from assessment.profile import Reference, profile_of
from assessment.report.figures import curves_svg, cycles_svg
from assessment.results_folder import trial_table
from assessment.summary import Summary

__all__ = ["REPORT_NAME", "write_report"]

REPORT_NAME = "report.html"
# So many rows with the same reason bury the others.
SEVERAL = 3


def write_report(folder: Path, summary: Summary, reference: Reference | None = None) -> Path:
    """Write ``report.html`` into a session's results folder.

    Parameters
    ----------
    folder : Path
        Results folder; the curves the figures need are read from its tables.
    summary : Summary
    reference : Reference or None
        A cohort of the user's own, in place of published populations.
    """
    grip_kg = summary.clinical.grip_kg
    environment = Environment(
        loader=PackageLoader("assessment.report"),
        autoescape=True,  # trial names come from files
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    figures = {
        trial.name: curves_svg(curves, trial, summary.subject.mass_kg)
        for trial in summary.trials
        if usable(trial.kinematics_quality) and (curves := trial_table(folder, trial, "curves")) is not None
    }
    cycles = {
        trial.name: cycles_svg(cycles)
        for trial in summary.trials
        if (cycles := trial_table(folder, trial, "cycles")) is not None
    }
    rows = {trial.name: indicator_rows(trial) for trial in summary.trials}
    page = environment.get_template("report.html.j2").render(
        summary=summary,
        profile=profile_of(summary, reference, typed_in={} if grip_kg is None else {"grip_kg": grip_kg}),
        figures=figures,
        cycles=cycles,
        headline=headline(summary),
        # Reasons of the whole trial are said once, not in every row.
        reasons={trial.name: further_reasons(trial) for trial in summary.trials},
        known={trial.name: set(chain(*further_reasons(trial))) for trial in summary.trials},
        rows=rows,
        # Where the whole trial is withheld, its one sentence stands in for what each number says of itself.
        explanations={"": ""}
        | {trial.name: "" if usable(trial.kinematics_quality) else trial.explanation for trial in summary.trials},
        repeated={name: _repeated(of_trial) for name, of_trial in rows.items()},
        details=DETAILS,
        limits=limits(summary),
        name_of=name_of,
        sign=SIGN,
        seat_offs={trial.name: seat_off_text(trial) for trial in summary.trials},
    )
    path = folder / REPORT_NAME
    path.write_text(page, encoding="utf-8")
    return path


def _repeated(rows: list[Row]) -> list[str]:
    """Reasons that several rows of a trial share: said once above the table."""
    counts = Counter(chain.from_iterable(row.reasons for row in rows))
    return [reason for reason, count in counts.items() if count >= SEVERAL]
