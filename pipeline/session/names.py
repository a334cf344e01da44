"""Names that are safe to show, to file results under, and to log."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_NAME_LENGTH = 80
"""Characters; leaves room for suffixes below the 255 bytes that file systems accept."""

WINDOWS_DEVICES = frozenset({"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)})
"""What Windows opens as a device, whatever stands behind a dot."""

# A participant code such as "S12" or "gait 7" identifies nobody; other words of three letters or more may be a name.
_NOT_A_NAME = frozenset(
    {
        "control",
        "chair",
        "gait",
        "jump",
        "left",
        "neutral",
        "participant",
        "patient",
        "pilot",
        "right",
        "session",
        "sit",
        "squat",
        "squats",
        "stand",
        "static",
        "step",
        "sts",
        "subject",
        "test",
        "trial",
        "walk",
        "walking",
    }
)
_NAME_PART = re.compile(r"[^\W\d_]{3,}")


def unique_names(wanted: Iterable[str]) -> list[str]:
    """Number those that are there before, whatever the case of letters: results are filed under them."""
    names: list[str] = []
    taken: set[str] = set()
    for name in wanted:
        unique, repeat = name, 1
        while unique.casefold() in taken:
            repeat += 1
            unique = f"{name} ({repeat})"
        taken.add(unique.casefold())
        names.append(unique)
    return names


def safe_name(text: str, fallback: str) -> str:
    """Turn any text into one that every file system takes as the name of a file.

    Letters (of any alphabet), digits, spaces and ``_ - . + ( )`` stay, everything else becomes ``_``.

    Parameters
    ----------
    text : str
    fallback : str
        Used when nothing of the text is left.
    """
    plain = unicodedata.normalize("NFC", text)
    kept = "".join(char if char.isalnum() or char in " _-.+()" else "_" for char in plain)
    kept = kept.lstrip(". ")[:MAX_NAME_LENGTH].rstrip(". ")
    if not kept.strip("_"):
        return fallback
    return f"_{kept}" if kept.split(".")[0].casefold() in WINDOWS_DEVICES else kept


def without_person(text: str, person: str, replacement: str = "participant") -> str:
    """Replace a person's name, whole or in parts, wherever it stands as a word of its own.

    OpenCap's ``subjectID`` often holds a name, and people also put it into folder and trial names.

    Parameters
    ----------
    text : str
        For instance a trial name, ``jane_walk 2``.
    person : str
        The ``subjectID``, for instance ``Jane Doe``; codes without three letters in a row, and the words of
        movement studies (``gait01``), identify nobody and stay.
    replacement : str
    """
    parts = _parts_of_a_name(person)
    if not parts:
        return text
    joined = r"[\W_]*".join(re.escape(part) for part in parts)
    single = "|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True))
    # Letters end a word; digits and underscores do not: "Jane1" and "jane_walk" both hold the name.
    return re.sub(rf"(?<![^\W\d_])(?:{joined}|{single})(?![^\W\d_])", replacement, text, flags=re.IGNORECASE)


def may_hold_a_name(text: str) -> bool:
    """Whether a word of the text could be a person's name: it is none of those of movement studies."""
    return bool(_parts_of_a_name(text))


def _parts_of_a_name(text: str) -> list[str]:
    return [part for part in _NAME_PART.findall(text) if part.casefold() not in _NOT_A_NAME]


def natural_order(name: str) -> list[tuple[int, int, str]]:
    """Sort key that puts ``walk_2`` before ``walk_10``."""
    return [
        (0, int(piece), "") if piece.isdecimal() else (1, 0, piece.casefold())
        for piece in re.split(r"(\d+)", name)
        if piece
    ]
