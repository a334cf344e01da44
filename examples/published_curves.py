"""Published mean joint angles, as tables (each names its source in its head)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TABLES = Path(__file__).parent / "published"


@cache
def published(movement: str) -> dict[str, NDArray[np.float64]]:
    """Columns of a table: ``percent`` of the movement, and angles in degrees."""
    table = pd.read_csv(TABLES / f"{movement}.csv", comment="#")
    return {column: table[column].to_numpy(dtype=float) for column in table.columns}
