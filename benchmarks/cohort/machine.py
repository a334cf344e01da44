"""What two processes get out of this machine: cores of a shared or hyper-threaded one are not two whole ones."""

from __future__ import annotations

import subprocess
import sys
import time

# As the work of a worker: small matrices, one thread.
_WORK = """
import os
os.environ["OMP_NUM_THREADS"] = "1"
import time, numpy as np
a = np.random.default_rng(0).normal(size=(400, 33, 33)); n = 0; end = time.perf_counter() + {seconds}
while time.perf_counter() < end:
    np.linalg.solve(a, a[:, :, :1]); np.einsum("nij,njk->nik", a, a); n += 1
print(n)
"""


def parallel_efficiency(seconds: float = 10.0, turns: int = 3) -> float:
    """Work of two processes at once, over twice the work of one alone; the turns alternate."""
    alone, both = 0.0, 0.0
    for _ in range(turns):
        alone += _work_done(1, seconds)
        both += _work_done(2, seconds)
        time.sleep(1.0)
    return both / (2.0 * alone)


def _work_done(count: int, seconds: float) -> float:
    command = [sys.executable, "-c", _WORK.format(seconds=seconds)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]  # noqa: S603
    return float(sum(int(process.communicate()[0]) for process in processes))
