"""`python -m assessment cohort`: many people's sessions, assessed on all cores of this machine or of a cluster."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from assessment.cohort.guard import DEFAULT_LIMITS, Limits
from assessment.commands.ending import one_message, stoppable
from assessment.commands.options import (
    CutoffHz,
    IkEngineName,
    LockFeet,
    MarkerPlacement,
    ModelPath,
    PolicyName,
    ScalerName,
)
from assessment.console import console
from assessment.workers import default_workers
from models.errors import SettingsError
from pipeline.settings import DEFAULT_SCALER, ForceMode, make_settings

if TYPE_CHECKING:
    from assessment.cohort.engine import Engine
    from assessment.cohort.layout import CohortFolder
    from assessment.cohort.manifest import Manifest
    from assessment.cohort.plan import Plan
    from assessment.cohort.settings import CohortSettings
    from assessment.outputs import Outputs

EXTRAS = ("opensim", "viewer", "report")
"""Files of a visit that are kept only when asked for."""
CONTINUES = "Stopped. Visits that are done are complete; the same command continues with the others."
OLDER = "Tables and report of the earlier run are in {folder} until then."
NO_REPORT = "Stopped. The tables are complete, the report is not: python -m assessment cohort-report {folder}"
_FROM_ENVIRONMENT = "--ray-address is also taken from RAY_ADDRESS in the environment."


def cohort(
    manifest: Annotated[
        Path,
        typer.Argument(
            metavar="MANIFEST.csv|DIR",
            help="Table of participants, visits and sessions (docs/cohorts.md), or a folder that holds sessions",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the cohort; a run into it again continues")],
    forces: Annotated[ForceMode, typer.Option(help="Force plates where there are any, only them, or never")] = "auto",
    scaler: ScalerName = DEFAULT_SCALER,
    policy: PolicyName = None,
    model: ModelPath = None,
    marker_placement: MarkerPlacement = True,
    ik_engine: IkEngineName = "batched",
    cutoff_hz: CutoffHz = None,
    lock_feet: LockFeet = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help=f"More files of every visit: {', '.join(EXTRAS)}; repeat for more"),
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Assess the rows that are in order, leave out those that are not")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try again what failed before on the same recordings")
    ] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Worker processes on this machine [default: all cores]")
    ] = None,
    serial: Annotated[bool, typer.Option("--serial", help="One worker process, without Ray")] = False,
    ray_address: Annotated[
        str | None, typer.Option(envvar="RAY_ADDRESS", help="Of a running Ray cluster [default: this machine alone]")
    ] = None,
    time_limit_s: Annotated[float, typer.Option(min=1.0, help="Time for a piece of work, e.g. a trial [s]")] = (
        DEFAULT_LIMITS.time_s
    ),
    memory_limit_gb: Annotated[float, typer.Option(min=0.1, help="Memory for a piece of work [GB]")] = (
        DEFAULT_LIMITS.memory_gb
    ),
    device: Annotated[
        Literal["auto", "cpu", "cuda"], typer.Option(help="Where people are scaled; auto: on a GPU where Ray has one")
    ] = "auto",
    language: Annotated[Literal["en", "ko"], typer.Option(help="Language of the report")] = "en",
) -> None:
    """Assess a cohort: results of every visit, tables over all of them, and a report."""
    from assessment.cohort.layout import CohortFolder
    from assessment.cohort.manifest import read_folder, read_manifest
    from assessment.cohort.report import write_cohort_report
    from assessment.cohort.run import only_run_in
    from assessment.cohort.settings import CohortSettings
    from pipeline.scaling import check_scaling

    folder = CohortFolder(out)
    with one_message(), stoppable(partial(_continues, folder)):
        settings = make_settings(
            forces=forces, scaler=scaler, policy=policy, model=model, marker_placement=marker_placement,
            ik_engine=ik_engine, cutoff_hz=cutoff_hz, lock_feet=lock_feet,
        )  # fmt: skip
        _check_where(serial, workers, ray_address)
        check_scaling(settings)
        found = read_folder(manifest) if manifest.is_dir() else read_manifest(manifest)
        _check_rows(found, folder, keep_going, manifest)
        chosen = CohortSettings(
            settings,
            _outputs(keep or []),
            Limits(time_limit_s, memory_limit_gb),
            retry_failed=retry_failed,
        )
        with closing(_engine(serial, workers, ray_address)) as engine:
            use_gpu = _use_gpu(device, engine)
            n_failed = _assess(found, replace(chosen, device="cuda" if use_gpu else "cpu"), folder, engine)
    with one_message(), stoppable(NO_REPORT.format(folder=escape(shlex.quote(str(out))))):
        console.print("Writing the report.")
        with only_run_in(folder):
            write_cohort_report(folder, language=language)
        console.print(f"Report: {escape(str(folder.report_html))}")
    raise typer.Exit(2 if n_failed or found.bad_rows else 0)


def _continues(folder: CohortFolder) -> str:
    older = OLDER.format(folder=escape(str(folder.older))) if folder.older.exists() else ""
    return f"{CONTINUES} {older}".rstrip()


def _outputs(kept: list[str]) -> Outputs:
    from assessment.cohort.settings import LEAN

    unknown = sorted({*kept} - {*EXTRAS})
    if unknown:
        raise SettingsError(
            f"--keep {unknown[0]} is not accepted.",
            hint=f"Accepted: {', '.join(EXTRAS)}. Results, the model and curves are always kept.",
        )
    return replace(LEAN, opensim="opensim" in kept, viewer="viewer" in kept, report="report" in kept)


def _check_rows(found: Manifest, folder: CohortFolder, keep_going: bool, path: Path) -> None:
    from assessment.cohort.bad_rows import write_bad_rows
    from assessment.cohort.closing import print_bad_rows
    from assessment.cohort.manifest import manifest_in
    from assessment.cohort.run import only_run_in

    if found.sessions and (keep_going or not found.bad_rows):
        print_bad_rows(found.bad_rows, n_places=found.n_places)
        return
    with only_run_in(folder):
        write_bad_rows(found.bad_rows, folder.bad_rows)
    print_bad_rows(found.bad_rows, folder.bad_rows, n_places=found.n_places)
    if not found.sessions and found.n_places is not None:
        raise SettingsError(
            "Not one entry of the folder is accepted.",
            hint=manifest_in(path) or "Mend them and give the command again, or write a manifest (docs/cohorts.md).",
        )
    if not found.sessions:
        raise SettingsError("Not one row is accepted.", hint="Mend the rows and give the command again.")
    raise SettingsError(
        f"Nothing was started: {found.left_out} {'is' if found.n_bad == 1 else 'are'} not accepted.",
        hint="Mend them, or give --keep-going to assess the others.",
    )


def _check_where(serial: bool, workers: int | None, ray_address: str | None) -> None:
    if serial and (workers or ray_address):
        raise SettingsError(
            "--serial stands against --workers and --ray-address.",
            hint=f"Give --serial for one process without Ray, or leave it out. {_FROM_ENVIRONMENT}",
        )
    if workers and ray_address:
        raise SettingsError(
            "--workers is of this machine, --ray-address of a cluster.",
            hint=f"Give one of them; a cluster's machines say themselves how many cores they give. {_FROM_ENVIRONMENT}",
        )


def _engine(serial: bool, workers: int | None, ray_address: str | None) -> Engine:
    from assessment.cohort.engine import SerialEngine
    from assessment.cohort.ray_engine import RayEngine

    return SerialEngine() if serial else RayEngine(ray_address, workers or default_workers())


def _use_gpu(device: str, engine: Engine) -> bool:
    if device == "cuda" and not engine.has_gpu:
        raise SettingsError(
            "--device cuda: the workers have no GPU that torch can use.",
            hint="Leave the option out, install a CUDA build of torch where there is a GPU, or give --ray-address of a "
            "cluster that has both; --serial uses none.",
        )
    return device != "cpu" and engine.has_gpu


def _assess(found: Manifest, chosen: CohortSettings, folder: CohortFolder, engine: Engine) -> int:
    """Run with a view of how it goes, and say what came of it; the number of visits without results."""
    from assessment.cohort.closing import print_closing
    from assessment.cohort.download import fetch
    from assessment.cohort.driver import GROUP_SIZE
    from assessment.cohort.progress import CohortProgress
    from assessment.cohort.reading import open_cohort
    from assessment.cohort.run import run_cohort
    from assessment.cohort.schemas import WHOLE_VISIT
    from assessment.cohort.warned import WARNED_COLUMNS

    began_s = monotonic()
    with ExitStack() as stack:

        def watch(plan: Plan) -> CohortProgress:
            progress = stack.enter_context(
                CohortProgress(
                    len(plan.visits), plan.n_done, plan.n_failed_before, at_once=engine.n_workers * GROUP_SIZE
                )
            )
            for text in _about_plan(plan):
                progress.note(text)
            return progress

        run_cohort(
            found.sessions, chosen, folder, engine, watch, partial(fetch, folder=folder.downloads),
            bad_rows=found.bad_rows,
        )  # fmt: skip
    results = open_cohort(folder.path)
    failures, warned = results.failures(), results.wide(WARNED_COLUMNS)
    n_failed = int((failures["trial"] == WHOLE_VISIT).sum())
    done = len(found.sessions) - n_failed
    print_closing(
        folder, done=done, failures=failures, warned=warned, left_out=found.left_out, seconds=monotonic() - began_s
    )
    return n_failed


def _about_plan(plan: Plan) -> Iterator[str]:
    from assessment.cohort.progress import number_of

    if plan.n_outdated:
        yield (
            f"{number_of('visit', plan.n_outdated)} to be assessed anew: recordings, what is known of the person, "
            "settings, the program or which files are kept have changed."
        )
    if plan.n_failed_before:
        yield f"{number_of('visit', plan.n_failed_before)} failed before, not tried again; --retry-failed does."
