"""Units and marker names as the file formats share them."""

from __future__ import annotations

METRES_PER_UNIT = {"m": 1.0, "cm": 0.01, "mm": 0.001}


def plain_marker_name(name: str) -> str:
    """Marker name without the subject's (``Name:LASI`` -> ``LASI``)."""
    return name.rpartition(":")[2].strip()
