"""What the report reads of a cohort's folder: no more columns than it shows, whatever the number of visits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from assessment.activities.names import ACTIVITY_NAMES, VARIANTS
from assessment.cohort.layout import CohortFolder
from assessment.cohort.rows import REASONS_APART, sql_name
from assessment.cohort.schemas import KEYS, PERSON, UNIT_KEY
from assessment.headline import rank
from models.errors import SettingsError

CRITERION, ERROR, QUALITY = "criterion__", "_se", "_quality"
_TRIAL_COLUMNS = [
    "participant", "visit", "trial", "status", "activity", "variant", "repetitions", "marker_rms_cm",
    "marker_error_held_out", "kinematics", "kinetics", "forces",
]  # fmt: skip


@dataclass(frozen=True)
class ValueColumn:
    """A column of the wide table that holds a measured value.

    Attributes
    ----------
    name : str
    activity : str
        With its variant, ``sit-to-stand/five-times``; empty of the whole visit.
    indicator, side, unit : str
    """

    name: str
    activity: str
    indicator: str
    side: str
    unit: str


class CohortSource:
    """Tables of a cohort, read when they are asked for.

    Parameters
    ----------
    folder : CohortFolder

    Raises
    ------
    SettingsError
        There are no tables of a cohort.
    """

    def __init__(self, folder: CohortFolder) -> None:
        self.folder = folder
        missing = [path.name for path in map(folder.table, ("wide", "quality", "failures")) if not path.is_file()]
        if missing:
            raise SettingsError(
                f"There is no cohort in {folder.path.name}: {', '.join(missing)} is missing.",
                hint="Give the folder that python -m assessment cohort wrote to, --out.",
            )
        names = pq.read_schema(folder.table("wide")).names
        marks = [name for name in names if name.endswith(QUALITY) or name.startswith(CRITERION)]
        # The names of hundreds of columns are read once.
        self._wide = pq.ParquetFile(folder.table("wide"), read_dictionary=marks)
        self._schema = self._wide.schema_arrow
        self._names = frozenset(names)

    @cached_property
    def about(self) -> dict[str, Any]:
        """What the run was made with; empty where it was not written down."""
        if not self.folder.about.is_file():
            return {}
        found = json.loads(self.folder.about.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}

    @cached_property
    def bad_rows(self) -> pd.DataFrame:
        """Rows of the manifest that were not accepted, one row a reason."""
        columns = ["row", "column", "reason"]
        if not self.folder.bad_rows.is_file():
            return pd.DataFrame(columns=columns)
        return pd.read_csv(self.folder.bad_rows, usecols=columns, keep_default_na=False)

    @cached_property
    def visits(self) -> pd.DataFrame:
        """One row a visit that was assessed, in the order of the manifest: person, typed-in values, verdicts."""
        wanted = [field.name for field in (*KEYS, *PERSON) if field.name != "session"]
        verdicts = [name for name in self._schema.names if name.startswith(CRITERION)]
        return self._wide.read([*wanted, *verdicts]).to_pandas()

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row a trial, without its reasons."""
        text = ["trial", "status", "activity", "variant", "kinematics", "kinetics", "forces"]
        table = pq.read_table(self.folder.table("quality"), columns=_TRIAL_COLUMNS, read_dictionary=text)
        frame = table.to_pandas()
        parts = frame["activity"].astype(object), frame["variant"].astype(object)
        movement = parts[0].where(parts[1] == "", parts[0] + "/" + parts[1])
        return frame.assign(movement=movement.astype("category"))

    @cached_property
    def failures(self) -> pd.DataFrame:
        """One row a visit without results or a trial that was not assessed."""
        return pq.read_table(self.folder.table("failures")).to_pandas()

    @cached_property
    def columns(self) -> tuple[ValueColumn, ...]:
        """Columns of measured values: those first looked at first."""
        found = [column for column in map(self._column, self._schema.names) if column is not None]
        return tuple(sorted(found, key=lambda one: (rank(one.indicator, one.activity), one.name)))

    def values(self, columns: Iterable[ValueColumn]) -> pd.DataFrame:
        """These columns with their standard errors and marks, one row a visit as in `visits`."""
        names = [name for one in columns for name in (one.name, f"{one.name}{ERROR}", f"{one.name}{QUALITY}")]
        return self._wide.read(names).to_pandas()

    def marks(self, columns: Iterable[ValueColumn]) -> pd.DataFrame:
        """Quality marks of these columns; missing where a visit has no such value."""
        names = [f"{one.name}{QUALITY}" for one in columns]
        return self._wide.read(names).to_pandas()

    def reasons(self) -> Iterator[tuple[str, str, int]]:
        """Mark, reason and how many values have it, of all values that are not simply reported."""
        with duckdb.connect() as database:
            found = database.execute(
                "SELECT quality, reasons, count(*) FROM read_parquet(?) WHERE quality <> 'reported' GROUP BY ALL",
                [str(self.folder.table("indicators"))],
            ).fetchall()
        for mark, reasons, n in found:
            for reason in filter(None, (reasons or "").split(REASONS_APART)):
                yield mark, reason, n

    def _column(self, name: str) -> ValueColumn | None:
        if f"{name}{QUALITY}" not in self._names:
            return None
        parts = name.split("__")
        side = parts.pop() if parts[-1] in ("r", "l") and len(parts) > 1 else ""
        unit = (self._schema.field(name).metadata or {}).get(UNIT_KEY, b"").decode()
        activity = "" if len(parts) == 1 else _ACTIVITIES.get(parts[0], parts[0])
        return ValueColumn(name, activity, parts[-1], side, unit)


def _activities() -> Iterator[str]:
    for name in ACTIVITY_NAMES:
        yield name
        yield from (f"{name}/{variant}" for variant in VARIANTS.get(name, ()))


_ACTIVITIES = {sql_name(activity): activity for activity in _activities()}
