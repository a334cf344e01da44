"""Worker processes: OpenSim can abort a whole process, so nothing of it runs in the caller's.

`pebble` gives what the standard pool does not: a crashed or overdue task fails alone, the others go on.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures import TimeoutError as OverdueError
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from assessment.one_thread import one_thread
from models.errors import SarcoscopeError, WorkerError

Result = TypeVar("Result")

# An hour of walking takes minutes; a trial that takes longer hangs.
TRIAL_TIME_LIMIT_S = 1800.0


def _context() -> multiprocessing.context.BaseContext:
    """How worker processes come into being.

    A forked copy of a process that already holds OpenSim's or torch's threads can dead-lock: workers never come from
    the caller. On Linux they are copies of a process that has loaded the libraries and started nothing, so that three
    seconds of loading are spent once and not by every worker; elsewhere each begins from scratch.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["assessment.loaded_in_workers"])
    return context


def worker_pool(count: int) -> ProcessPool:
    """Return a pool of so many processes that have the libraries loaded, on one thread each."""
    return ProcessPool(max_workers=count, context=_context(), initializer=one_thread)


def default_workers() -> int:
    """As many workers as this process may use cores."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


class Workers:
    """A pool of processes for a run; use as a context manager.

    Parameters
    ----------
    count : int
        Number of worker processes.
    """

    def __init__(self, count: int) -> None:
        self._pool = worker_pool(count)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._pool.stop()
        else:
            self._pool.close()
        self._pool.join()

    def run(self, work: Callable[..., Result], *args: Any, limit_s: float = TRIAL_TIME_LIMIT_S) -> Result:
        """Run one piece of work in a worker and wait for it."""
        ((_, outcome),) = self.run_all(work, [args], limit_s=limit_s)
        if isinstance(outcome, SarcoscopeError):
            raise outcome
        return outcome

    def run_all(
        self, work: Callable[..., Result], tasks: Sequence[tuple[Any, ...]], *, limit_s: float = TRIAL_TIME_LIMIT_S
    ) -> Iterator[tuple[int, Result | SarcoscopeError]]:
        """Run ``work(*task)`` for every task; yield (index, result or error) in the order they finish.

        A crashed or overdue worker becomes a `WorkerError` of its task alone; an unexpected exception too, with its
        type named and nothing of the data.
        """
        index_of: dict[Future[Any], int] = {
            self._pool.schedule(work, args=task, timeout=limit_s): i for i, task in enumerate(tasks)
        }
        for future in as_completed(index_of):
            yield index_of[future], _outcome(future.result, limit_s)


def _outcome(result: Callable[[], Result], limit_s: float) -> Result | SarcoscopeError:
    try:
        return result()
    except SarcoscopeError as error:
        return error
    except OverdueError:
        return WorkerError(
            f"The work did not finish within {limit_s:g} s and was stopped.",
            hint="Cut the trial to the movement itself and run it again.",
        )
    except ProcessExpired as error:
        return WorkerError(
            f"The worker process ended unexpectedly (exit code {error.exitcode}).",
            hint="Run the trial again; if it happens again, its files or the machine's memory are the likely cause.",
        )
    except Exception as error:
        return unexpected(error)


def unexpected(error: BaseException) -> WorkerError:
    """An error that nobody foresaw, by its kind and place; its text is left out, it could hold data."""
    return WorkerError(
        f"An unexpected {type(error).__name__} stopped the work.",
        hint="This is a defect of Sarcoscope: please report it with what was run and the kind of the error.",
        detail=_place(error),
    )


def _place(error: BaseException) -> str:
    """File and line where an unexpected error arose; its text is left out, it could hold data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    remote = str(getattr(error, "traceback", "")).strip().splitlines()
    lines = [line.strip() for line in remote if line.strip().startswith("File ")]
    if lines:
        return lines[-1]
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "unknown"
