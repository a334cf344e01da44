"""Runs outside the app: a runner takes queued runs from the store and gives each a process of its own.

`table` is what both read and write, `child` does one run, `runner` starts children, `ensure_runner` starts a runner
where none is. App and runner meet in the store only: either may be restarted without the other noticing.
"""

from assessment.jobs.start import ensure_runner

__all__ = ["ensure_runner"]
