"""Twelve ways in which a session arrives broken, as studies have sent them to us or to others."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

NEUTRAL, RISE, WALK = "neutral", "5xSTS", "walk"


def _trc(session: Path, trial: str) -> Path:
    return session / "MarkerData" / f"{trial}.trc"


def _no_neutral_markers(session: Path) -> None:
    """Header and column names, not one frame."""
    lines = _trc(session, NEUTRAL).read_text("utf-8").splitlines(keepends=True)
    _trc(session, NEUTRAL).write_text("".join(lines[:5]), "utf-8")


def _cut_off(session: Path) -> None:
    """The copy stopped in the middle of a row."""
    whole = _trc(session, RISE).read_bytes()
    _trc(session, RISE).write_bytes(whole[: len(whole) // 2])


def _not_text(session: Path) -> None:
    """A video under the name of a marker file."""
    _trc(session, RISE).write_bytes(bytes(range(256)) * 4096)


def _words_for_numbers(session: Path) -> None:
    """A spreadsheet put #REF! where numbers were."""
    lines = _trc(session, WALK).read_text("utf-8").splitlines(keepends=True)
    at = len(lines) // 2
    lines[at] = "\t".join("#REF!" for _ in lines[at].split("\t")) + "\n"
    _trc(session, WALK).write_text("".join(lines), "utf-8")


def _all_lost(session: Path) -> None:
    """Nobody was tracked: every coordinate is empty."""
    lines = _trc(session, WALK).read_text("utf-8").splitlines()
    n_head = 5
    empty = ["\t".join([*line.split("\t")[:2], *([""] * (len(line.split("\t")) - 2))]) for line in lines[n_head:]]
    _trc(session, WALK).write_text("\n".join([*lines[:n_head], *empty]) + "\n", "utf-8")


def _no_recordings(session: Path) -> None:
    """The folder is there, the recordings are not."""
    shutil.rmtree(session / "MarkerData")


def _pipe(session: Path) -> None:
    """A pipe that nobody writes to, in place of a marker file: reading it never ends."""
    _trc(session, WALK).unlink()
    os.mkfifo(_trc(session, WALK))


def _folder_for_file(session: Path) -> None:
    """A folder under the name of a marker file."""
    _trc(session, WALK).unlink()
    _trc(session, WALK).mkdir()


def _entities(session: Path) -> None:
    """Metadata that would unfold to gigabytes."""
    bomb = "\n".join(
        [
            "a: &a [x, x, x, x, x, x, x, x, x]",
            *(f"{chr(98 + k)}: &{chr(98 + k)} [{', '.join(f'*{chr(97 + k)}' for _ in range(9))}]" for k in range(12)),
        ]
    )
    (session / "sessionMetadata.yaml").write_text(bomb + "\n", "utf-8")


def _cut_archive(session: Path) -> Path:
    """An archive whose download broke off."""
    packed = _packed(session)
    whole = packed.read_bytes()
    packed.write_bytes(whole[: len(whole) // 2])
    return packed


def _escaping_archive(session: Path) -> Path:
    """An archive that would write beside its folder."""
    packed = _packed(session)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("../../outside.trc", "x")
    return packed


def _bomb(session: Path) -> Path:
    """An archive that unfolds a thousandfold."""
    packed = _packed(session)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{session.name}/MarkerData/bomb.trc", b"0" * 2**28)
    return packed


def _packed(session: Path) -> Path:
    """Put an archive in the session's place."""
    packed = Path(shutil.make_archive(str(session), "zip", session.parent, session.name))
    shutil.rmtree(session)
    return packed


WAYS: dict[str, Callable[[Path], Path | None]] = {
    "neutral trial without frames": _no_neutral_markers,
    "marker file cut off": _cut_off,
    "marker file is no text": _not_text,
    "words in place of numbers": _words_for_numbers,
    "all markers lost": _all_lost,
    "recordings missing": _no_recordings,
    "pipe in place of a file": _pipe,
    "folder in place of a file": _folder_for_file,
    "metadata that unfold": _entities,
    "archive cut off": _cut_archive,
    "archive that escapes": _escaping_archive,
    "archive that unfolds": _bomb,
}
"""By what happened; each changes the session's folder, and returns what took its place if it is no folder now."""
