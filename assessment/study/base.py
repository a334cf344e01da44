"""What a study is: one long table of indicators, one table of people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from assessment.summary import ClinicalMeasures
from models.errors import SettingsError

INDICATOR_COLUMNS = (
    "session", "synthetic", "trial", "activity", "variant", "indicator", "repetition", "side", "value", "unit",
    "standard_error", "quality", "reasons",
)  # fmt: skip
"""What `Tables/indicators.csv` of a session holds and a study needs; trial and activity are empty where several trials
give an indicator together (SPPB)."""
SUBJECT_COLUMNS = ("sex", "age_years", "height_m", "mass_kg")
"""What a session knows of the person; the study's own table may fill what is missing."""
CLINICAL_COLUMNS = tuple(ClinicalMeasures.model_fields)
"""What may have been typed in when a session was assessed; the study's own table may hold it as well."""


@dataclass(frozen=True)
class Study:
    """Everything the statistics of a study are made from.

    Attributes
    ----------
    indicators : DataFrame
        Long form, one row a value: ``participant``, ``visit``, ``group`` and `INDICATOR_COLUMNS`. ``value`` is empty
        exactly where ``quality`` is ``withheld``.
    participants : DataFrame
        One row a participant and visit: ``session``, ``participant``, ``visit``, ``group``, `SUBJECT_COLUMNS`, and the
        clinical measures of the study's own table and of the sessions.
    """

    indicators: pd.DataFrame
    participants: pd.DataFrame

    @property
    def synthetic(self) -> bool:
        """Whether the data describe no person."""
        return bool(self.indicators["synthetic"].any())

    def where(self, **values: str | Iterable[str]) -> Study:
        """Keep the indicator rows whose columns hold these values; all participants stay.

        Parameters
        ----------
        **values : str or iterable of str
            Column name and what it may hold, such as ``activity="sit-to-stand"``.

        Raises
        ------
        SettingsError
            No row holds them.
        """
        rows = self.indicators
        for column, accepted in values.items():
            require_columns(rows, (column,), "The table of indicators")
            wanted = [accepted] if isinstance(accepted, str) else list(accepted)
            kept = rows[rows[column].isin(wanted)]
            if kept.empty:
                raise SettingsError(
                    f"No indicator row has {column} {', '.join(wanted)}.",
                    hint=f"There are: {', '.join(map(str, sorted(rows[column].unique())))}.",
                )
            rows = kept
        return replace(self, indicators=rows.reset_index(drop=True))


def require_columns(table: pd.DataFrame, columns: Iterable[str], name: str) -> None:
    """Raise a `SettingsError` that names the table and the columns it lacks."""
    missing = [column for column in columns if column not in table]
    if missing:
        raise SettingsError(
            f"{name} has no column {', '.join(missing)}.", hint=f"It has: {', '.join(map(str, table.columns))}."
        )


def refuse_twice(table: pd.DataFrame, columns: tuple[str, ...], where: str, hint: str) -> None:
    """Raise a `SettingsError` that names the first entry of these columns that is there twice."""
    twice = table[table.duplicated(list(columns))]
    if len(twice):
        entry = ", ".join(f"{column} {twice.iloc[0][column]}" for column in columns)
        raise SettingsError(f"Twice in {where}: {entry}.", hint=hint)
