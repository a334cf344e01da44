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
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607
        capture_output=True, text=True, check=False, cwd=RESULTS.parent,
    ).stdout.strip()  # fmt: skip
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=no"],  # noqa: S607
        capture_output=True, text=True, check=False, cwd=RESULTS.parent,
    ).stdout.strip().splitlines()  # fmt: skip
    # Other benchmarks' results may be fresh and uncommitted; anything else means that this is not the commit's code.
    dirty = any("benchmarks/results/" not in line for line in changed)
    record = {
        "figures": figures,
        "commit": (commit or "unknown") + (" with uncommitted changes" if dirty else ""),
        "machine": f"{platform.machine()} {platform.system()}, {os.cpu_count()} CPU, "
        f"Python {platform.python_version()}, OpenSim {version('opensim')}",
        "date": datetime.now(UTC).date().isoformat(),
    }
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(record, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return path
