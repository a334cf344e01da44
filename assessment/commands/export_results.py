"""`python -m assessment export-results`: one assessed session as a zip, identified or de-identified."""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.markup import escape

from assessment.commands.ending import one_message
from assessment.console import console
from assessment.exports import FORMATS, Format, export_archive
from assessment.results_folder import read_summary
from assessment.visit import VisitDetails
from models.errors import SettingsError

ALL = "all"


def export_results(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of one session")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.zip", help="File that is written")],
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT,...", help=f"Any of {', '.join(FORMATS)}, or {ALL}")
    ] = ALL,
    study_code: Annotated[
        str | None, typer.Option(help="Code of the person; needed unless --de-identified", show_default=False)
    ] = None,
    visit_date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date of the recording", show_default=False)
    ] = None,
    deidentified: Annotated[
        bool, typer.Option("--de-identified", help="Without what identifies a person (docs/exports.md)")
    ] = False,
    without_motion: Annotated[
        bool, typer.Option("--without-motion", help="Without curves, which can identify a person")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there already")] = False,
) -> None:
    """Write the results of one session as FHIR, CSV, JSON, Parquet and for OpenCap's dashboard, in a zip."""
    with one_message():
        if out.exists() and not overwrite:
            raise SettingsError(f"{out.name} is there already.", hint="Give --overwrite to replace it.")
        if study_code is None and not deidentified:
            raise SettingsError(
                "An identified export needs the code of the person.", hint="Give --study-code, or --de-identified."
            )
        if study_code is not None and deidentified:
            raise SettingsError(
                "A de-identified export holds no code of the person; it draws one.",
                hint="Leave out --study-code, or --de-identified.",
            )
        visit = _visit(study_code or "not given", visit_date)
        data = export_archive(
            results, read_summary(results), visit,
            deidentified=deidentified, formats=_chosen(format_), motion=not without_motion,
        )  # fmt: skip
        _write(out, data)
    console.print(f"Export: {escape(str(out))}", soft_wrap=True)


def _visit(study_code: str, visit_date: datetime | None) -> VisitDetails:
    try:
        return VisitDetails(study_code=study_code, visit_date=visit_date.date() if visit_date else None)
    except ValidationError as error:
        raise SettingsError(
            f"The study code is not accepted: {error.errors()[0]['msg']}.", hint="Give 1 to 40 characters."
        ) from None


def _chosen(text: str) -> tuple[Format, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if ALL in names:
        return FORMATS
    chosen = tuple(name for name in FORMATS if name in names)
    if unknown := sorted(set(names) - set(chosen)) or ([] if names else [text]):
        raise SettingsError(f"There is no format {unknown[0]!r}.", hint=f"Accepted: {', '.join(FORMATS)}, or {ALL}.")
    return chosen


def _write(out: Path, data: bytes) -> None:
    """Beside the final file first, so that no half of a zip is left."""
    partial = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(out)
    except OSError as error:
        raise SettingsError(
            f"The export cannot be written to {out.parent}: {error.strerror or type(error).__name__}.",
            hint="Give a file in a folder that exists, can be written and has space.",
        ) from None
    finally:
        partial.unlink(missing_ok=True)
