"""What charts show as numbers, for a spreadsheet."""

from __future__ import annotations

import pandas as pd

from app.charts.spec import PlotSpec


def csv(specs: list[PlotSpec]) -> bytes:
    """One row a point: chart, series, x, y; of a band its lower and upper end. Gaps are left out."""
    parts = []
    for spec in specs:
        shared = {"chart": spec.title, "x_axis": spec.x_title, "y_axis": spec.y_title}
        parts += [
            pd.DataFrame({**shared, "series": line.name, "x": line.x, "y": line.y}).dropna(subset="y")
            for line in spec.lines
        ]
        parts += [
            pd.DataFrame({**shared, "series": band.name, "x": band.x, "low": band.low, "high": band.high}).dropna(
                subset="low"
            )
            for band in spec.bands
        ]
    columns = ["chart", "series", "x_axis", "y_axis", "x", "y", "low", "high"]
    table = pd.concat(parts) if parts else pd.DataFrame()
    return table.reindex(columns=columns).to_csv(index=False, float_format="%.6g").encode("utf-8")
