"""A file of a cohort takes the place of the older one when it is whole; a run that is killed leaves the older one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assessment.cohort.guard import disk_full, is_full
from models.errors import SettingsError


@contextmanager
def replaced_when_whole(path: Path) -> Iterator[Path]:
    """Give a file to write into that takes the place of ``path`` when everything went well.

    It lies beside it under one fixed name, so that what a killed run left is overwritten by the next. One run at a time
    writes to a cohort's folder.

    Raises
    ------
    DiskFullError
    SettingsError
        It cannot be written otherwise: permissions, a folder in its place.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        if is_full(error):
            raise disk_full() from None
        raise SettingsError(
            f"{path} cannot be written: {error.strerror or type(error).__name__}.",
            hint="Make space there, or give a folder that can be written; finished visits are kept.",
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)
