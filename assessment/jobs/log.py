"""A small technical log for support: which run's process ended how, and when. It holds ids and nothing of a person."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb

_ROOT = Path(__file__).resolve().parents[2]
_LARGEST_BYTES = 200_000


def write(home: Path, run_id: str, exit_code: int, seconds: float) -> None:
    """Write how a run's process ended; a log that cannot be written stops nothing."""
    _write(home, f"run {run_id} exit code {exit_code} after {seconds:.0f} s")


def write_defect(home: Path, run_id: str, error: BaseException) -> None:
    """Write the kind of an unexpected error and where it came from: neither its message nor any value is said."""
    frames = " < ".join(
        f"{_in_project(frame.filename)}:{frame.lineno}" for frame in reversed(extract_tb(error.__traceback__))
    )
    _write(home, f"run {run_id} {type(error).__module__}.{type(error).__qualname__} at {frames}")


def _in_project(filename: str) -> str:
    """From the project's or the library's folder on: what stands before it may name whose machine it is."""
    path = Path(filename)
    if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
        return path.relative_to(_ROOT).as_posix()
    return "/".join(path.parts[-3:])


def _write(home: Path, line: str) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    path = home / "logs" / "runs.log"
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        if path.exists() and path.stat().st_size > _LARGEST_BYTES:
            path.replace(path.with_suffix(".old.log"))
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{at} {line}\n")
