"""`python -m assessment reference`: a reference population from the user's own results folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tomli_w
import typer
from rich.markup import escape
from rich.table import Table

from assessment.console import console, print_error
from assessment.options import one_message
from assessment.profile.cohort import MINIMUM_N, CohortReference, build_reference
from assessment.results_folder import SUMMARY_NAME, read_summary
from assessment.summary import Summary
from assessment.uncertainty import decimals, fixed
from models.errors import SarcoscopeError, SettingsError
from pipeline.quality import Mark

HEADING = f"""\
# A reference population, written by `python -m assessment reference`. No cell holds fewer than {MINIMUM_N} people;
# nothing in here tells who took part. What the fields mean: docs/profile.md.
"""


def reference(
    cohort: Annotated[Path, typer.Argument(metavar="COHORT", help="Folder that holds one results folder a person")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="REFERENCE.toml", help="File the reference is written to")
    ],
    name: Annotated[str | None, typer.Option(help="What the population is called [default: the file's name]")] = None,
    reported_only: Annotated[
        bool, typer.Option("--reported-only", help="Leave out values that are to be used with caution")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there already")] = False,
) -> None:
    """Build a reference population from assessed sessions, one a person; small cells are never written."""
    accepted = [Mark.REPORTED] if reported_only else [Mark.REPORTED, Mark.WITH_CAUTION]
    with one_message():
        if out.exists() and not overwrite:
            raise SettingsError(f"{out.name} is there already.", hint="Give --overwrite to replace it.")
        people, refused = read_cohort(cohort)
        built = build_reference(people, name=name or out.stem, accepted=accepted)
        save_reference(built, out)
    print_reference(built)
    console.print(f"Reference in {escape(str(out))}.")
    raise typer.Exit(2 if refused else 0)


def read_cohort(cohort: Path) -> tuple[list[Summary], bool]:
    """Read all results of a cohort; those of the very same recordings count once.

    Returns
    -------
    people : list of Summary
    refused : bool
        Whether some could not be read; their messages have been printed.

    Raises
    ------
    SettingsError
        The folder holds no results at all.
    """
    people: list[Summary] = []
    seen: set[tuple[str, ...]] = set()
    refused = False
    for path in sorted(cohort.glob(f"*/{SUMMARY_NAME}")):
        try:
            summary = read_summary(path.parent)
        except SarcoscopeError as error:
            print_error(error)
            refused = True
            continue
        recordings = tuple(sorted(summary.provenance.input_sha256.values()))
        if recordings and recordings in seen:
            console.print(f"[yellow]note:[/] {escape(path.parent.name)} holds recordings seen before: counted once.")
            continue
        seen.add(recordings)
        people.append(summary)
    if not people:
        raise SettingsError(
            f"There are no results that can be read in {cohort}.",
            hint="Give the folder that was --out of `python -m assessment run`; it holds one results folder a person.",
        )
    return people, refused


def save_reference(built: CohortReference, path: Path) -> None:
    """Write a reference as TOML, complete or not at all.

    Raises
    ------
    SettingsError
        The file cannot be written.
    """
    text = HEADING + tomli_w.dumps(built.reference.model_dump(mode="json", exclude_none=True), multiline_strings=False)
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise SettingsError(
            f"The reference cannot be written to {path}: {error.strerror or type(error).__name__}.",
            hint="Give a file in a folder that can be written.",
        ) from None


def print_reference(built: CohortReference) -> None:
    """One line a cell, and what was left out."""
    table = Table(box=None, padding=(0, 2))
    for column in ("indicator", "movement", "forces", "who", "mean", "SD", "unit"):
        table.add_column(column)
    for population in built.reference.population:
        for cell in population.cell:
            places = decimals(population.unit, None)
            numbers = (fixed(cell.centre, places), fixed(cell.spread, places + 1))
            table.add_row(
                escape(population.indicator), escape(population.activity), population.origin, cell.who, *numbers,
                population.unit,
            )  # fmt: skip
    console.print(table)
    for reason in built.left_out:
        console.print(f"[dim]left out: {escape(reason)}[/]")
    if built.reference.synthetic:
        console.print("[bold yellow]Synthetic data: generated by a script, describes no person.[/]")
