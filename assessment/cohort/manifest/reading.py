"""A manifest read and checked: cells by themselves, rows by themselves, rows beside each other."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from assessment.cohort.bad_rows import BadRow
from assessment.cohort.manifest.columns import COLUMNS, NUMBERS
from assessment.cohort.manifest.csv_file import read_cells
from assessment.cohort.manifest.one_row import incomplete
from assessment.cohort.manifest.recordings import Recordings, look_at_all
from assessment.cohort.manifest.schema import CELLS, broken_rules, in_words, numbers
from assessment.cohort.manifest.telling import told_code
from assessment.cohort.manifest.together import contradictions
from assessment.cohort.sessions import CohortSession
from assessment.summary import ClinicalMeasures
from models.subject import SubjectMetadata
from pipeline.session.metadata import SEX_OF

Fault = tuple[int, str, str, str]
"""Row, column, reason, hint."""


@dataclass(frozen=True)
class Manifest:
    """What is to be assessed.

    Attributes
    ----------
    sessions : tuple of CohortSession
        Accepted rows, in their order.
    bad_rows : tuple of BadRow
        Every reason why a row was not accepted, in the order of rows and columns.
    n_places : int or None
        Of a folder in place of a manifest: how many folders and archives it holds; they stand for rows.
    """

    sessions: tuple[CohortSession, ...]
    bad_rows: tuple[BadRow, ...]
    n_places: int | None = None

    @property
    def n_bad(self) -> int:
        """How many rows were not accepted."""
        return len({bad.row for bad in self.bad_rows})

    @property
    def left_out(self) -> str:
        """How many rows were not accepted, in words; empty if none."""
        if self.n_places is None:
            return f"{self.n_bad} row{'s' * (self.n_bad > 1)} of the manifest" * bool(self.n_bad)
        return f"{self.n_bad} of {self.n_places} entries of the folder" * bool(self.n_bad)


def read_manifest(path: Path) -> Manifest:
    """Read and check a manifest; recordings are looked at from outside only.

    Parameters
    ----------
    path : Path
        CSV in UTF-8, with commas, semicolons or tabs, and the columns of `assessment.cohort.manifest.columns`.

    Raises
    ------
    SettingsError
        The file cannot be read as a manifest, or its header is not accepted.
    """
    cells, too_long = read_cells(path)
    found = checked(cells, path.parent)
    return Manifest(found.sessions, _in_order([*too_long, *found.bad_rows]))


def checked(cells: pd.DataFrame, folder: Path, *, row_called: str = "row") -> Manifest:
    """Check the cells of a manifest, whose relative paths are relative to a folder.

    Parameters
    ----------
    cells : DataFrame
        As `assessment.cohort.manifest.csv_file.read_cells` gives them.
    folder : Path
    row_called : str
        What reasons that name other rows call them.
    """
    faults: list[Fault] = [
        (row, column, *in_words(column, rule, cell)) for row, column, rule, cell in broken_rules(CELLS, cells)
    ]
    accepted = _without(cells, faults)
    found = _recordings(accepted, folder, asked=cells[["height_m", "mass_kg", "sex"]].isna().any(axis=1))
    faults += [
        (row, "session", one.fault.message, one.fault.hint) for row, one in found.items() if one.fault is not None
    ]
    values = _values(accepted)
    faults += incomplete(cells, values, found)
    faults += contradictions(_known(cells, values, found), row_called)
    sessions = values.drop(index=list({row for row, *_ in faults})).astype(object)
    rows = zip(sessions.index, sessions.where(sessions.notna(), None).to_dict("records"), strict=True)
    return Manifest(
        tuple(_session(row, found[number].source) for number, row in rows),
        _in_order(_bad_rows(faults, accepted)),
    )


def _in_order(bad: Iterable[BadRow]) -> tuple[BadRow, ...]:
    return tuple(sorted(bad, key=lambda one: (one.row, COLUMNS.index(one.column) if one.column else -1)))


def _without(cells: pd.DataFrame, faults: Iterable[Fault]) -> pd.DataFrame:
    """The cells that are accepted; the others as if they were empty."""
    rows: dict[str, set[int]] = {}
    for row, column, *_ in faults:
        rows.setdefault(column, set()).add(row)
    return cells.assign(**{column: cells[column].mask(cells.index.isin(list(found))) for column, found in rows.items()})


def _recordings(accepted: pd.DataFrame, folder: Path, asked: pd.Series) -> dict[int, Recordings]:
    texts = accepted["session"].dropna()
    return dict(zip(texts.index, look_at_all(texts.tolist(), folder, asked[texts.index].tolist()), strict=True))


def _values(accepted: pd.DataFrame) -> pd.DataFrame:
    """Cells as what they mean: numbers, and words as the program writes them."""
    return accepted.assign(
        **{name: numbers(accepted[name]) for name in NUMBERS},
        sex=accepted["sex"].str.casefold().map(SEX_OF),
        asm_method=accepted["asm_method"].str.casefold(),
    )


def _known(cells: pd.DataFrame, values: pd.DataFrame, found: Mapping[int, Recordings]) -> pd.DataFrame:
    """What rows are compared by: the sex also as the session's own files say it, an absent group as the empty text."""
    said = pd.Series({row: one.said.sex for row, one in found.items() if one.said is not None}, dtype="object")
    identity = pd.Series({row: one.identity or None for row, one in found.items()}, dtype="object")
    return values[["participant", "visit"]].assign(
        group=values["group"].mask(cells["group"].isna(), ""),
        sex=values["sex"].fillna(said),
        recordings=identity.reindex(values.index),
    )


def _bad_rows(faults: Iterable[Fault], accepted: pd.DataFrame) -> Iterator[BadRow]:
    codes = accepted[["participant", "visit"]].fillna("").astype(object)
    participant, visit = (codes[name].map(told_code).to_dict() for name in ("participant", "visit"))
    for row, column, reason, hint in faults:
        yield BadRow(row, participant[row], visit[row], column, reason, hint)


def _session(row: Mapping[Hashable, Any], source: Path | str | None) -> CohortSession:
    assert source is not None  # noqa: S101 - a row without one is bad
    return CohortSession(
        participant=row["participant"],
        visit=row["visit"],
        source=source,
        given=SubjectMetadata(**{name: row[name] for name in ("height_m", "mass_kg", "sex", "age_years")}),
        clinical=ClinicalMeasures(**{name: row[name] for name in ClinicalMeasures.model_fields}),
        group=row["group"],
        seat_height_m=row["seat_height_m"],
        load_kg=row["load_kg"],
    )
