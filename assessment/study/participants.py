"""The study's own table of participants, and how it is joined with what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from assessment.clinical import MISSING
from assessment.study.base import CLINICAL_COLUMNS, SUBJECT_COLUMNS, Study, refuse_twice, require_columns
from assessment.study.cohorts import cohort_participants
from assessment.study.results import load_indicators
from models.errors import SettingsError

ONLY_VISIT = "1"
_IDENTIFIERS = ("session", "participant", "visit", "group")
_WORDS = ("sex", "asm_method")


def load_study(
    folders: Iterable[Path], participants: Path | None = None, *, only: Iterable[str] | None = None
) -> Study:
    """Read the results of many sessions and join them with the study's table of participants.

    Parameters
    ----------
    folders : iterable of Path
        As for `load_indicators`.
    participants : Path, optional
        As for `load_participants`. Without it all folders are those of cohorts, whose manifests said whose the visits
        are; a cohort without groups is one, called ``all``.
    only : iterable of str, optional
        As for `load_indicators`.

    Raises
    ------
    SettingsError
        As `load_indicators`, `load_participants` and `join_study` say; some visits of a cohort have a group and others
        have none.
    """
    given = list(folders)
    indicators, subjects = load_indicators(given, only=only)
    if participants is None:
        people = cohort_participants(given)
        _check_one_group_each(people)
    else:
        people = load_participants(participants)
    return join_study(indicators, subjects, people)


def load_participants(path: Path) -> pd.DataFrame:
    """Read the study's own table: which session is whose, groups and clinical measures.

    Parameters
    ----------
    path : Path
        CSV with ``session``, ``participant``, ``group``, optionally ``visit`` (needed where somebody came twice), any
        of `SUBJECT_COLUMNS`, and clinical measures with their unit in the name, such as ``grip_kg``,
        ``gait_speed_m_s``, ``chair_stand_s``, ``sppb``, ``asm_kg``. Empty fields and ``NA`` are missing values.
        Participants are pseudonyms, never names.

    Raises
    ------
    SettingsError
        The file cannot be read, a column or an entry is missing, a session or a participant's visit is there twice,
        or a participant is in two groups.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"The table of participants {path.name} cannot be read: {type(error).__name__}.",
            hint="Give a CSV file with commas, with the columns session, participant and group.",
        ) from None
    require_columns(table, ("session", "participant", "group"), f"The table of participants {path.name}")
    if "visit" not in table:
        table["visit"] = ONLY_VISIT
    for column in table:
        text = table[column].str.strip()
        table[column] = text if column in (*_IDENTIFIERS, *_WORDS) else _numbers(text)
    _check_participants(table)
    return table


def join_study(indicators: pd.DataFrame, subjects: pd.DataFrame, participants: pd.DataFrame) -> Study:
    """Join what was measured with whose it is.

    Parameters
    ----------
    indicators, subjects : DataFrame
        As `load_indicators` returns them.
    participants : DataFrame
        As `load_participants` returns it. Participants without results stay: they count as without a value.

    Raises
    ------
    SettingsError
        A session is in no row of the participants, none of theirs has results, or the session and the study's table
        disagree on sex, age, height, mass or a clinical measure.
    """
    unknown = sorted(set(subjects["session"]) - set(participants["session"]))
    if unknown:
        raise SettingsError(
            f"Sessions without a participant: {', '.join(unknown)}.",
            hint="Add a row for each of them to the table of participants, or leave their folders out.",
        )
    if subjects.empty:
        raise SettingsError("No session has results.", hint="Give the folders that `assess` wrote.")
    people = participants.merge(subjects, on="session", how="left", suffixes=("", "_session"))
    for column in (*SUBJECT_COLUMNS, *CLINICAL_COLUMNS):
        if f"{column}_session" in people:
            people[column] = _agreed(people, column)
            people = people.drop(columns=f"{column}_session")
    keys = people[["session", "participant", "visit", "group"]]
    return Study(indicators.merge(keys, on="session", how="left", validate="many_to_one"), people)


def _check_participants(table: pd.DataFrame) -> None:
    for column in _IDENTIFIERS:
        rows = table.index[table[column] == ""]
        if len(rows):
            raise SettingsError(
                f"The table of participants has no {column} in line {rows[0] + 2}.", hint="Fill it, or delete the line."
            )
    refuse_twice(table, ("session",), "the table of participants", "Give each session one line.")
    refuse_twice(
        table, ("participant", "visit"), "the table of participants",
        "Give each visit of a participant a name of its own in the column visit.",
    )  # fmt: skip
    _check_one_group_each(table)


def _check_one_group_each(table: pd.DataFrame) -> None:
    groups = table.groupby("participant")["group"].nunique()
    several = sorted(map(str, groups.index[groups > 1]))
    if several:
        raise SettingsError(
            f"Participants in more than one group: {', '.join(several)}.",
            hint="A participant belongs to one group; what changes between visits is a measure, not a group.",
        )


def _numbers(text: pd.Series) -> pd.Series:
    """Numbers where all entries are numbers or missing; text otherwise."""
    known = text.where(~text.isin(MISSING), np.nan)
    numbers = pd.to_numeric(known, errors="coerce")
    return numbers if numbers.notna().equals(known.notna()) else known


def _agreed(people: pd.DataFrame, column: str) -> pd.Series:
    own, session = people[column].replace("", np.nan), people[f"{column}_session"]
    both = own.notna() & session.notna()
    if column in _WORDS:
        differ = both & (own.astype(str) != session.astype(str))
    else:
        session = pd.to_numeric(session)
        numeric = pd.to_numeric(own, errors="coerce"), session
        differ = both & ~pd.Series(np.isclose(*numeric), index=people.index)
    if differ.any():
        row = people[differ].iloc[0]
        raise SettingsError(
            f"The session was assessed with {column} {row[f'{column}_session']}, the table of participants says "
            f"{row[column]}.",
            hint="Correct the table, or assess the session again with the right value.",
            session=str(row["session"]),
        )
    return own.where(own.notna(), session)
