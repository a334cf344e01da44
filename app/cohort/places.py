"""Which folders of cohorts a user may open: any on a machine of their own, with a login those the server offers."""

from __future__ import annotations

import os
from pathlib import Path

from app.access import login_on
from assessment.cohort.layout import TABLES, CohortFolder
from assessment.cohort.reading import CohortResults, is_cohort, open_cohort
from models.errors import AccessError, SettingsError

COHORTS_VARIABLE = "SARCOSCOPE_COHORTS"
HOW_TO_MAKE = "python -m assessment cohort MANIFEST.csv --out OUT"


def offered() -> list[Path]:
    """The folders of cohorts in the one that the server offers, by name; links are none of them.

    Raises
    ------
    SettingsError
        What the server offers is no folder.
    """
    root = os.environ.get(COHORTS_VARIABLE)
    if not root:
        return []
    try:
        found = [Path(entry.path) for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)]
    except OSError as error:
        raise SettingsError(
            f"The folder that {COHORTS_VARIABLE} names cannot be read: {error.strerror}.",
            hint="Ask the administrator of this installation to correct it; docs/deployment.md tells how.",
        ) from None
    return sorted((path.resolve() for path in found if is_cohort(path)), key=lambda path: path.name.casefold())


def any_folder() -> bool:
    """Whether users may name a folder themselves: only where nobody logs in."""
    return not login_on()


def typed(text: str) -> Path:
    """The folder that a user typed.

    Raises
    ------
    SettingsError
        It is not there.
    """
    given = text.strip().strip("\"'")
    path = Path(given).expanduser() if given else None
    if path is None or not path.is_dir():
        raise SettingsError(
            "There is no such folder on the machine that runs Sarcoscope.",
            hint="Give its whole path in the form field 'Folder on this machine'; on the command line it was --out.",
        )
    return path.resolve()


def opened(folder: Path) -> CohortResults:
    """Open a folder that this user may open.

    Raises
    ------
    AccessError
        They may not, or something in it leads out of it.
    SettingsError
        It is no cohort, or cannot be read.
    """
    if not any_folder() and folder not in offered():
        raise AccessError(
            "This folder is none of those that can be opened here.",
            hint="Choose one from the list, or ask the administrator of this installation.",
        )
    cohort = CohortFolder(folder)
    for path in (cohort.about, cohort.bad_rows, cohort.report_html, cohort.report_pdf, *map(cohort.table, TABLES)):
        if path.is_symlink():
            raise AccessError(
                f"{path.name} of this cohort is a link, which may lead anywhere.",
                hint="Copy the file itself into the folder.",
            )
    return open_cohort(folder)
