"""Text files from elsewhere, read defensively: a limit on size, no binary content, any line ending."""

from __future__ import annotations

from pathlib import Path

from models.errors import SarcoscopeError

_BYTES_PER_MIB = 2**20


def read_lines(path: Path, *, max_bytes: int, error: type[SarcoscopeError]) -> list[str]:
    """Read a text file as lines, without their endings.

    UTF-8 with or without byte-order mark, else Latin-1 (which file paths in old headers need); line endings of
    Linux, Windows and old Macs, also mixed, as OpenCap's 2022 files have them.

    Parameters
    ----------
    path : Path
    max_bytes : int
        Larger files are refused unread.
    error : type of SarcoscopeError
        What to raise.

    Raises
    ------
    error
        The file is absent, no regular file, unreadable, too large, empty, or not text.
    """
    try:
        # Asked first: a pipe would never end.
        if path.exists() and not path.is_file():
            raise error(
                "There is a folder, a pipe or a device in place of the file.",
                hint="Put the file itself there; copy or download the session again.",
                file=path.name,
            )
        n_bytes = path.stat().st_size
        if n_bytes > max_bytes:
            raise error(
                f"The file is {n_bytes / _BYTES_PER_MIB:.0f} MiB large.",
                hint=f"At most {max_bytes / _BYTES_PER_MIB:g} MiB are accepted. Is this the right file?",
                file=path.name,
            )
        content = path.read_bytes()
    except OSError as reason:
        raise error(
            f"The file cannot be read: {reason.strerror or 'unknown reason'}.",
            hint="Check that it exists and that you may read it.",
            file=path.name,
        ) from None
    if not content.strip():
        raise error("The file is empty.", hint="Download or export it again.", file=path.name)
    if b"\0" in content:
        raise error("The file is not text.", hint="It may be damaged, compressed or of another kind.", file=path.name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
