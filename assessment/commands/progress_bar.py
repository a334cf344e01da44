"""What is shown while a session is assessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from assessment.console import console

if TYPE_CHECKING:
    from assessment.assess import Progress as AssessProgress


class SessionProgress:
    """A bar that follows one session; a context manager whose `update` takes the news of `assess`."""

    def __init__(self, session: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(), console=console, transient=True,
        )  # fmt: skip
        self._session = session
        self._task: TaskID | None = None

    def __enter__(self) -> SessionProgress:
        self._progress.start()
        self._task = self._progress.add_task(escape(f"{self._session}: reading"), total=1)
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, news: AssessProgress) -> None:
        """Show a piece of news."""
        assert self._task is not None  # noqa: S101 - set on entering
        self._progress.update(
            self._task, description=escape(f"{self._session}: {news.stage}"), completed=news.done, total=news.total
        )
        if news.trial is not None:
            console.print(f"  {'[red]failed[/]' if news.failed else '[green]done[/]  '} {escape(news.trial)}")
