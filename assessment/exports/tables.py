"""Tables of an export for statisticians: indicators and trials as CSV and Parquet, curves and cycles as Parquet."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pandas as pd
from pandas.api.types import is_numeric_dtype

from assessment.exports.content import Content, TableKind
from assessment.exports.vocabulary import columns, coordinates
from assessment.summary import QualityRecord, TrialRecord
from assessment.tables import indicator_table, trial_table

File = tuple[str, bytes]
SIDES = ("r", "l", "")
QUANTITIES = ("angle", "moment", "power")
CYCLE_UNITS = ("deg", "Nm/kg", "W/kg")


def csv_files(content: Content) -> Iterator[File]:
    """Indicators in long form and one row a trial."""
    yield "csv/indicators.csv", _csv(indicator_table(content.summary))
    yield "csv/trials.csv", _csv(trial_table(content.summary))


def parquet_files(content: Content, *, motion: bool) -> Iterator[File]:
    """The same as Parquet, and per trial its curves and cycles.

    Parameters
    ----------
    content : Content
    motion : bool
        With curves and cycles; how somebody moves can identify them.
    """
    yield "parquet/indicators.parquet", _parquet(indicator_table(content.summary))
    yield "parquet/trials.parquet", _parquet(trial_table(content.summary))
    if motion:
        for kind in ("curves", "cycles"):
            for trial, table in movement_tables(content, kind):
                yield f"parquet/{kind}/{trial.name}.parquet", _parquet(table)


def movement_tables(content: Content, kind: TableKind) -> Iterator[tuple[TrialRecord, pd.DataFrame]]:
    """Curves or cycles; of a de-identified export only columns and words that every such table may have."""
    for trial, table in content.tables(kind):
        yield trial, _without_own_words(trial, table) if content.deidentified else table


def _without_own_words(trial: TrialRecord, table: pd.DataFrame) -> pd.DataFrame:
    known = table[[column for column in table.columns if column in columns()]]
    if "coordinate" in known:
        known = known[
            known["coordinate"].isin(coordinates())
            & known["side"].fillna("").isin(SIDES)
            & known["quantity"].isin(QUANTITIES)
            & known["unit"].isin(CYCLE_UNITS)
        ]
    marks = {"angles_quality": trial.kinematics_quality, "moments_quality": trial.kinetics_quality}
    known = known.assign(**{column: _mark(quality) for column, quality in marks.items() if column in known})
    words = {*marks, "side", "coordinate", "quantity", "unit"}
    return known[[column for column in known if column in words or is_numeric_dtype(known[column])]]


def _mark(quality: QualityRecord | None) -> str:
    return "" if quality is None else quality.mark.value


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, float_format="%.6g").encode()


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()
