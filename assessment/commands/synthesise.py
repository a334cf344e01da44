"""`python -m assessment synthesise`: sessions of fictional older adults with known truth."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from assessment.commands.ending import one_message, stoppable
from assessment.commands.options import WorkerCount
from assessment.console import console
from assessment.synthetic.cohort import MANIFEST, check_request
from assessment.synthetic.cohort import synthesise as write_cohort
from assessment.synthetic.people import EFFECTS, SEXES, Effect, Population
from assessment.workers import Workers, default_workers
from models.errors import SettingsError


def synthesise(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="New folder for the cohort")],
    n: Annotated[int, typer.Option("--n", help="How many sessions")] = 200,
    age: Annotated[str, typer.Option(metavar="FROM-TO", help="Ages [years], within 65-90")] = "65-90",
    sex: Annotated[Literal["f", "m"] | None, typer.Option(help="Only women or only men [default: both]")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files")] = 1,
    effect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GROUP:INDICATOR=FACTOR",
            help="A group that differs from the group 'reference' by a known factor, such as "
            "slow:five_times_sit_to_stand_time=1.2 or slow:gait_speed=0.9; repeatable",
        ),
    ] = None,
    workers: WorkerCount = None,
) -> None:
    """Write OpenCap sessions of fictional older adults with known truth, and the manifest that cohort takes."""
    with one_message(), stoppable():
        population = Population(_ages(age), (sex,) if sex else SEXES, tuple(_effect(text) for text in effect or ()))
        check_request(out, n, seed)  # before a bar is drawn and workers start
        shown = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*shown, console=console) as progress, Workers(workers or default_workers()) as pool:
            bar = progress.add_task("", total=n)
            write_cohort(out, n, population, seed, pool, lambda: progress.advance(bar))
    console.print(f"{n} synthetic sessions in {escape(str(out))}; {MANIFEST} lists them. None of these people exists.")


def _ages(text: str) -> tuple[float, float]:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?)\s*", text)
    if found is None:
        raise SettingsError(f"{text!r} is no range of ages.", hint="Give two numbers, such as --age 65-90.")
    return float(found[1]), float(found[2])


def _effect(text: str) -> Effect:
    found = re.fullmatch(r"(\w+):(\w+)=(\d*\.?\d+)", text)
    if found is None:
        raise SettingsError(
            f"{text!r} is no effect.",
            hint=f"Give GROUP:INDICATOR=FACTOR, such as slow:{EFFECTS[0]}=1.2; indicators: {', '.join(EFFECTS)}.",
        )
    return Effect(found[1], found[2], float(found[3]))
