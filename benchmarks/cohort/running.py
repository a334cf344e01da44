"""Runs of the command `cohort`, watched from outside: when each visit was done, and the memory of all its processes."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

SAMPLE_S = 2.0
# Before that share of the visits libraries load and memory fills for the first time.
WARM_SHARE = 0.2


@dataclass(frozen=True)
class Watched:
    """What a run took.

    Attributes
    ----------
    seconds : float
        On the clock, from the command to its end: start, tables and report included.
    n_visits : int
    memory_mb : tuple of (float, float)
        Seconds since the start, and memory of the command and all processes below it, shared pages counted once [MB].
    cpu_s : dict of str to float
        Seconds of cores used, as far as processes were seen alive: by the command itself, its workers, and Ray.
    returned : int
        Exit code.
    """

    seconds: float
    n_visits: int
    memory_mb: tuple[tuple[float, float], ...]
    cpu_s: dict[str, float]
    returned: int

    @property
    def per_minute(self) -> float:
        """Visits a minute, end to end."""
        return 60.0 * self.n_visits / self.seconds

    @property
    def memory_growth(self) -> float:
        """Median of the last fifth of the run over that of the fifth after warming up."""
        kept = [mb for at, mb in self.memory_mb if at >= WARM_SHARE * self.seconds]
        fifth = max(1, len(kept) // 4)
        return float(np.median(kept[-fifth:]) / np.median(kept[:fifth])) if kept else float("nan")

    @property
    def most_memory_mb(self) -> float:
        """Most that was used at once."""
        return max((mb for _, mb in self.memory_mb), default=float("nan"))


def watched(command: Sequence[str], n_visits: int, *, stop: Callable[[], bool] | None = None) -> Watched:
    """Run a command and watch it.

    Parameters
    ----------
    stop : callable, optional
        Asked again and again; once it is true the command, and nothing else, is killed (SIGKILL).
    """
    began_s = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    samples: list[tuple[float, float]] = []
    used_s: dict[int, tuple[str, float]] = {}
    over = threading.Event()

    def sample() -> None:
        while not over.wait(SAMPLE_S):
            samples.append((time.perf_counter() - began_s, _memory_mb(process.pid, used_s)))

    watcher = threading.Thread(target=sample)
    watcher.start()
    try:
        while process.poll() is None:
            if stop is not None and stop():
                process.kill()
            time.sleep(0.2)
    finally:
        over.set()
        watcher.join()
    return Watched(time.perf_counter() - began_s, n_visits, tuple(samples), _by_kind(used_s), process.returncode)


def cohort_command(manifest: Path, out: Path, *options: str) -> list[str]:
    """Return the command line of a cohort's run."""
    return [sys.executable, "-m", "assessment", "cohort", str(manifest), "--out", str(out), *options]


def _memory_mb(pid: int, used_s: dict[int, tuple[str, float]]) -> float:
    """Memory of a process and all below it [MB]; notes the kind of each and the seconds of cores it has used."""
    total = 0
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        for one in (parent, *parent.children(recursive=True)):
            with suppress(psutil.Error, IndexError):
                # Pages that several processes share are counted in parts.
                total += one.memory_full_info().pss
                times = one.cpu_times()
                kind = "command" if one.pid == pid else "workers" if one.cmdline()[0].startswith("ray::") else "ray"
                used_s[one.pid] = kind, times.user + times.system
    return total / 2**20


def _by_kind(used_s: dict[int, tuple[str, float]]) -> dict[str, float]:
    return {
        kind: sum(seconds for found, seconds in used_s.values() if found == kind)
        for kind in ("command", "workers", "ray")
    }
