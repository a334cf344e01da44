"""A cohort's four tables, put together from the rows of its visits in the order of the manifest.

Memory does not grow with the number of visits: they are read in chunks, each of which is a row group of Parquet. Two
runs of one cohort give the same bytes: nothing of when, where or in which order visits were assessed is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import ValidationError

from assessment.cohort.failures import SessionFailure
from assessment.cohort.layout import CohortFolder
from assessment.cohort.replacing import replaced_when_whole
from assessment.cohort.rows import read_session_rows
from assessment.cohort.schemas import FAILURE_TABLE, INDICATOR_TABLE, QUALITY_TABLE, ROWS, WHOLE_VISIT
from assessment.cohort.sessions import CohortSession
from assessment.cohort.wide import VISITS, WideColumns, wide_rows
from models.errors import SettingsError

# About 200,000 rows of indicators: what DuckDB likes a row group to be, and 100 MB of memory.
VISITS_PER_CHUNK = 256
# Thousands of columns in many small row groups would make the table's index larger than the table.
CHUNKS_PER_WIDE_GROUP = 16


def write_tables(folder: CohortFolder, sessions: Sequence[CohortSession]) -> None:
    """Write indicators, wide, quality and failures of a cohort; older tables are replaced when the new ones are whole.

    Parameters
    ----------
    folder : CohortFolder
        Every visit is concluded: it has results or a failure. Where it has both, results are older and do not count.
    sessions : sequence of CohortSession
        In the order that rows are to have.

    Raises
    ------
    SettingsError
        A visit is not concluded, its results cannot be read, units disagree between visits, or a table cannot be
        written.
    """
    with ExitStack() as stack:
        paths = {name: stack.enter_context(replaced_when_whole(folder.table(name))) for name in _TABLES}
        visits_path = stack.enter_context(_for_now(folder.path / ".visits.arrow"))
        columns = WideColumns()
        with (
            _parquet(paths["indicators"], INDICATOR_TABLE) as indicators,
            _parquet(paths["quality"], QUALITY_TABLE) as quality,
            _parquet(paths["failures"], FAILURE_TABLE) as failures,
            pa.ipc.new_stream(visits_path, VISITS, options=pa.ipc.IpcWriteOptions(compression="zstd")) as seen,
        ):
            for chunk in _chunks(sessions):
                visits, failed = _read(folder, chunk)
                indicators.write_table(_unfolded(visits, "indicators", INDICATOR_TABLE))
                quality.write_table(_unfolded(visits, "trials", QUALITY_TABLE))
                failures.write_table(pa.Table.from_pylist(failed, schema=FAILURE_TABLE))
                kept = visits.select(VISITS.names).replace_schema_metadata(VISITS.metadata)
                columns.add(kept)
                seen.write_table(kept)
        _write_wide(paths["wide"], visits_path, columns.schema)


_TABLES = ("indicators", "quality", "failures", "wide")


def _chunks(sessions: Sequence[CohortSession]) -> Iterator[Sequence[CohortSession]]:
    for start in range(0, len(sessions), VISITS_PER_CHUNK):
        yield sessions[start : start + VISITS_PER_CHUNK]


def _read(folder: CohortFolder, sessions: Sequence[CohortSession]) -> tuple[pa.Table, list[dict[str, Any]]]:
    """Visits with results, one row each with lists, and rows of the table of failures."""
    found, groups, failed = [], [], []
    for session in sessions:
        keys = {"participant": session.participant, "visit": session.visit, "group": session.group}
        results, failure = folder.session(session), folder.failure(session)
        if failure.exists() or not results.is_dir():
            failed.append(keys | _failure(failure, session))
            continue
        rows = read_session_rows(results, session).batch
        found.append(rows)
        groups.append(session.group)
        failed += [keys | failure for failure in rows["failures"][0].as_py()]
    visits = pa.Table.from_batches(found, ROWS).combine_chunks()
    return visits.append_column("group", pa.array(groups, pa.string())), failed


def _failure(path: Path, session: CohortSession) -> dict[str, Any]:
    try:
        failure = SessionFailure.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise SettingsError(
            f"{session.key} has neither results nor a failure that can be read.",
            hint="Run the cohort again into the same folder: what is done is kept, the rest is assessed.",
        ) from None
    return {
        "trial": WHOLE_VISIT,
        "stage": failure.stage,
        "kind": failure.error.kind,
        "reason": failure.error.message,
        "hint": failure.error.hint,
        "attempts": failure.attempts,
    }


def _unfolded(visits: pa.Table, lists: str, schema: pa.Schema) -> pa.Table:
    """One row an item of the lists, each with what is known of its visit."""
    items = pa.Table.from_struct_array(pc.list_flatten(visits[lists]))
    of_visit = visits.select([name for name in schema.names if name not in items.column_names])
    repeated = of_visit.take(pc.list_parent_indices(visits[lists]))
    columns = {name: repeated[name] for name in of_visit.column_names}
    columns |= {name: items[name] for name in items.column_names}
    return pa.table([columns[name] for name in schema.names], schema=schema)


def _write_wide(path: Path, visits_path: Path, schema: pa.Schema) -> None:
    """Unfold the values of every visit, now that all columns are known."""
    with _parquet(path, schema) as writer, pa.OSFile(str(visits_path)) as file, pa.ipc.open_stream(file) as seen:
        group: list[pa.Table] = []
        for batch in seen:
            group.append(wide_rows(pa.Table.from_batches([batch]), schema))
            if len(group) == CHUNKS_PER_WIDE_GROUP:
                writer.write_table(pa.concat_tables(group))
                group = []
        if group:
            writer.write_table(pa.concat_tables(group))


@contextmanager
def _parquet(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    # A dictionary helps words; measured values hardly repeat.
    words = [field.name for field in schema if pa.types.is_string(field.type)]
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=words) as writer:
        yield writer


@contextmanager
def _for_now(path: Path) -> Iterator[Path]:
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
