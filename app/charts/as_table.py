"""What charts show as numbers, for a spreadsheet."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from app.charts.spec import Band, Line, PlotSpec

COLUMNS = ["chart", "series", "x_axis", "y_axis", "x", "y", "low", "high", "origin", "quality", "synthetic"]


def csv(specs: list[PlotSpec]) -> bytes:
    """One row a point: chart, series, x, y; of a band its lower and upper end; how far it may be trusted.

    Gaps are left out.
    """
    parts = []
    for spec in specs:
        parts += [
            pd.DataFrame({**_shared(spec, line), "x": line.x, "y": line.y}).dropna(subset="y") for line in spec.lines
        ]
        parts += [
            pd.DataFrame({**_shared(spec, band), "x": band.x, "low": band.low, "high": band.high}).dropna(subset="low")
            for band in spec.bands
        ]
    table = pd.concat(parts) if parts else pd.DataFrame()
    return table.reindex(columns=COLUMNS).to_csv(index=False, float_format="%.6g").encode("utf-8")


def _shared(spec: PlotSpec, of: Line | Band) -> dict[str, object]:
    """What is the same in every row of one series."""
    trust = {} if of.trust is None else asdict(of.trust)
    return {"chart": spec.title, "x_axis": spec.x_title, "y_axis": spec.y_title, "series": of.name, **trust}
