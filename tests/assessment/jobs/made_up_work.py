"""What runs do in tests instead of an assessment: `python -m tests.assessment.jobs.made_up_work RUN_ID`.

The file ``what`` in the home of the store says which; ``pids`` is where the processes of a run write who they are.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from assessment.jobs.child import Heart, do_run
from assessment.store import Store
from tests.app.made_up import made_up

COMMAND = (sys.executable, "-m", "tests.assessment.jobs.made_up_work")


def work(store: Store, run_id: str, heart: Heart) -> Path:
    """Do what the file says."""
    with (store.home / "pids").open("a") as pids:
        pids.write(f"{os.getpid()}\n")
    what = (store.home / "what").read_text()
    heart.stages.tell("walk", "indicators")
    heart.stage = "trials"
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "with workers":
        worker = subprocess.Popen(["/bin/sleep", "600"])
        with (store.home / "pids").open("a") as pids:
            pids.write(f"{worker.pid}\n")
    while what in ("wait", "with workers") and not (store.home / "go").exists():
        time.sleep(0.05)
    return made_up(heart.folder / "results", gait_speed=(1.1, 0.05))


if __name__ == "__main__":
    sys.exit(do_run(sys.argv[1], work))
