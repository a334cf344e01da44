"""The tables of `rl_scaling/data`: every figure of people, movements and marker errors, with where it comes from."""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parents[1] / "data"


@cache
def read_rows(table: str) -> tuple[dict[str, str], ...]:
    """Rows of one CSV table as text; lines that begin with ``#`` say where it comes from."""
    with (DATA / table).open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(line for line in file if not line.startswith("#")))


@cache
def read_levels(table: str) -> dict[str, Any]:
    """One TOML table."""
    with (DATA / table).open("rb") as file:
        return tomllib.load(file)


@cache
def published_curve(movement: str) -> dict[str, NDArray[np.float64]]:
    """Columns of a published curve of ``data/curves``: ``percent`` of the movement, and angles [deg]."""
    rows = read_rows(f"curves/{movement}.csv")
    return {column: np.array([float(row[column]) for row in rows]) for column in rows[0]}
