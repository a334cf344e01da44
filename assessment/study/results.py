"""Indicators and subjects from the results folders of many sessions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from assessment.cohort.layout import CohortFolder, visit_of
from assessment.cohort.reading import is_cohort, open_cohort
from assessment.results_folder import SUMMARY_NAME, read_summary
from assessment.study.base import CLINICAL_COLUMNS, INDICATOR_COLUMNS, SUBJECT_COLUMNS, refuse_twice, require_columns
from assessment.study.cohorts import cohort_indicators, cohort_subjects
from assessment.summary import Summary
from models.errors import SettingsError
from pipeline.quality import Mark


def load_indicators(folders: Iterable[Path], *, only: Iterable[str] | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read `Tables/indicators.csv` and the person's data of several results folders.

    Parameters
    ----------
    folders : iterable of Path
        Results folders of sessions, folders that hold some, or folders of cohorts, of which only the tables are read.
        In a cohort a session is called ``participant/visit``.
    only : iterable of str, optional
        Names of indicators; all where not given. A large cohort has more rows than fit into memory.

    Returns
    -------
    indicators : DataFrame
        `INDICATOR_COLUMNS`, one row a value.
    subjects : DataFrame
        ``session``, `SUBJECT_COLUMNS` and those of `CLINICAL_COLUMNS` that any session knows, one row a session; what
        a session does not know is empty.

    Raises
    ------
    SettingsError
        There are no results, they come from an incompatible version, a session is there twice, columns are missing,
        units disagree, synthetic and recorded sessions are mixed, or a table breaks the rule that a value is absent
        exactly when it is withheld.
    """
    wanted = None if only is None else list(only)
    cohorts, sessions = [], []
    for folder in folders:
        if is_cohort(folder):
            cohorts.append(open_cohort(folder))
        else:
            sessions += session_folders(folder)
    tables = [_read_indicators(folder) for folder in sessions] + [cohort_indicators(one, wanted) for one in cohorts]
    if not tables:
        raise SettingsError(
            "No results folders are given.", hint="Give the folders that `assess` wrote, or that of a cohort."
        )
    people = [*([_subjects(sessions)] if sessions else []), *map(cohort_subjects, cohorts)]
    subjects = _without_unknown(pd.concat(people, ignore_index=True))
    refuse_twice(subjects, ("session",), "results", "Leave one of the folders out.")
    indicators = pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
    if wanted is not None:
        indicators = indicators[indicators["indicator"].isin(wanted)].reset_index(drop=True)
    _check_units(indicators)
    if indicators["synthetic"].any() and not indicators["synthetic"].all():
        raise SettingsError(
            "Synthetic and recorded sessions are mixed.",
            hint="Leave the synthetic ones out; they describe no person: "
            + ", ".join(sorted(indicators.loc[indicators["synthetic"], "session"].unique())),
        )
    return indicators, subjects


def session_folders(folder: Path) -> list[Path]:
    """The folder itself if it holds the results of a session, else those in it: direct subfolders, or of a cohort.

    Raises
    ------
    SettingsError
        There are none.
    """
    if (folder / SUMMARY_NAME).is_file():
        return [folder]
    if is_cohort(folder):
        # Those that count: a visit that failed later keeps its older results on disk.
        visits = open_cohort(folder).wide(["participant", "visit"])
        found = [CohortFolder(folder).results(*codes) for codes in visits.itertuples(index=False)]
    else:
        found = sorted(path.parent for path in folder.glob(f"*/{SUMMARY_NAME}"))
    if not found:
        raise SettingsError(
            f"There are no results in {folder.name}.",
            hint=f"Give a folder that holds {SUMMARY_NAME}, or one whose subfolders do.",
        )
    return found


def session_name(folder: Path, summary: Summary) -> str:
    """What a session is called in a study: as its recordings are; in a cohort ``participant/visit``."""
    visit = visit_of(folder)
    return summary.session if visit is None else "/".join(visit)


def _read_indicators(folder: Path) -> pd.DataFrame:
    path = folder / "Tables" / "indicators.csv"
    text = ("session", "trial", "activity", "variant", "indicator", "side", "unit", "quality", "reasons")
    try:
        table = pd.read_csv(path, dtype=dict.fromkeys(text, str), keep_default_na=False, na_values=_empty_numbers())
    except (OSError, ValueError):
        raise SettingsError(
            f"Tables/indicators.csv of {folder.name} cannot be read.", hint="Assess the session again."
        ) from None
    require_columns(table, INDICATOR_COLUMNS, f"Tables/indicators.csv of {folder.name}")
    table = table.loc[:, list(INDICATOR_COLUMNS)].astype({"repetition": "Int64", "synthetic": bool})
    marks = {mark.value for mark in Mark}
    withheld = table["quality"] == Mark.WITHHELD.value
    if not set(table["quality"]) <= marks or bool((withheld != table["value"].isna()).any()):
        raise SettingsError(
            f"Tables/indicators.csv of {folder.name} was changed: a value is absent if and only if it is withheld.",
            hint=f"Assess the session again. Quality marks are: {', '.join(sorted(marks))}.",
        )
    visit = visit_of(folder)
    return table if visit is None else table.assign(session="/".join(visit))


def _empty_numbers() -> dict[str, list[str]]:
    return {column: [""] for column in ("value", "standard_error", "repetition")}


def _subjects(folders: list[Path]) -> pd.DataFrame:
    rows = []
    for folder in folders:
        summary = read_summary(folder)
        subject = {name: getattr(summary.subject, name) for name in SUBJECT_COLUMNS}
        subject["sex"] = None if subject["sex"] == "unspecified" else subject["sex"]
        clinical = {name: getattr(summary.clinical, name) for name in CLINICAL_COLUMNS}
        rows.append({"session": session_name(folder, summary), **subject, **clinical})
    return pd.DataFrame(rows)


def _without_unknown(subjects: pd.DataFrame) -> pd.DataFrame:
    """Without the clinical measures that nobody has."""
    unknown = [name for name in CLINICAL_COLUMNS if name in subjects and subjects[name].isna().all()]
    return subjects.drop(columns=unknown)


def _check_units(indicators: pd.DataFrame) -> None:
    units = indicators.groupby("indicator")["unit"].unique()
    for name, found in units.items():
        if len(found) > 1:
            first = indicators[indicators["indicator"] == name].drop_duplicates("unit")
            pairs = zip(first["unit"].astype(str), first["session"].astype(str), strict=True)
            where = ", ".join(f"{unit or 'none'} in session {session}" for unit, session in pairs)
            raise SettingsError(
                f"The units of {name} disagree: {where}.",
                hint="Assess all sessions with the same version of the program.",
            )
