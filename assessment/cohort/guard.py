"""Limits of time and memory, kept inside the worker process itself: the same on one machine and on a cluster."""

from __future__ import annotations

import errno
import faulthandler
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from assessment.workers import unexpected
from models.errors import DiskFullError, SarcoscopeError, WorkerError

Result = TypeVar("Result")

# First words of what `faulthandler` writes when a process is over its time, and when it crashes.
_OVERDUE, _CRASHED = "Timeout (", "Fatal Python error: "
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Limits:
    """What one piece of work may take.

    Attributes
    ----------
    time_s : float
    memory_gb : float
        On top of what the process holds when the work begins. Kept on Linux; other systems do not enforce it.
    """

    time_s: float
    memory_gb: float


DEFAULT_LIMITS = Limits(time_s=600.0, memory_gb=4.0)
"""A trial of a minute takes seconds and some hundred MB."""


def guarded(work: Callable[..., Result], task: Any, limits: Limits, trace: Path) -> Result | SarcoscopeError:
    """Do a piece of work in this process, within its limits; errors come back as values.

    A process that is over its time, or crashes, ends: what it was doing stays in the trace, by file, line and function
    and without any value.

    Parameters
    ----------
    work : callable
        Takes the task.
    trace : Path
        A file of this piece of work alone, gone when it comes back; `why_lost` reads it when it does not.
    """
    import assessment.loaded_in_workers  # noqa: F401 - once a process, on one thread, kept out of garbage collection

    with trace.open("w", encoding="utf-8") as file:
        faulthandler.enable(file)
        # A thread outside Python's own: it ends the process even where a library never comes back.
        faulthandler.dump_traceback_later(limits.time_s, exit=True, file=file)
        try:
            with _memory_within(limits.memory_gb):
                return work(task)
        except SarcoscopeError as error:
            return error
        except MemoryError:
            return too_large(limits)
        except OSError as error:
            if error.errno == errno.ENOMEM:
                return too_large(limits)
            return disk_full() if is_full(error) else unexpected(error)
        except Exception as error:
            return unexpected(error)
        finally:
            faulthandler.cancel_dump_traceback_later()
            faulthandler.disable()
            trace.unlink(missing_ok=True)


def why_lost(told: str, limits: Limits) -> WorkerError:
    """Why a worker process ended in the middle of its work.

    Parameters
    ----------
    told : str
        What its trace holds; empty where it left none.
    """
    if _OVERDUE in told:
        return WorkerError(
            f"The work did not finish within {limits.time_s:g} s and was stopped.",
            hint="Cut the recording to the movement itself, or allow more time (--time-limit-s), and run again.",
        )
    signal = told.partition(_CRASHED)[2].partition("\n")[0]
    return WorkerError(
        f"The worker process ended unexpectedly ({signal or 'no trace: ended from outside, as for lack of memory'}).",
        hint="Look at the log for where it stopped. Its files or the machine's memory are the likely cause; "
        "fewer --workers leave more memory for each.",
    )


def too_large(limits: Limits) -> WorkerError:
    """The work asked for more memory than it may have."""
    return WorkerError(
        f"The work needs more than {limits.memory_gb:g} GB of memory and was stopped.",
        hint="Cut the recording to the movement itself, or allow more memory (--memory-limit-gb), and run again.",
    )


def is_full(error: OSError) -> bool:
    """Whether there is no space left on the disk, or not for this user."""
    return error.errno in _FULL


def disk_full() -> DiskFullError:
    """Nothing can be written any more."""
    return DiskFullError(
        "The disk of the cohort's folder is full.",
        hint="Make space there and give the same command again: what is done is kept.",
    )


@contextmanager
def _memory_within(memory_gb: float) -> Iterator[None]:
    """Let this process's data grow by so much and no more: what asks for more gets a `MemoryError`."""
    if sys.platform != "linux":
        yield
        return
    import resource  # there is none on Windows

    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_data_bytes() + int(memory_gb * 2**30), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _data_bytes() -> int:
    """What the kernel counts against the limit now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmData:"))
