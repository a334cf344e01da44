"""Before a run: what a session's recordings are like, and what stands in the way of assessing it.

`look_at` reads the recordings once; `preflight` turns them, with what is known of the person and what was set, into
checks. The app and `python -m assessment check` show the same.
"""

from assessment.preflight.checks import preflight
from assessment.preflight.levels import LEVELS, Check, Level, may_run
from assessment.preflight.recordings import Recorded, look_at

__all__ = ["LEVELS", "Check", "Level", "Recorded", "look_at", "may_run", "preflight"]
