"""Which movement a trial shows, from the motion itself (`recognition`), with the trial's name as a hint."""

from __future__ import annotations

from assessment.activities.hints import hinted_activity
from assessment.activities.names import ACTIVITY_NAMES, VARIANTS, Activity, ActivityName, parse_choice

__all__ = [
    "ACTIVITY_NAMES",
    "VARIANTS",
    "Activity",
    "ActivityName",
    "hinted_activity",
    "parse_choice",
]
