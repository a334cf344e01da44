"""`python -m assessment report`: the clinical report of a visit as PDF."""

from __future__ import annotations

import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.markup import escape

from assessment.commands.ending import one_message
from assessment.commands.options import Overwrite, ReferenceFile
from assessment.console import console
from assessment.language import Language
from assessment.profile import load_reference
from assessment.report.pdf import report_pdf
from assessment.results_folder import read_summary
from assessment.visit import HeightUnit, MomentUnit, Preferences, VisitDetails
from models.errors import SettingsError

FIELDS = ", ".join(VisitDetails.model_fields)


def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of the visit")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="REPORT.pdf", help="File the report is written to")],
    language: Annotated[Language, typer.Option(help="Language of the report")] = "en",
    study_code: Annotated[
        str | None, typer.Option(help="Code of the person; needed unless --visit names one", show_default=False)
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the person; without it none is printed")] = None,
    previous: Annotated[
        Path | None, typer.Option(metavar="RESULTS", help="Results folder of an earlier visit of the person")
    ] = None,
    previous_date: Annotated[
        datetime | None,
        typer.Option(metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help="Date of that visit [default: not known]"),
    ] = None,
    visit: Annotated[
        Path | None,
        typer.Option(metavar="VISIT.toml|json", help=f"What the clinician wrote down: {FIELDS}", show_default=False),
    ] = None,
    framework: Annotated[
        list[str] | None, typer.Option(help="Criteria to show, e.g. awgs_2025; repeatable [default: all]")
    ] = None,
    moment_unit: Annotated[MomentUnit, typer.Option(help="Unit of joint moments")] = "Nm/kg",
    height_unit: Annotated[HeightUnit, typer.Option(help="Unit of body height")] = "m",
    reference_file: ReferenceFile = None,
    overwrite: Overwrite = False,
) -> None:
    """Write the clinical report of a visit as PDF, two to four pages A4, in English or Korean."""
    with one_message():
        if out.exists() and not overwrite:
            raise SettingsError(f"{out.name} is there already.", hint="Give --overwrite to replace it.")
        summary = read_summary(results)
        details = _visit(visit, study_code)
        preferences = Preferences(
            language=language,
            frameworks=tuple(framework or ()),
            moment_unit=moment_unit,
            height_unit=height_unit,
        )
        pdf = report_pdf(
            results,
            summary,
            details,
            previous=None if previous is None else read_summary(previous),
            previous_date=None if previous_date is None else previous_date.date(),
            preferences=preferences,
            name=name,
            own=None if reference_file is None else load_reference(reference_file),
        )
        _write(out, pdf)
    console.print(f"Report: {escape(str(out))}", soft_wrap=True)


def _visit(path: Path | None, study_code: str | None) -> VisitDetails:
    """Visit details from a file, with the study code that wins over the file's own."""
    given = {} if path is None else _read(path)
    if study_code is not None:
        given["study_code"] = study_code
    if "study_code" not in given:
        raise SettingsError(
            "A report needs the code of the person.", hint="Give --study-code, or --visit with study_code in it."
        )
    try:
        return VisitDetails.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(
            f"The visit details cannot be used: {'.'.join(map(str, first['loc']))}: {first['msg']}.",
            hint=f"Accepted: {FIELDS}. A study code has up to 40 characters: give --study-code.",
        ) from None


def _read(path: Path) -> dict[str, object]:
    try:
        text = path.read_text(encoding="utf-8")
        read = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError:
        raise SettingsError(f"{path} cannot be opened.", hint="Give a .toml or .json file as --visit.") from None
    except ValueError as error:
        raise SettingsError(
            f"{path.name} is neither TOML nor JSON: {error}.", hint="Give a .toml or .json file as --visit."
        ) from None
    if not isinstance(read, dict):
        raise SettingsError(f"{path.name} holds no fields.", hint=f"Accepted: {FIELDS}.")
    return read


def _write(out: Path, pdf: bytes) -> None:
    try:
        out.write_bytes(pdf)
    except OSError as error:
        raise SettingsError(
            f"{out} cannot be written: {error.strerror or type(error).__name__}.", hint="Give another file as --out."
        ) from None
