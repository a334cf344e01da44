"""What one export holds: results, visit and the tables of its trials, as they go out, identified or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from assessment.results_folder import summary_sha256, trial_table
from assessment.summary import Summary, TrialRecord
from assessment.visit import VisitDetails, signature_state

TableKind = Literal["curves", "cycles"]


@dataclass(frozen=True)
class Content:
    """One session as every format shows it.

    Attributes
    ----------
    folder : Path
        Results as they are, never copied as a whole into a de-identified export.
    summary, visit : Summary, VisitDetails
        As they go out.
    recorded : tuple of TrialRecord
        The trials as the folder knows them, in the order of ``summary.trials``.
    when : str
        Date of the visit as far as it may be told: ``2026-11-21``, ``2026``, or empty.
    age_text : str
        What is said in place of an age that may not be told; else empty.
    signed : bool
        The signature is of these very results and this text.
    deidentified : bool
    """

    folder: Path
    summary: Summary
    visit: VisitDetails
    recorded: tuple[TrialRecord, ...]
    when: str
    age_text: str
    signed: bool
    deidentified: bool

    def tables(self, kind: TableKind) -> Iterator[tuple[TrialRecord, pd.DataFrame]]:
        """Curves or cycles of the trials that have them, with the trial as it goes out."""
        for shown, recorded in zip(self.summary.trials, self.recorded, strict=True):
            table = trial_table(self.folder, recorded, kind)
            if table is not None:
                yield shown, table


def identified(folder: Path, summary: Summary, visit: VisitDetails) -> Content:
    """A session as it is.

    Parameters
    ----------
    folder : Path
        Results folder.
    summary : Summary
        What `assessment.results_folder.read_summary` read there.
    visit : VisitDetails
    """
    return Content(
        folder=folder,
        summary=summary,
        visit=visit,
        recorded=tuple(summary.trials),
        when=visit.visit_date.isoformat() if visit.visit_date else "",
        age_text="",
        signed=is_signed(folder, visit),
        deidentified=False,
    )


def is_signed(folder: Path, visit: VisitDetails) -> bool:
    """Whether the visit's signature is of the results in the folder and of this text."""
    return signature_state(visit, summary_sha256(folder)) == "valid"
