"""What every worker process needs; importing this loads it (see `assessment.workers`)."""

from __future__ import annotations

from importlib import import_module

from assessment.one_thread import one_thread

one_thread()
for _module in ("assessment.scaling_task", "assessment.trial"):
    import_module(_module)
