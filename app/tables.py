"""Rows of tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd


def records(table: pd.DataFrame) -> Iterator[Any]:
    """Rows, with an attribute a column; missing numbers are None."""
    plain = table.astype(object).where(table.notna(), None)
    yield from plain.itertuples(index=False)


def groups(table: pd.DataFrame, by: str | list[str]) -> Iterator[tuple[Any, pd.DataFrame]]:
    """Rows that have a column, or several, in common, in the order in which they come."""
    yield from table.groupby(by, sort=False)
