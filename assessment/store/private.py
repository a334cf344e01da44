"""Files and folders that only their owner can read: they hold names and health data."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import StoreError

_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@contextmanager
def written_whole(out: Path) -> Iterator[Path]:
    """Give a file to write into that becomes ``out`` when everything went well; otherwise nothing is left of it.

    Raises
    ------
    StoreError
        ``out`` is there already, or cannot be written.
    """
    if out.exists():
        raise StoreError(f"{out.name} is there already.", hint="Give another name; nothing is overwritten.")
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600, exist_ok=False)
        yield unfinished
        unfinished.rename(out)
    except OSError as error:
        raise StoreError(
            f"{out.name} cannot be written: {error.strerror or type(error).__name__}.",
            hint="Give a file in a folder that can be written and has space for all recordings and results.",
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)


def keep_to_owner(folder: Path) -> None:
    """Take a folder from the group and from everybody else, if they can look into it.

    Raises
    ------
    StoreError
        It is not ours to take, or it is made to be shared, as /tmp is.
    """
    status = folder.stat()
    if not status.st_mode & _OF_OTHERS:
        return
    is_ours = status.st_uid == os.geteuid()
    if is_ours and not status.st_mode & stat.S_ISVTX:
        folder.chmod(0o700)
    elif status.st_mode & stat.S_IRWXO:
        raise StoreError(
            f"Others can look into the folder of the store, {folder}, which is not its own or is a shared one.",
            hint="Give a folder of its own as SARCOSCOPE_HOME, or take it from others (chmod o-rwx).",
        )
