"""Raw markers in, usable markers out: faults found, repaired where safe, and reported."""

from pipeline.preparation.anatomy import estimate_floor_m
from pipeline.preparation.filters import apply_filter
from pipeline.preparation.findings import MarkerFinding
from pipeline.preparation.gaps import fill_gaps
from pipeline.preparation.repair import PreparedMarkers, prepare_markers

__all__ = [
    "MarkerFinding",
    "PreparedMarkers",
    "apply_filter",
    "estimate_floor_m",
    "fill_gaps",
    "prepare_markers",
]
