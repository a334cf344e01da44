"""Where a benchmark's figures are kept: with the commit, the machine and the date they were made on."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def save(name: str, figures: dict[str, Any]) -> Path:
    """Write ``results/NAME.json`` and return its path."""
    path = RESULTS / f"{name}.json"
    text = json.dumps({"figures": figures} | made_by(), indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def made_by() -> dict[str, str]:
    """The commit of the code, the machine and the date."""
    commit = _git("rev-parse", "HEAD").strip()
    # Other benchmarks' results may be fresh and uncommitted; anything else means that this is not the commit's code.
    changed = _git("status", "--porcelain", "--untracked-files=no").strip().splitlines()
    dirty = any("benchmarks/results/" not in line for line in changed)
    return {
        "commit": (commit or "unknown") + (" with uncommitted changes" if dirty else ""),
        "machine": f"{platform.machine()} {platform.system()}, {os.cpu_count()} CPU, "
        f"Python {platform.python_version()}, OpenSim {version('opensim')}",
        "date": datetime.now(UTC).date().isoformat(),
    }


def _git(*arguments: str) -> str:
    return subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        capture_output=True, text=True, check=False, cwd=RESULTS.parent,
    ).stdout  # fmt: skip
