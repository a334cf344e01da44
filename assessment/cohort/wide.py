"""The wide table of a cohort: one row a visit, one column a measured value, for every visit the same columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assessment.cohort.schemas import (
    CRITERION_PREFIX,
    LABEL_SUFFIX,
    PERSON,
    QUALITY_SUFFIX,
    ROWS,
    SE_SUFFIX,
    measured_columns,
    table_schema,
    wide_schema,
)
from assessment.criteria.verdicts import Verdict
from models.errors import SettingsError
from pipeline.quality import Mark

VISITS = table_schema(*PERSON, ROWS.field("values"), ROWS.field("criteria"))
"""What the wide table is made of: one row a visit, with lists."""
_MARKS = pa.array([mark.value for mark in Mark])
_VERDICTS = pa.array([verdict.value for verdict in Verdict])


class WideColumns:
    """Which columns the wide table has: known only when every visit was seen."""

    def __init__(self) -> None:
        self._units: dict[str, str] = {}
        self._criteria: set[str] = set()

    def add(self, visits: pa.Table) -> None:
        """Take note of what these visits have.

        Raises
        ------
        SettingsError
            Two visits give one value in different units.
        """
        found = _items(visits["values"]).select(["column", "unit"]).group_by(["column", "unit"]).aggregate([])
        for column, unit in zip(found["column"].to_pylist(), found["unit"].to_pylist(), strict=True):
            known = self._units.setdefault(column, unit)
            if known != unit:
                raise SettingsError(
                    f"The units of {column} disagree between visits: {', '.join(sorted((known, unit)))}.",
                    hint="Assess all visits with the same version of the program.",
                )
        self._criteria |= set(pc.unique(_items(visits["criteria"])["column"]).to_pylist())

    @property
    def schema(self) -> pa.Schema:
        """Schema of the table; columns by name, so that their order does not depend on who came first."""
        return wide_schema(dict(sorted(self._units.items())), sorted(self._criteria))


def wide_rows(visits: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows of these visits in the wide table.

    Parameters
    ----------
    visits : Table
        As `VISITS` says.
    schema : Schema
        Of the wide table.
    """
    known = {name: visits[name] for name in visits.column_names if name in schema.names}
    values = measured_columns(schema)
    places, items = _places(visits["values"], values)
    shape = (len(values), len(visits))
    for field, suffix in (("value", ""), ("standard_error", SE_SUFFIX)):
        numbers = np.full(shape, np.nan)
        numbers[places] = items[field].to_numpy()
        known |= {f"{name}{suffix}": pa.array(row, from_pandas=True) for name, row in zip(values, numbers, strict=True)}
    known |= _texts(items["quality"], places, [f"{name}{QUALITY_SUFFIX}" for name in values], len(visits), _MARKS)
    criteria = [name.removesuffix(LABEL_SUFFIX) for name in schema.names if _is_label(name)]
    places, items = _places(visits["criteria"], criteria)
    known |= _texts(items["verdict"], places, criteria, len(visits), _VERDICTS)
    labels = pc.unique(items["label"])
    known |= _texts(items["label"], places, [f"{name}{LABEL_SUFFIX}" for name in criteria], len(visits), labels)
    return pa.table([known[name] for name in schema.names], schema=schema)


def _is_label(name: str) -> bool:
    return name.startswith(CRITERION_PREFIX) and name.endswith(LABEL_SUFFIX)


def _items(lists: pa.ChunkedArray) -> pa.Table:
    """What is in the lists of all visits, one after the other."""
    return pa.Table.from_struct_array(pc.list_flatten(lists))


def _places(lists: pa.ChunkedArray, columns: list[str]) -> tuple[tuple[np.ndarray, np.ndarray], pa.Table]:
    """Column and visit of every item, and the items."""
    items = _items(lists)
    of_column = pc.index_in(items["column"], value_set=pa.array(columns, pa.string())).to_numpy()
    return (of_column, pc.list_parent_indices(lists).to_numpy()), items


def _texts(
    texts: pa.ChunkedArray, places: tuple[np.ndarray, np.ndarray], columns: list[str], n_visits: int, words: pa.Array
) -> dict[str, pa.Array]:
    """One column each of texts that are one of a few words; null where there is none."""
    codes = np.full((len(columns), n_visits), -1, dtype=np.int32)
    codes[places] = pc.index_in(texts, value_set=words).to_numpy()
    return {name: words.take(pa.array(row, mask=row < 0)) for name, row in zip(columns, codes, strict=True)}
