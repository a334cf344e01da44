"""What is shown while a session is assessed or downloaded."""

from __future__ import annotations

from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from assessment.assess import Progress as AssessProgress
from assessment.console import console
from pipeline import opencap_server


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


class DownloadProgress:
    """A bar that follows a download; notes of the client stay on screen."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn(), console=console,
            transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("Asking the server", total=None)

    def __enter__(self) -> DownloadProgress:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, news: opencap_server.Progress) -> None:
        """Show a piece of news."""
        if news.stage == "note":
            console.print(escape(news.text))
            return
        self._progress.update(
            self._task, description=escape(news.text), completed=news.done_bytes or 0, total=news.total_bytes
        )
