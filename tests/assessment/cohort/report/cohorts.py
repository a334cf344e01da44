"""Cohorts for tests of the report: finished folders of whatever visits a test asks for. Synthetic data."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assessment.cohort.layout import CohortFolder
from assessment.cohort.report.cohort import Cohort
from assessment.cohort.report.content import cohort_content
from assessment.cohort.sessions import CohortSession
from assessment.cohort.tables import write_tables
from assessment.language import Language
from assessment.report.structure import Cell, Picture, Report, Section, Table
from assessment.summary import ErrorRecord, Summary
from models.subject import SubjectMetadata
from tests.assessment.cohort.made_cohort import made_visit, write_failure, write_visit

CREATED = "2026-03-04T10:00:00+00:00"


def visits(n: int, *, groups: Sequence[str | None] = (None,), twice: int = 0, **given: Any) -> Iterator[CohortSession]:
    """Visits of ``n`` people, of whom the first ``twice`` come again: women of 70 years unless told otherwise."""
    known = {"height_m": 1.6, "mass_kg": 60.0, "sex": "f", "age_years": 70.0} | given
    for number in range(n):
        for visit in ("V1", "V2")[: 2 if number < twice else 1]:
            yield CohortSession(
                participant=f"KODE{number:03d}",
                visit=visit,
                source=Path(f"recording-{number}"),
                given=SubjectMetadata(**known),
                group=groups[number % len(groups)],
            )


def folder_of(
    out: Path,
    sessions: Iterable[CohortSession],
    *,
    failed: Collection[str] = (),
    error: ErrorRecord | None = None,
    results: dict[str, Summary] | None = None,
    **about: Any,
) -> CohortFolder:
    """A finished cohort.

    Parameters
    ----------
    out : Path
    sessions : iterable of CohortSession
    failed : collection of str
        Keys of visits without results, for the reason ``error``.
    error : ErrorRecord or None
    results : dict or None
        Results of visits by their keys; others are made up.
    **about
        Of cohort.json.
    """
    folder, listed, generator = CohortFolder(out), list(sessions), np.random.default_rng(0)
    out.mkdir(parents=True, exist_ok=True)
    for session in listed:
        if session.key in failed:
            assert error is not None
            write_failure(folder, session, error)
        else:
            summary = (results or {}).get(session.key) or made_visit(session, generator)
            write_visit(folder, session, summary)
    counts = {"n_bad_rows": 0, "n_visits": len(listed)}
    known = {"finished": True, "created": CREATED, "sarcoscope_version": "0.1.0"} | counts
    folder.about.write_text(json.dumps(known | about), encoding="utf-8")
    write_tables(folder, listed)
    return folder


def content(folder: CohortFolder, language: Language = "en") -> Report:
    """What the report of a folder says."""
    return cohort_content(Cohort(folder, language))


def section(report: Report, title: str) -> Section:
    """The section of this title."""
    return next(one for one in report.sections if one.title == title)


def rows(of: Section) -> list[list[Cell]]:
    """Cells of all rows of its tables."""
    return [list(row.cells) for block in of.blocks if isinstance(block, Table) for row in block.rows]


def row(of: Section, label: str) -> list[str]:
    """Texts of the row that begins with this label."""
    return next([cell.text for cell in cells] for cells in rows(of) if cells[0].text == label)


def pictures(of: Section) -> list[Picture]:
    """Its figures."""
    return [block for block in of.blocks if isinstance(block, Picture)]


def texts(report: Report) -> str:
    """Everything it says, without the drawings."""
    without = [
        one.model_copy(
            update={
                "blocks": tuple(b.model_copy(update={"svg": ""}) if isinstance(b, Picture) else b for b in one.blocks)
            }
        )
        for one in report.sections
    ]
    return report.model_copy(update={"sections": tuple(without)}).model_dump_json()
