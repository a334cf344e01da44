"""Tables and report of an earlier run, which are put aside while another run is at work: nobody takes them for its."""

from __future__ import annotations

import shutil

from assessment.cohort.guard import disk_full, is_full
from assessment.cohort.layout import TABLES, CohortFolder
from assessment.cohort.reading import read_about
from models.errors import SettingsError


def put_aside(folder: CohortFolder) -> None:
    """Move them into `CohortFolder.older`; what a stopped run has begun to write is deleted.

    Raises
    ------
    DiskFullError
    SettingsError
        They cannot be moved: permissions, a program that has one of them open.
    """
    paths = [*(folder.table(name) for name in TABLES), folder.report_html, folder.report_pdf]
    are_whole = _is_finished(folder)
    for path in filter(lambda path: path.exists(), paths):
        try:
            if are_whole:
                folder.older.mkdir(exist_ok=True)
                path.replace(folder.older / path.name)
            else:
                path.unlink()
        except OSError as error:
            if is_full(error):
                raise disk_full() from None
            raise SettingsError(
                f"{path} cannot be put aside: {error.strerror or type(error).__name__}.",
                hint="Close the program that has it open, or see that the folder can be written.",
            ) from None


def delete_older(folder: CohortFolder) -> None:
    """Delete what was put aside, now that its place is taken."""
    shutil.rmtree(folder.older, ignore_errors=True)


def _is_finished(folder: CohortFolder) -> bool:
    try:
        return read_about(folder).get("finished") is True
    except SettingsError:
        return False
