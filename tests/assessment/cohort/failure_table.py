"""A table of failures as a cohort has it, of texts alone."""

from __future__ import annotations

import pandas as pd

from assessment.cohort.schemas import FAILURE_TABLE, WHOLE_VISIT


def table_of(*of_visits: str, **of_trials: str) -> pd.DataFrame:
    """Reasons of whole visits P0, P1, ..., then of trials of further visits, by the trial's name."""
    told = [(WHOLE_VISIT, reason) for reason in of_visits] + list(of_trials.items())
    rows = [
        {
            "participant": f"P{number}",
            "visit": "V1",
            "trial": trial,
            "stage": "trials",
            "kind": "WorkerError",
            "reason": reason,
            "hint": "Try again.",
            "attempts": 1,
        }
        for number, (trial, reason) in enumerate(told)
    ]
    return pd.DataFrame(rows, columns=FAILURE_TABLE.names)
