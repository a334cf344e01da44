"""The order in which a clinic looks at indicators."""

from __future__ import annotations

from app.findings.tiles import ORDER


def rank(indicator: str, activity: str) -> int:
    """Place of an indicator of a movement (``sit-to-stand/five-times``); those without one come last."""
    movement = activity.partition("/")[0]
    places = (
        place for place, (name, movements) in enumerate(ORDER)
        if name == indicator and (not movements or movement in movements)
    )  # fmt: skip
    return next(places, len(ORDER))


def is_first_looked_at(indicator: str, activity: str) -> bool:
    """Whether it has a place."""
    return rank(indicator, activity) < len(ORDER)
