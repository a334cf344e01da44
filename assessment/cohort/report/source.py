"""What the report reads of a cohort's folder: no more columns than it shows, whatever the number of visits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import duckdb
import pandas as pd

from assessment.cohort.columns import ValueColumn, value_columns
from assessment.cohort.layout import CohortFolder
from assessment.cohort.reading import open_cohort
from assessment.cohort.rows import REASONS_APART
from assessment.cohort.schemas import CRITERION_PREFIX, KEYS, PERSON, QUALITY_SUFFIX, SE_SUFFIX
from assessment.criteria.definitions import FRAMEWORKS
from assessment.headline import rank
from pipeline.quality import Mark

_TRIAL_COLUMNS = [
    "participant", "visit", "trial", "status", "activity", "variant", "repetitions", "marker_rms_cm",
    "marker_error_held_out", "kinematics", "kinetics", "forces",
]  # fmt: skip
# Few words, each many times.
_WORDS = ("status", "activity", "variant", "kinematics", "kinetics", "forces")


class CohortSource:
    """Tables of a cohort, read when they are asked for.

    Parameters
    ----------
    folder : CohortFolder

    Raises
    ------
    SettingsError
        It is no folder of a finished cohort, or a table cannot be read.
    """

    def __init__(self, folder: CohortFolder) -> None:
        self.folder = folder
        self._results = open_cohort(folder.path)

    @cached_property
    def about(self) -> dict[str, Any]:
        """What the run was made with."""
        return self._results.about()

    @cached_property
    def bad_rows(self) -> pd.DataFrame:
        """Rows of the manifest that were not accepted, one row a reason."""
        columns = ["row", "column", "reason"]
        if not self.folder.bad_rows.is_file():
            return pd.DataFrame(columns=columns)
        return pd.read_csv(self.folder.bad_rows, usecols=columns, keep_default_na=False, encoding="utf-8-sig")

    @cached_property
    def visits(self) -> pd.DataFrame:
        """One row a visit that was assessed, in the order of the manifest: person, typed-in values, verdicts."""
        wanted = [field.name for field in (*KEYS, *PERSON) if field.name != "session"]
        return self._results.wide([*wanted, *(f"{CRITERION_PREFIX}{name}" for name in self.frameworks)])

    @cached_property
    def frameworks(self) -> tuple[str, ...]:
        """Published criteria that were evaluated."""
        there = self._results.wide_names()
        return tuple(name for name in FRAMEWORKS if f"{CRITERION_PREFIX}{name}" in there)

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row a trial, without its reasons."""
        table = self._results.quality(_TRIAL_COLUMNS).fillna(dict.fromkeys(_WORDS, ""))
        movement = table["activity"].where(table["variant"] == "", table["activity"] + "/" + table["variant"])
        return table.assign(movement=movement)

    @cached_property
    def failures(self) -> pd.DataFrame:
        """One row a visit without results or a trial that was not assessed."""
        return self._results.failures()

    @cached_property
    def columns(self) -> tuple[ValueColumn, ...]:
        """Columns of measured values, those first looked at first."""
        found = value_columns(self._results.units())
        return tuple(sorted(found, key=lambda one: (rank(one.indicator, one.activity), one.name)))

    def values(self, columns: Iterable[ValueColumn]) -> pd.DataFrame:
        """These columns with their standard errors and marks, one row a visit as in `visits`."""
        return self._results.wide(
            [name + part for name in (one.name for one in columns) for part in ("", SE_SUFFIX, QUALITY_SUFFIX)]
        )

    def marks(self, columns: Iterable[ValueColumn]) -> pd.DataFrame:
        """Quality marks of these columns; missing where a visit has no such value."""
        return self._results.wide([f"{one.name}{QUALITY_SUFFIX}" for one in columns])

    def reasons(self) -> Iterator[tuple[str, str, int]]:
        """Mark, reason and how many values have it, of all values that are not simply reported.

        Of a withheld value it is the first one: reasons that withhold come first (`pipeline.quality`), those that would
        only call for caution follow them.
        """
        with duckdb.connect() as database:
            found = database.execute(
                "SELECT quality, reasons, count(*) FROM read_parquet(?) WHERE quality <> ? GROUP BY ALL",
                [str(self.folder.table("indicators")), Mark.REPORTED.value],
            ).fetchall()
        for mark, reasons, n in found:
            known = list(filter(None, (reasons or "").split(REASONS_APART)))
            for reason in known[:1] if mark == Mark.WITHHELD.value else known:
                yield mark, reason, n
