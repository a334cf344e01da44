"""A small technical log for support: which run's process ended how, and when. It holds ids and nothing of a person."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

_LARGEST_BYTES = 200_000


def write(home: Path, run_id: str, exit_code: int, seconds: float) -> None:
    """Write a line; a log that cannot be written stops nothing."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    path = home / "logs" / "runs.log"
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        if path.exists() and path.stat().st_size > _LARGEST_BYTES:
            path.replace(path.with_suffix(".old.log"))
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{at} run {run_id} exit code {exit_code} after {seconds:.0f} s\n")
