"""A cohort's folder, read: its tables for pandas when they are asked for, with clear words where something is wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from assessment.cohort.layout import TABLES, CohortFolder
from assessment.cohort.schemas import TABLES_VERSION, UNIT_KEY, VERSION_KEY, WHOLE_VISIT, measured_columns
from models.errors import SettingsError

Filters = Sequence[tuple[str, str, Any]]
"""Conditions that all rows meet, such as ``[("indicator", "==", "gait_speed"), ("quality", "!=", "withheld")]``."""
CONTINUE = "Run it again into the same folder; it continues where it stopped."
RUN_AGAIN = "Run the cohort again into the same folder: visits that are done are kept, the tables are written anew."


@dataclass(frozen=True)
class CohortResults:
    """The results of a finished cohort; every table is read anew when it is asked for.

    Attributes
    ----------
    folder : CohortFolder
    """

    folder: CohortFolder

    def about(self) -> dict[str, Any]:
        """What the run was made with (`cohort.json`)."""
        return read_about(self.folder)

    def indicators(self, filters: Filters | None = None, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """One row a value; of large cohorts ask only for what is needed.

        Parameters
        ----------
        filters : sequence of (str, str, object), optional
            See `Filters`; only the parts of the file that may hold such rows are read.
        columns : sequence of str, optional
            All where not given.
        """
        return self._table("indicators", filters, columns)

    def wide(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """One row a visit that was assessed, one column a measured value, with ``_se`` and ``_quality`` beside it."""
        return self._table("wide", None, columns)

    def quality(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """One row a trial."""
        return self._table("quality", None, columns)

    def failures(self) -> pd.DataFrame:
        """One row a visit or a trial that has no results; of a visit ``trial`` is empty."""
        return self._table("failures", None, None)

    def units(self) -> dict[str, str]:
        """Unit of every measured value of the wide table, by column; columns of errors and marks are not in it."""
        schema = self._schema("wide")
        measured = measured_columns(schema)
        return {name: (schema.field(name).metadata or {}).get(UNIT_KEY, b"").decode() for name in measured}

    @property
    def n_visits(self) -> int:
        """Visits that the tables are of, with results or without."""
        done = pq.read_metadata(self.folder.table("wide")).num_rows
        return done + int((self.failures()["trial"] == WHOLE_VISIT).sum())

    def wide_names(self) -> frozenset[str]:
        """Names of all columns of the wide table."""
        return frozenset(self._schema("wide").names)

    def _schema(self, name: str) -> pa.Schema:
        return _checked_schema(self.folder, name)

    def _table(self, name: str, filters: Filters | None, columns: Sequence[str] | None) -> pd.DataFrame:
        schema = self._schema(name)
        unknown = sorted({*(columns or ()), *(column for column, _, _ in filters or ())} - set(schema.names))
        if unknown:
            raise SettingsError(
                f"{name}.parquet of {self.folder.path.name} has no column {', '.join(unknown)}.",
                hint=f"It has {len(schema.names)}, among them: {', '.join(schema.names[:12])}.",
            )
        try:
            table = pq.read_table(
                self.folder.table(name),
                columns=None if columns is None else list(columns),
                filters=list(filters) if filters else None,
            )
        except (OSError, pa.ArrowException) as error:
            raise _damaged(self.folder, name) from error
        counts = [field.name for field in table.schema if pa.types.is_integer(field.type)]
        # The whole numbers stay whole where some are not known.
        return table.to_pandas().astype(dict.fromkeys(counts, "Int64"))


def open_cohort(path: Path) -> CohortResults:
    """Open the folder of a cohort whose run is finished.

    Parameters
    ----------
    path : Path
        What was given as ``--out`` of `python -m assessment cohort`.

    Raises
    ------
    SettingsError
        It is no cohort, its run is not finished, a table is damaged, or it was written by a version whose tables this
        one does not read.
    """
    folder = CohortFolder(path)
    about = read_about(folder)
    if about.get("finished") is not True:
        raise SettingsError(
            f"The cohort in {path.name} is not finished: its last run was stopped, or is still at work.", hint=CONTINUE
        )
    missing = [name for name in TABLES if not folder.table(name).is_file()]
    if missing:
        raise SettingsError(
            f"The cohort in {path.name} is not finished: it has no {', '.join(f'{name}.parquet' for name in missing)}.",
            hint=CONTINUE,
        )
    for name in TABLES:
        _checked_schema(folder, name)
    results = CohortResults(folder)
    expected, found = about.get("n_visits"), results.n_visits
    if expected is not None and expected != found:
        raise SettingsError(
            f"The cohort in {path.name} is not finished: its tables hold {found} visits of {expected}.",
            hint=CONTINUE,
        )
    return results


def is_cohort(path: Path) -> bool:
    """Whether a folder is that of a cohort, finished or not."""
    return CohortFolder(path).about.is_file()


def read_about(folder: CohortFolder) -> dict[str, Any]:
    """Read ``cohort.json``, of a finished cohort or not.

    Raises
    ------
    SettingsError
        It is not there, or damaged.
    """
    try:
        about = json.loads(folder.about.read_text(encoding="utf-8"))
    except OSError:
        raise SettingsError(
            f"{folder.path.name} is no folder of a cohort: it has no {folder.about.name}.",
            hint="Give the folder that was --out of `python -m assessment cohort` on the command line.",
        ) from None
    except ValueError:
        about = None
    if not isinstance(about, dict):
        raise SettingsError(f"{folder.about.name} of {folder.path.name} is damaged.", hint=RUN_AGAIN)
    return about


def _checked_schema(folder: CohortFolder, name: str) -> pa.Schema:
    try:
        schema = pq.read_schema(folder.table(name))
    except (OSError, pa.ArrowException) as error:
        raise _damaged(folder, name) from error
    version = (schema.metadata or {}).get(VERSION_KEY, b"").decode()
    if version.partition(".")[0] != TABLES_VERSION.partition(".")[0]:
        raise SettingsError(
            f"{name}.parquet of {folder.path.name} has version {version or 'unknown'}; this program reads "
            f"{TABLES_VERSION}.",
            hint=RUN_AGAIN,
        )
    return schema


def _damaged(folder: CohortFolder, name: str) -> SettingsError:
    return SettingsError(f"{name}.parquet of {folder.path.name} is damaged.", hint=RUN_AGAIN)
