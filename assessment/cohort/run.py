"""`run_cohort`: all visits of a cohort into one folder; a run that stops continues where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from filelock import FileLock, Timeout

from assessment.cohort.bad_rows import BadRow, write_bad_rows
from assessment.cohort.driver import CohortRun
from assessment.cohort.engine import Engine
from assessment.cohort.fingerprint import code_sha256
from assessment.cohort.layout import CohortFolder
from assessment.cohort.ledger import Ledger, Watcher
from assessment.cohort.older import delete_older, put_aside
from assessment.cohort.plan import Fetch, Plan, clear_unfinished, forget_failures, groups, make_plan
from assessment.cohort.reading import read_about
from assessment.cohort.replacing import replaced_when_whole
from assessment.cohort.sessions import CohortSession
from assessment.cohort.settings import CohortSettings
from assessment.cohort.tables import write_tables
from assessment.provenance import settings_without_places
from assessment.summary import TrialRecord
from assessment.trial import TrialTask, run_trial
from assessment.version import SARCOSCOPE_VERSION
from models.errors import SettingsError

ABOUT_VERSION = "1.1"


def run_cohort(
    visits: Sequence[CohortSession],
    chosen: CohortSettings,
    folder: CohortFolder,
    engine: Engine,
    watch: Callable[[Plan], Watcher],
    fetch: Fetch,
    *,
    bad_rows: Sequence[BadRow] = (),
    work_on_trial: Callable[[TrialTask], TrialRecord] = run_trial,
) -> Plan:
    """Assess a cohort's visits and write its tables; what is done already, by the hash of all it depends on, is kept.

    Tables and report of an earlier run are put aside until then, and deleted when the new tables are there.

    Parameters
    ----------
    watch : callable
        Takes the plan; gives whom to tell how it goes.
    fetch : callable
        See `assessment.cohort.plan.Fetch`.
    bad_rows : sequence of BadRow
        What of the manifest was not accepted; it is listed in the folder.
    work_on_trial : callable
        What is done with a trial, in a worker.

    Returns
    -------
    Plan
        What was to be done.

    Raises
    ------
    SettingsError
        Another run is at work in the folder, it holds something else, or it cannot be written.
    DiskFullError
        The disk is full; what was done before is complete.
    """
    with only_run_in(folder):
        write_bad_rows(bad_rows, folder.bad_rows)
        clear_unfinished(visits, folder)
        plan = make_plan(visits, chosen, folder, fetch)
        forget_failures(plan, folder)
        n_bad_rows = len({row.row for row in bad_rows})
        about = _about(chosen, len(visits), n_bad_rows)
        began = datetime.now(UTC).isoformat(timespec="seconds") if plan.to_do else _began_before(folder, about)
        put_aside(folder)
        _write_about(folder, about | {"created": began, "finished": False})
        run = CohortRun(engine, Ledger(folder, watch(plan)), chosen.limits, chosen.device, work_on_trial)
        run.go(groups(plan, chosen, folder, fetch))
        write_tables(folder, visits)
        _write_about(folder, about | {"created": began, "finished": True})
        delete_older(folder)
        return plan


@contextmanager
def only_run_in(folder: CohortFolder) -> Iterator[None]:
    """Keep other runs out of the folder; the lock is gone with the process, however it ends.

    Raises
    ------
    SettingsError
        Another run is at work in it, it holds something else, or it cannot be written.
    """
    _make(folder)
    try:
        lock = FileLock(folder.lock)
        lock.acquire(timeout=0)
    except Timeout:
        raise SettingsError(
            f"Another run is at work in {folder.path}.",
            hint="Wait for it to end, or give another --out.",
        ) from None
    except OSError as error:
        raise _cannot_be_written(folder, error) from None
    try:
        yield
    finally:
        lock.release()


def _make(folder: CohortFolder) -> None:
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        other = next((path.name for path in sorted(folder.path.iterdir()) if not path.name.startswith(".")), None)
    except OSError as error:
        raise _cannot_be_written(folder, error) from None
    if other is not None and not folder.is_begun:
        # Recordings and results in one folder: nobody would know any more which is which.
        raise SettingsError(
            f"{folder.path} holds something else: {other}.",
            hint="Give as --out a new or empty folder, or the one of an earlier run of the cohort.",
        )


def _cannot_be_written(folder: CohortFolder, error: OSError) -> SettingsError:
    return SettingsError(
        f"{folder.path} cannot be written: {error.strerror or type(error).__name__}.",
        hint="Give a folder that can be written as --out.",
    )


def _about(chosen: CohortSettings, n_visits: int, n_bad_rows: int) -> dict[str, Any]:
    return {
        "about_version": ABOUT_VERSION,
        "sarcoscope_version": SARCOSCOPE_VERSION,
        "code_sha256": code_sha256(),
        "n_visits": n_visits,
        "n_bad_rows": n_bad_rows,
        "settings": settings_without_places(chosen.settings),
        "outputs": asdict(chosen.outputs),
        "limits": asdict(chosen.limits),
        "device": chosen.device,
    }


def _began_before(folder: CohortFolder, about: dict[str, Any]) -> str:
    """When the run began that nothing was added to; now where that one was another."""
    try:
        before = read_about(folder)
        if all(before[name] == value for name, value in about.items()):
            return str(before["created"])
    except (SettingsError, KeyError):
        pass
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write_about(folder: CohortFolder, about: dict[str, Any]) -> None:
    with replaced_when_whole(folder.about) as unfinished:
        unfinished.write_text(json.dumps(about, indent=2), encoding="utf-8")
