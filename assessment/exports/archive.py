"""Everything of one session as a zip, with a README that says what each file is."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal, get_args

from assessment.exports.content import Content
from assessment.exports.dashboard import dashboard
from assessment.exports.deidentify import content_of
from assessment.exports.fhir import bundle
from assessment.exports.readme import readme
from assessment.exports.tables import File, csv_files, parquet_files
from assessment.results_folder import SUMMARY_NAME, trial_file
from assessment.summary import Summary
from assessment.visit import VisitDetails
from models.errors import SettingsError

Format = Literal["fhir", "csv", "json", "parquet", "dashboard", "opensim"]
FORMATS: tuple[Format, ...] = get_args(Format)
OPENSIM = (".osim", ".mot", ".sto", ".trc", ".xml")
# A fixed time: the same session gives the same bytes, and a zip tells nobody when it was made.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def export_archive(
    folder: Path,
    summary: Summary,
    visit: VisitDetails,
    *,
    deidentified: bool,
    formats: Collection[Format] = FORMATS,
    motion: bool = True,
    pdf: bytes | None = None,
    user: str | None = None,
    identity: str | None = None,
) -> bytes:
    """A session as a zip; its parts are small enough (5 MB a session) to be held in memory.

    Parameters
    ----------
    folder : Path
        Results folder.
    summary : Summary
        What `assessment.results_folder.read_summary` read there.
    visit : VisitDetails
    deidentified : bool
        See `assessment.exports.deidentify`; OpenSim's files are then left out.
    formats : collection of str
        Of `FORMATS`.
    motion : bool
        With curves and files of the movement, which can identify a person.
    pdf : bytes or None
        The report; not in a de-identified export.
    user : str or None
        Who exports, for FHIR's Provenance; not in a de-identified export.
    identity : str or None
        What stands in place of the study code where de-identified; None draws one.

    Raises
    ------
    SettingsError
        A format is not known, or a PDF report or a user was given for a de-identified export.
    """
    if unknown := sorted(set(formats) - set(FORMATS)):
        raise SettingsError(f"There is no format {unknown[0]!r}.", hint=f"Accepted: {', '.join(FORMATS)}, or all.")
    content = content_of(folder, summary, visit, deidentified=deidentified, identity=identity, pdf=pdf, user=user)
    written: list[str] = []
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _files(content, formats, motion=motion, pdf=pdf, user=user):
            path = _free(_plain(name), written)
            _write(archive, path, data)
            written.append(path)
        _write(archive, "README.txt", readme(content, written, motion=motion).encode())
    return buffer.getvalue()


def _files(
    content: Content, formats: Collection[Format], *, motion: bool, pdf: bytes | None, user: str | None
) -> Iterator[File]:
    if "fhir" in formats:
        yield "fhir/bundle.json", _json(bundle(content, pdf=pdf, user=user))
    if "csv" in formats:
        yield from csv_files(content)
    if "json" in formats:
        yield from _json_files(content)
    if "parquet" in formats:
        yield from parquet_files(content, motion=motion)
    if "dashboard" in formats:
        for trial, metrics in dashboard(content).items():
            yield f"dashboard/{trial}.json", _json(metrics)
    if "opensim" in formats and motion and not content.deidentified:
        yield from _opensim_files(content)
    if pdf is not None:
        yield "report.pdf", pdf


def _json_files(content: Content) -> Iterator[File]:
    visit = content.visit.model_dump(mode="json", exclude={"visit_date"}) | {"visit_date": content.when or None}
    if not content.deidentified:
        # As it is, to the byte: a signature is of this file.
        yield "json/summary.json", (content.folder / SUMMARY_NAME).read_bytes()
        yield "json/visit.json", _json(visit)
        return
    yield "json/summary.json", content.summary.model_dump_json(indent=2).encode()
    kept = ("study_code", "visit_date", "chair_has_arms", "walk_length_m")
    yield "json/visit.json", _json({name: visit[name] for name in kept})


def _opensim_files(content: Content) -> Iterator[File]:
    """Models, and of each trial what OpenSim reads: by the records, so that no other file comes along."""
    root = content.folder.resolve()
    models = [content.folder / model.file for model in content.summary.models]
    trials = [
        path
        for trial in content.recorded
        for kind in trial.files
        if (path := trial_file(content.folder, trial, kind)) is not None
    ]
    for path in dict.fromkeys([*models, *trials]):
        inside = path.resolve()
        if inside.is_relative_to(root) and inside.is_file() and path.suffix in OPENSIM:
            yield f"opensim/{inside.relative_to(root).as_posix()}", path.read_bytes()


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False).encode()


def _plain(name: str) -> str:
    """A path without characters that a file system may not take, and without a way out of the folder."""
    return "/".join(re.sub(r"[^\w.\- ]+", "_", part).lstrip(".") or "_" for part in name.split("/"))


def _free(path: str, taken: list[str]) -> str:
    stem, dot, suffix = path.rpartition(".")
    number, free = 1, path
    while free.lower() in {one.lower() for one in taken}:
        number += 1
        free = f"{stem}-{number}{dot}{suffix}"
    return free


def _write(archive: zipfile.ZipFile, path: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(path, ZIP_TIME), data, zipfile.ZIP_DEFLATED)
