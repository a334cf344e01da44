"""A cohort of which some sessions are broken, one aborts its process and one hangs; and a run of it that is killed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from assessment.cohort.layout import TABLES, CohortFolder
from assessment.cohort.reading import open_cohort
from assessment.summary import TrialRecord
from assessment.trial import TrialTask, run_trial
from benchmarks.cohort.corrupting import WAYS
from benchmarks.cohort.running import watched

# The hanging trial is given up after this long; a trial takes seconds.
TIME_LIMIT_S = 60.0
ABORTS, HANGS = "aborts its process", "hangs"
KILLED_AT = 0.4


def faulty_trial(task: TrialTask) -> TrialRecord:
    """Assess a trial, but abort or hang where the person's code says so: what a defect in a library does."""
    if "participant=ABORTS" in str(task.folder):
        os.abort()
    if "participant=HANGS" in str(task.folder):
        re.match(r"(a+)+$", "a" * 80 + "b")
    return run_trial(task)


def broken_manifest(sessions: Path, out: Path, n: int) -> tuple[Path, dict[str, str]]:
    """Copy ``n`` sessions and break twelve of them; returns the manifest, and what is wrong with whom.

    The broken ones, and those that abort and hang, are spread over the cohort.
    """
    table = pd.read_csv(sessions / "manifest.csv", dtype=str).head(n)
    places = [round((k + 0.5) * n / (len(WAYS) + 2)) for k in range(len(WAYS) + 2)]
    wrong: dict[str, str] = {}
    for row in table.index:
        source = sessions / table.loc[row, "session"]
        table.loc[row, "session"] = shutil.copytree(source, out / f"OpenCapData_{row:04d}").name
    for place, (name, break_it) in zip(places, WAYS.items(), strict=False):
        changed = break_it(out / table.loc[place, "session"])
        table.loc[place, "session"] = changed.name if changed else table.loc[place, "session"]
        wrong[table.loc[place, "participant"]] = name
    for place, code, name in zip(places[-2:], ("ABORTS1", "HANGS1"), (ABORTS, HANGS), strict=True):
        table.loc[place, "participant"] = code
        wrong[code] = name
    manifest = out / "manifest.csv"
    table.to_csv(manifest, index=False)
    return manifest, wrong


def fault_figures(sessions: Path, folder: Path, n: int) -> dict[str, Any]:
    """Run the broken cohort undisturbed and killed, and compare."""
    recordings = folder / "broken"
    recordings.mkdir()
    manifest, wrong = broken_manifest(sessions, recordings, n)
    calm, killed = folder / "calm", folder / "killed"
    command = [sys.executable, "-m", "benchmarks.cohort.faults", str(manifest)]
    undisturbed = watched([*command, str(calm)], n)
    before = watched([*command, str(killed)], n, stop=lambda: _n_done(killed) >= KILLED_AT * n)
    n_kept = _n_done(killed)
    after = watched([*command, str(killed)], n)
    results = open_cohort(calm)
    failures = results.failures()
    told = {code: _reasons(failures, code) or _bad_row_reason(calm, manifest, code) for code in wrong}
    assessed = set(results.wide(columns=["participant"])["participant"])
    everybody = set(pd.read_csv(manifest, dtype=str)["participant"])
    return {
        "sessions": n,
        "broken": [
            {"what": wrong[code], "told": told[code], "other_trials_assessed": code in assessed} for code in wrong
        ],
        "broken_and_listed": sum(bool(reason) for reason in told.values()),
        "others_finished": len((everybody - set(wrong)) & assessed),
        "others": len(everybody - set(wrong)),
        "undisturbed_s": round(undisturbed.seconds, 1),
        "killed_after_s": round(before.seconds, 1),
        "killed_with": before.returned,
        "done_when_killed": n_kept,
        "resumed_s": round(after.seconds, 1),
        "tables_identical": table_hashes(calm) == table_hashes(killed),
    }


def table_hashes(out: Path) -> dict[str, str]:
    """SHA-256 of every table of a cohort."""
    folder = CohortFolder(out)
    return {name: hashlib.sha256(folder.table(name).read_bytes()).hexdigest() for name in TABLES}


def _reasons(failures: pd.DataFrame, code: str) -> str:
    rows = failures[failures["participant"] == code]
    return " / ".join(f"{row.stage}{f', {row.trial}' if row.trial else ''}: {row.reason}" for row in rows.itertuples())


def _bad_row_reason(out: Path, manifest: Path, code: str) -> str:
    """Why the row of a participant was not accepted; the file calls rows by their number as a spreadsheet does."""
    bad = CohortFolder(out).bad_rows
    if not bad.exists():
        return ""
    rows = pd.read_csv(bad)
    participants = pd.read_csv(manifest, dtype=str)["participant"]
    number = int(participants[participants == code].index[0]) + 2
    return " / ".join(f"manifest: {reason}" for reason in rows.loc[rows["row"] == number, "reason"])


def _n_done(out: Path) -> int:
    return sum(1 for _ in (out / "sessions").glob("participant=*/visit=*"))


def main(arguments: Sequence[str]) -> None:
    """Assess a cohort as the command does, with trials that abort or hang."""
    from contextlib import closing

    from assessment.cohort.bad_rows import write_bad_rows
    from assessment.cohort.download import fetch
    from assessment.cohort.guard import Limits
    from assessment.cohort.manifest import read_manifest
    from assessment.cohort.progress import CohortProgress
    from assessment.cohort.ray_engine import RayEngine
    from assessment.cohort.run import CohortSettings, run_cohort
    from pipeline.settings import Settings

    manifest, folder = Path(arguments[0]), CohortFolder(Path(arguments[1]))
    found = read_manifest(manifest)
    folder.path.mkdir(parents=True, exist_ok=True)
    write_bad_rows(found.bad_rows, folder.bad_rows)
    chosen = CohortSettings(Settings(), limits=Limits(TIME_LIMIT_S, 4.0))
    with closing(RayEngine(n_workers=2)) as engine:
        run_cohort(
            found.sessions, chosen, folder, engine,
            lambda plan: CohortProgress(len(plan.visits), plan.n_done),
            lambda visit: fetch(visit, folder.downloads),
            n_bad_rows=found.n_bad, work_on_trial=faulty_trial,
        )  # fmt: skip


if __name__ == "__main__":
    # Functions of a module that runs as a program cannot be sent to workers: they know it by its own name.
    from benchmarks.cohort import faults

    faults.main(sys.argv[1:])
