"""How far a cohort is, while it runs: a live view in a terminal, a line every half minute elsewhere."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable

from rich.console import Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.text import Text

from assessment.cohort.failures import SessionFailure
from assessment.console import console

PLAIN_EVERY_S = 30.0
WINDOW_S = 300.0
"""The rate is that of the last five minutes: it follows a change of load, and one slow visit does not shake it."""

_FAILURES_SHOWN = 3


class CohortProgress:
    """Follows a cohort; a context manager. Its methods may be called from any thread.

    Parameters
    ----------
    total : int
        Visits of the cohort.
    already_done, already_failed : int
        Of these, results of an earlier run that hold, and failures that are not tried again.
    at_once : int
        Visits that are at work at the same time. They end at about the same time too: before so many have, nothing
        that can be counted is a rate.
    now : callable
        Clock [s], replaceable in tests.
    """

    def __init__(
        self,
        total: int,
        already_done: int = 0,
        already_failed: int = 0,
        *,
        at_once: int = 1,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total, self._before, self._at_once, self._now = total, already_done, at_once, now
        self._done, self._failed = already_done, already_failed
        self._started = now()
        self._done_at: deque[float] = deque()
        self._stages: dict[str, str] = {}
        self._failures: deque[str] = deque(maxlen=_FAILURES_SHOWN)
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._live: Live | None = None
        self._teller: threading.Thread | None = None

    def __enter__(self) -> CohortProgress:
        self._started = self._now()
        if console.is_terminal:
            self._live = Live(
                get_renderable=self.view, console=console, refresh_per_second=2, transient=True, redirect_stdout=False
            )
            self._live.start()
        else:
            self._teller = threading.Thread(target=self._tell, daemon=True)
            self._teller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._live is not None:
            self._live.stop()
        if self._teller is not None:
            self._teller.join()
        console.print(self.line())

    def stage(self, key: str, stage: str) -> None:
        """A visit has come to a stage: ``reading``, ``scaling``, ``trials`` and the like."""
        with self._lock:
            self._stages[key] = stage

    def session_done(self, key: str) -> None:
        """A visit has its results."""
        with self._lock:
            self._done += 1
            self._done_at.append(self._now())
            self._stages.pop(key, None)

    def session_failed(self, failure: SessionFailure) -> None:
        """A visit has none."""
        key = f"{failure.participant}/{failure.visit}"
        text = f"{key} failed ({failure.stage}): {failure.error.message}"
        with self._lock:
            self._failed += 1
            self._failures.append(text)
            self._stages.pop(key, None)
        if self._live is None:
            console.print(escape(text))

    def note(self, text: str) -> None:
        """Say something that stays on the screen."""
        console.print(f"[yellow]note:[/] {escape(text)}")

    def line(self) -> str:
        """All in one line."""
        with self._lock:
            left = self._total - self._done - self._failed
            parts = [
                f"{self._done} of {number_of('visit', self._total)} done",
                f"{self._failed} failed",
                f"{left} left",
            ]
            if self._before:
                parts[0] += f" ({self._before} before)"
            per_minute = self.per_minute()
            if per_minute is not None:
                parts.append(f"{per_minute:.3g} visits/min")
                if left:
                    parts.append(f"about {in_words(60.0 * left / per_minute)} left")
            return ", ".join(parts) + "."

    def per_minute(self) -> float | None:
        """Visits a minute that were assessed lately; None while too few were, and after a long silence.

        Those that failed do not count: many fail at once, which says nothing of how long the others take.
        """
        with self._lock:
            now = self._now()
            while self._done_at and self._done_at[0] < now - WINDOW_S:
                self._done_at.popleft()
            elapsed = min(now - self._started, WINDOW_S)
            known = self._done_at and self._done - self._before >= self._at_once and elapsed > 0.0
            return 60.0 * len(self._done_at) / elapsed if known else None

    def running(self) -> str:
        """How many visits are at which stage, in words; empty where nothing runs."""
        with self._lock:
            return ", ".join(f"{count} {stage}" for stage, count in Counter(self._stages.values()).items())

    def view(self) -> Group:
        """What the live view shows."""
        with self._lock:
            ended, running, failures = self._done + self._failed, self.running(), list(self._failures)
        bar = ProgressBar(total=max(self._total, 1), completed=ended, width=60)
        rows: list[RenderableType] = [bar, Text(self.line()), Text(f"running: {running or 'nothing'}", style="dim")]
        return Group(*rows, *(Text(text, style="red", no_wrap=True, overflow="ellipsis") for text in failures))

    def _tell(self) -> None:
        while not self._over.wait(PLAIN_EVERY_S):
            running = self.running()
            console.print(escape(f"{self.line()}{f' Running: {running}.' if running else ''}"), soft_wrap=True)


def number_of(what: str, n: int) -> str:
    """A number and what it counts, as people say them: ``1 visit``, ``2 visits``."""
    return f"{n} {what}{'' if n == 1 else 's'}"


def in_words(seconds: float) -> str:
    """A duration as people say it: ``40 s``, ``12 min``, ``3 h 05 min``, ``2 days 4 h``."""
    if seconds < 90.0:
        return f"{seconds:.2g} s"
    minutes = round(seconds / 60.0)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{minutes // 1440} days {minutes % 1440 // 60} h"
