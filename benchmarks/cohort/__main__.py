"""``python -m benchmarks.cohort``: how fast, how flat, how far and how safely cohorts are assessed, on two cores.

All sessions are synthetic (`python -m assessment synthesise`): standing, five-times sit-to-stand and a walk at 60 Hz.
Parts can be run alone (``--part``); their figures replace the older ones of that part in results/cohort.json, which
names the commit of each.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.cohort.faults import fault_figures
from benchmarks.cohort.machine import parallel_efficiency
from benchmarks.cohort.nodes import node_figures
from benchmarks.cohort.running import Watched, cohort_command, watched
from benchmarks.saving import RESULTS, made_by, save

SEED, AGE = 7, "65-90"
N_SPEED, N_GROWTH, N_PAIR, N_NODES, N_FAULTS = 200, 1000, 96, 16, 240
LEAST_PER_MINUTE, LEAST_EFFICIENCY, MOST_BEND = 20.0, 0.85, 0.10


def main() -> None:
    """Run the parts, print and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=list(PARTS), action="append", help="only this part; may be repeated")
    parser.add_argument("--sessions", type=Path, help="folder of synthetic sessions, made there when it is missing")
    given = parser.parse_args()
    parts = given.part or list(PARTS)
    with tempfile.TemporaryDirectory(prefix="cohort-") as scratch:
        sessions = given.sessions or Path(scratch) / "sessions"
        n = N_GROWTH if "growth" in parts else N_FAULTS
        _synthesise(sessions, n)
        saved = RESULTS / "cohort.json"
        figures: dict[str, Any] = json.loads(saved.read_text("utf-8"))["figures"] if saved.exists() else {}
        for part in parts:
            folder = Path(scratch) / part
            folder.mkdir()
            figures[part] = PARTS[part](sessions, folder, figures) | made_by()
            print(f"{part}: {json.dumps(figures[part], indent=2)}", flush=True)
            save("cohort", figures)


def _speed(sessions: Path, folder: Path, _: dict[str, Any]) -> dict[str, Any]:
    """200 sessions on two workers."""
    run = _run(sessions, folder, N_SPEED, 2)
    return {
        **_described(run),
        "wanted_per_minute": LEAST_PER_MINUTE,
        "met": run.per_minute >= LEAST_PER_MINUTE,
        "on_disk": _on_disk(sessions, folder / "out"),
    }


def _workers(sessions: Path, folder: Path, _: dict[str, Any]) -> dict[str, Any]:
    """One worker against two on the same sessions, in turns; and what the machine itself gives to two processes."""
    runs = {
        name: _run(sessions, folder / name, N_PAIR, count)
        for name, count in (("one", 1), ("two", 2), ("two again", 2), ("one again", 1))
    }
    one = runs["one"].seconds + runs["one again"].seconds
    two = runs["two"].seconds + runs["two again"].seconds
    efficiency = one / (2.0 * two)
    of_machine = parallel_efficiency()
    return {
        "sessions": N_PAIR,
        "seconds": {name: round(run.seconds, 1) for name, run in runs.items()},
        "efficiency": round(efficiency, 3),
        "efficiency_of_the_machine_itself": round(of_machine, 3),
        "wanted": LEAST_EFFICIENCY,
        "met": efficiency >= LEAST_EFFICIENCY,
    }


def _growth(sessions: Path, folder: Path, figures: dict[str, Any]) -> dict[str, Any]:
    """1,000 sessions; against the rate of 200."""
    run = _run(sessions, folder, N_GROWTH, 2)
    of_few = float(figures["speed"]["per_minute"])
    bend = of_few / run.per_minute - 1.0
    return {**_described(run), "slower_than_200_by": round(bend, 3), "wanted": MOST_BEND, "met": abs(bend) <= MOST_BEND}


def _nodes(sessions: Path, folder: Path, _: dict[str, Any]) -> dict[str, Any]:
    """One Ray node, two, and none."""
    return node_figures(sessions / "manifest.csv", folder, N_NODES)


def _faults(sessions: Path, folder: Path, _: dict[str, Any]) -> dict[str, Any]:
    """Broken sessions, and a run that is killed."""
    return fault_figures(sessions, folder, N_FAULTS)


PARTS: dict[str, Callable[[Path, Path, dict[str, Any]], dict[str, Any]]] = {
    "speed": _speed, "workers": _workers, "growth": _growth, "nodes": _nodes, "faults": _faults,
}  # fmt: skip


def _run(sessions: Path, folder: Path, n: int, workers: int) -> Watched:
    folder.mkdir(exist_ok=True)
    table = pd.read_csv(sessions / "manifest.csv", dtype=str).head(n)
    table["session"] = [str((sessions / path).resolve()) for path in table["session"]]
    manifest = folder / "manifest.csv"
    table.to_csv(manifest, index=False)
    run = watched(cohort_command(manifest, folder / "out", "--workers", str(workers)), n)
    if run.returned != 0:
        raise RuntimeError(f"the cohort's run ended with {run.returned}")
    return run


def _described(run: Watched) -> dict[str, Any]:
    return {
        "sessions": run.n_visits,
        "seconds": round(run.seconds, 1),
        "per_minute": round(run.per_minute, 2),
        "cpu_s_per_session": {kind: round(seconds / run.n_visits, 3) for kind, seconds in run.cpu_s.items()},
        "memory_most_mb": round(run.most_memory_mb),
        "memory_last_fifth_over_first": round(run.memory_growth, 3),
    }


def _on_disk(sessions: Path, out: Path) -> dict[str, float]:
    """Bytes and files a visit: recordings, results, and rows of the tables."""
    kept = [path for path in (out / "sessions").rglob("*") if path.is_file()]
    recordings = [path for path in (sessions / "sessions").rglob("*") if path.is_file()]
    n_recorded = len(list((sessions / "sessions").iterdir()))
    return {
        "recordings_mb": round(sum(path.stat().st_size for path in recordings) / n_recorded / 1e6, 2),
        "results_mb": round(sum(path.stat().st_size for path in kept) / N_SPEED / 1e6, 2),
        "results_files": round(len(kept) / N_SPEED, 1),
        "tables_kb": round(sum(path.stat().st_size for path in out.glob("*.parquet")) / N_SPEED / 1e3, 1),
    }


def _synthesise(sessions: Path, n: int) -> None:
    manifest = sessions / "manifest.csv"
    if manifest.exists():
        there = len(pd.read_csv(manifest, dtype=str))
        if there < n:
            raise SystemExit(f"{sessions} holds {there} sessions, {n} are needed: give a folder that is not there yet.")
        return
    command = [sys.executable, "-m", "assessment", "synthesise", "--n", str(n), "--age", AGE, "--seed", str(SEED)]
    subprocess.run([*command, "--out", str(sessions)], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
