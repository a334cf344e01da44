"""A cohort as a study: its tables, with groups and visits from its manifest; a session is ``participant/visit``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from assessment.cohort.reading import CohortResults, is_cohort, open_cohort
from assessment.cohort.rows import REASONS_APART
from assessment.cohort.schemas import WHOLE_VISIT
from assessment.study.base import CLINICAL_COLUMNS, INDICATOR_COLUMNS, SUBJECT_COLUMNS
from models.errors import SettingsError

ONE_GROUP = "all"
"""What a cohort is called whose manifest has no groups: everybody is in one."""
_KEYS = ["participant", "visit", "group"]


def cohort_indicators(cohort: CohortResults, only: Sequence[str] | None) -> pd.DataFrame:
    """Indicators of a cohort as a study has them; all or some of them."""
    columns = [*_KEYS[:2], *(name for name in INDICATOR_COLUMNS if name != "session")]
    table = cohort.indicators(None if only is None else [("indicator", "in", list(only))], columns)
    reasons = table["reasons"].str.replace(REASONS_APART, " ", regex=False)
    return _with_session(table).assign(reasons=reasons)[list(INDICATOR_COLUMNS)]


def cohort_subjects(cohort: CohortResults) -> pd.DataFrame:
    """What is known of the person at every visit that was assessed."""
    columns = [*SUBJECT_COLUMNS, *CLINICAL_COLUMNS]
    table = _with_session(cohort.wide([*_KEYS[:2], *columns]))
    return table.assign(sex=table["sex"].where(table["sex"] != "unspecified"))[["session", *columns]]


def cohort_participants(folders: Sequence[Path]) -> pd.DataFrame:
    """Whose the visits of cohorts are, and their groups; those without results too: they count as without a value.

    Raises
    ------
    SettingsError
        A folder is no cohort, or some visits have a group and others have none.
    """
    others = [folder.name for folder in folders if not is_cohort(folder)]
    if others:
        raise SettingsError(
            f"Whose sessions these are is not known: {', '.join(others)}.",
            hint="Give the table of participants; only a cohort's folder knows visits and groups itself.",
        )
    tables = []
    for cohort in map(open_cohort, folders):
        failures = cohort.failures()
        tables += [cohort.wide(_KEYS), failures.loc[failures["trial"] == WHOLE_VISIT, _KEYS]]
    table = _with_session(pd.concat(tables, ignore_index=True))[["session", *_KEYS]]
    without = table["group"].isna()
    if without.any() and not without.all():
        raise SettingsError(
            f"Visits without a group: {', '.join(table.loc[without, 'session'])}.",
            hint="Give all of them a group in the manifest, or none, and run the cohort again: what is done is kept.",
        )
    return table.assign(group=ONE_GROUP) if without.all() else table


def _with_session(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(session=table["participant"] + "/" + table["visit"])
