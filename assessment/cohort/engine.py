"""Where the work of a cohort is done: one worker process beside this one; `ray_engine` has many, also elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

from pebble import ProcessExpired

from assessment.cohort.guard import Limits, guarded
from assessment.workers import worker_pool


class Engine(Protocol):
    """Does pieces of work in processes that may crash without harm to any other.

    Attributes
    ----------
    n_workers : int
        Pieces of work at once.
    has_gpu : bool
        Accelerated work is done on a GPU.
    lost : tuple of exception types
        What a future raises whose process ended in the middle of the work.
    """

    n_workers: int
    has_gpu: bool
    lost: tuple[type[BaseException], ...]

    def submit(
        self, work: Callable[..., Any], task: Any, limits: Limits, trace: Path, *, accelerated: bool = False
    ) -> Future[Any]:
        """Begin ``work(task)`` within limits (see `assessment.cohort.guard.guarded`) as soon as a worker is free.

        Parameters
        ----------
        accelerated : bool
            The work gains from a GPU: it is done where there is one.
        """
        ...

    def close(self) -> None:
        """End all workers, and what they are at; once they have ended, this does nothing."""
        ...


class SerialEngine:
    """One worker process, one piece of work after the other, without Ray; see `Engine`."""

    def __init__(self) -> None:
        self.n_workers, self.has_gpu = 1, False
        self.lost: tuple[type[BaseException], ...] = (ProcessExpired,)
        self._pool = worker_pool(1)

    def submit(
        self,
        work: Callable[..., Any],
        task: Any,
        limits: Limits,
        trace: Path,
        *,
        accelerated: bool = False,  # noqa: ARG002 - there is one worker
    ) -> Future[Any]:
        """As `Engine.submit`."""
        future: Future[Any] = self._pool.schedule(guarded, args=(work, task, limits, trace))
        return future

    def close(self) -> None:
        """As `Engine.close`."""
        self._pool.stop()
        self._pool.join()
