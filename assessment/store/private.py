"""Files and folders that only their owner can read: they hold names and health data."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from models.errors import StoreError

_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def new_file(path: Path) -> None:
    """Make an empty file to be written into; one that was left there is removed."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)


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
