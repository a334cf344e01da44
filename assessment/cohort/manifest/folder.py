"""A folder in place of a manifest: every session in it is one participant's only visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pandas as pd

from assessment.cohort.bad_rows import BadRow
from assessment.cohort.layout import CohortFolder
from assessment.cohort.manifest.columns import COLUMNS
from assessment.cohort.manifest.one_row import UNKNOWN_HINT
from assessment.cohort.manifest.reading import Manifest, checked
from assessment.cohort.manifest.recordings import ROW_EACH
from assessment.cohort.manifest.schema import participant_codes
from models.errors import SettingsError
from pipeline.session.lab import is_lab_session
from pipeline.session.metadata import METADATA_FILE, read_metadata
from pipeline.session.names import may_hold_a_name, natural_order, without_person
from pipeline.session.opencap import FOLDER_PREFIX, UUID, is_opencap_session

ONLY_VISIT = "1"

_FILES = (".zip", ".toml")
# What is said of a manifest's row otherwise.
_OF_FOLDER = {
    UNKNOWN_HINT: "Complete the session's own files.",
    ROW_EACH: "Put each of them into the folder by itself.",
}
_OR_MANIFEST = "Or write a manifest (docs/cohorts.md), which says whose session each is and what is known of them."


def read_folder(path: Path) -> Manifest:
    """Take every session that lies directly in a folder; its name is its participant's code where it can be one.

    Names that may be a person's are told nowhere: such participants are P0001, P0002, ... in the order of the folder.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Manifest
        The row of a bad row is the place among folders and archives sorted by name, from 1.

    Raises
    ------
    SettingsError
        It cannot be read, is itself a session, or nothing in it can be one.
    """
    children = _children(path)
    cells = pd.DataFrame(
        {"participant": _codes(children), "visit": ONLY_VISIT, "session": [f"./{child.name}" for child in children]},
        index=range(1, len(children) + 1),
    )
    found = checked(cells.reindex(columns=list(COLUMNS)).astype("str"), path, row_called="place")
    return Manifest(found.sessions, tuple(_in_folder(found.bad_rows, children)), len(children))


def manifest_in(path: Path) -> str:
    """What to say of a folder that may have been given in place of the manifest in it; empty where there is none."""
    tables = [child.name for child in path.iterdir() if child.suffix.lower() == ".csv"] if path.is_dir() else []
    if len(tables) == 1 and not may_hold_a_name(Path(tables[0]).stem.casefold().replace("manifest", "")):
        return f"{tables[0]} is in it: give that."
    return "There is a .csv file in it: if it is a manifest, give that." if tables else ""


def _in_folder(bad_rows: Sequence[BadRow], children: Sequence[Path]) -> Iterator[BadRow]:
    """Reasons with what to do about a folder, told once an entry; no codes but those that folders are called by."""
    for place, reasons in groupby(bad_rows, key=lambda bad: bad.row):
        of_entry, told, own = list(reasons), {""}, _plain(children[place - 1])
        for bad in of_entry:
            hint = _OF_FOLDER.get(bad.hint, bad.hint)
            parts = [hint] * (hint not in told) + [_OR_MANIFEST] * (bad is of_entry[-1])
            told.add(hint)
            yield replace(bad, participant=bad.participant if bad.participant == own else "", hint=" ".join(parts))


def _children(path: Path) -> list[Path]:
    """Folders and archives, but for hidden ones and the results of cohorts."""
    try:
        inside = [child for child in path.iterdir() if not child.name.startswith((".", "__"))]
    except OSError as error:
        raise SettingsError(
            f"The folder of sessions cannot be read: {error.strerror or type(error).__name__}.",
            hint="Give a manifest (.csv), or a folder that holds one folder or .zip a session.",
        ) from None
    if is_lab_session(path) or is_opencap_session(path):
        raise SettingsError(
            "The folder is a session, not a folder of sessions.",
            hint="Give the folder around it, or assess it alone with `python -m assessment run`.",
        )
    found = [
        child
        for child in inside
        if (child.suffix.lower() in _FILES if child.is_file() else not CohortFolder(child).is_begun)
    ]
    if not found:
        raise SettingsError(
            "The folder holds neither folders nor archives.",
            hint=manifest_in(path) or "Give a folder that holds one folder or .zip a session, or a manifest (.csv).",
        )
    return sorted(found, key=lambda child: natural_order(child.name))


def _codes(children: Sequence[Path]) -> list[str]:
    plain = [_plain(child) for child in children]
    own = [
        name if is_code and not _may_be_theirs(name, child) else None
        for name, is_code, child in zip(plain, participant_codes(plain), children, strict=True)
    ]
    taken = {code.casefold() for code in own if code}
    codes = (f"P{number:04d}" for number in range(1, len(own) + len(taken) + 1))
    free = (code for code in codes if code.casefold() not in taken)
    return [code or next(free) for code in own]


def _plain(child: Path) -> str:
    """The name without what OpenCap puts around it."""
    name = child.stem if child.is_file() else child.name
    uuid = UUID.search(name)
    return uuid.group().lower() if uuid else name.removeprefix(FOLDER_PREFIX)


def _may_be_theirs(name: str, child: Path) -> bool:
    """Whether a name may be a person's, or holds a part of the one that the session's metadata say."""
    if UUID.fullmatch(name):
        return False
    person = read_metadata(child / METADATA_FILE).person if child.is_dir() else ""
    return may_hold_a_name(name) or without_person(name, person) != name
