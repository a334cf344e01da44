"""A runner of made-up work: `python -m tests.assessment.jobs.made_up_runner IDLE_S SILENT_AFTER_S LOCK`."""

from __future__ import annotations

import os
import sys

from assessment.jobs.runner import Runner, main
from assessment.jobs.silence import Silence
from assessment.store import open_store
from tests.assessment.jobs.made_up_work import COMMAND


def command(idle_s: float = 30.0, silent_after_s: float = 60.0) -> list[str]:
    """Command for `ensure_runner`."""
    return [sys.executable, "-m", "tests.assessment.jobs.made_up_runner", str(idle_s), str(silent_after_s)]


if __name__ == "__main__":
    store = open_store()
    with (store.home / "runners").open("a") as pids:
        pids.write(f"{os.getpid()}\n")
    main(int(sys.argv[3]), Runner(store, COMMAND, Silence(float(sys.argv[2]))), idle_s=float(sys.argv[1]))
