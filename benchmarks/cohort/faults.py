"""A cohort of which some sessions are broken, one aborts its process and one hangs; and a run of it that is killed."""

from __future__ import annotations

import csv
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

# The hanging trial is given up after this long; a trial takes seconds, on a machine with other work to do some more.
TIME_LIMIT_S = 120.0
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
    with (sessions / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:n]
    for number, row in enumerate(rows):
        row["session"] = shutil.copytree(sessions / row["session"], out / f"OpenCapData_{number:04d}").name
    places = iter(round((k + 0.5) * n / (len(WAYS) + 2)) for k in range(len(WAYS) + 2))
    wrong: dict[str, str] = {}
    for name, break_it in WAYS.items():
        row = rows[next(places)]
        changed = break_it(out / row["session"])
        row["session"] = changed.name if changed else row["session"]
        wrong[row["participant"]] = name
    for code, name in (("ABORTS1", ABORTS), ("HANGS1", HANGS)):
        rows[next(places)]["participant"] = code
        wrong[code] = name
    manifest = out / "manifest.csv"
    with manifest.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
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
    of_calm, of_killed = table_hashes(calm), table_hashes(killed)
    differing = [name for name in of_calm if of_calm[name] != of_killed[name]]
    results = open_cohort(calm)
    failures = results.failures()
    visits = results.wide(columns=["participant", "warnings"]).set_index("participant")
    told = {
        code: _reasons(failures, code) or _bad_row_reason(calm, manifest, code) or _warnings(visits, code)
        for code in wrong
    }
    assessed = set(visits.index)
    everybody = set(_participants(manifest))
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
        "tables_identical": not differing,
        "tables_that_differ": differing,
    }


def table_hashes(out: Path) -> dict[str, str]:
    """SHA-256 of every table of a cohort."""
    folder = CohortFolder(out)
    return {name: hashlib.sha256(folder.table(name).read_bytes()).hexdigest() for name in TABLES}


def _reasons(failures: pd.DataFrame, code: str) -> str:
    found = failures[failures["participant"] == code].to_dict("records")
    return " / ".join(f"{one['stage']} {one['trial']}: {one['reason']}" for one in found)


def _warnings(visits: pd.DataFrame, code: str) -> str:
    """What of a visit that was assessed says that its files were not as they should be."""
    lines = str(visits.loc[code, "warnings"]).splitlines() if code in visits.index else []
    return " / ".join(f"warning: {line}" for line in lines if "damaged" in line)


def _bad_row_reason(out: Path, manifest: Path, code: str) -> str:
    """Why the row of a participant was not accepted; the file calls rows by their number as a spreadsheet does."""
    bad = CohortFolder(out).bad_rows
    if not bad.exists():
        return ""
    number = _participants(manifest).index(code) + 2
    with bad.open(encoding="utf-8-sig", newline="") as file:
        return " / ".join(f"manifest: {row['reason']}" for row in csv.DictReader(file) if row["row"] == str(number))


def _participants(manifest: Path) -> list[str]:
    with manifest.open(encoding="utf-8", newline="") as file:
        return [row["participant"] for row in csv.DictReader(file)]


def _n_done(out: Path) -> int:
    return sum(1 for _ in (out / "sessions").glob("participant=*/visit=*"))


def main(arguments: Sequence[str]) -> None:
    """Assess a cohort as the command does, with trials that abort or hang."""
    from contextlib import closing

    from assessment.cohort.download import fetch
    from assessment.cohort.guard import Limits
    from assessment.cohort.manifest import read_manifest
    from assessment.cohort.progress import CohortProgress
    from assessment.cohort.ray_engine import RayEngine
    from assessment.cohort.run import run_cohort
    from assessment.cohort.settings import CohortSettings
    from pipeline.settings import Settings

    manifest, folder = Path(arguments[0]), CohortFolder(Path(arguments[1]))
    found = read_manifest(manifest)
    chosen = CohortSettings(Settings(), limits=Limits(TIME_LIMIT_S, 4.0))
    with closing(RayEngine(n_workers=2)) as engine:
        run_cohort(
            found.sessions, chosen, folder, engine,
            lambda plan: CohortProgress(len(plan.visits), plan.n_done),
            lambda visit: fetch(visit, folder.downloads),
            bad_rows=found.bad_rows, work_on_trial=faulty_trial,
        )  # fmt: skip


if __name__ == "__main__":
    # Functions of a module that runs as a program cannot be sent to workers: they know it by its own name.
    from benchmarks.cohort import faults

    faults.main(sys.argv[1:])
