"""Names that say nothing of a person: of movements, joints, bodies, markers, events and contacts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from models.skeleton.tables import read_rows, read_skeleton

_NAMES = tomllib.loads(Path(__file__).with_name("known_names.toml").read_text(encoding="utf-8"))
MOVEMENT_WORDS, COUNTS_IN_FRONT, EVENTS, CONTACTS, FILLED_IN = (
    frozenset(_NAMES[key].split()) for key in ("movement_words", "counts_in_front", "events", "contacts", "filled_in")
)


def is_movement_name(trial: str) -> bool:
    """Whether a trial's name holds words of movements only, and no number that could be a date or a code."""
    parts = [part for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^A-Za-z\d]", trial) if part not in "_- "]
    if len(parts) > 1 and parts[0] in COUNTS_IN_FRONT:
        parts = parts[1:]
    if len(parts) > 1 and re.fullmatch(r"[0-9]", parts[-1]):
        parts = parts[:-1]
    return bool(parts) and all(part.lower() in MOVEMENT_WORDS for part in parts)


def new_trial_names(trials: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names that trials go out under: their own where it is a movement's, else the movement and a number.

    Parameters
    ----------
    trials : iterable of (str, str)
        Name and movement (empty where it is not known).
    """
    given = list(trials)
    names = {name: name for name, _ in given if is_movement_name(name)}
    for name, movement in given:
        number = 1
        while name not in names:
            fresh = f"{movement or 'trial'}-{number}"
            if fresh not in names.values():
                names[name] = fresh
            number += 1
    return names


@cache
def columns() -> frozenset[str]:
    """Columns that every table of curves or cycles may have."""
    of_joints = {f"{name}_{ending}" for name in coordinates() for ending in _NAMES["column_endings"].split()}
    of_contacts = {f"{contact}_vertical_n" for contact in CONTACTS}
    return frozenset({*_NAMES["columns"].split(), *of_joints, *of_contacts})


@cache
def coordinates() -> frozenset[str]:
    """Coordinates of the generic skeleton, and without their side as cycle tables write them."""
    names = {coordinate.name for coordinate in read_skeleton().coordinates}
    return frozenset(names | {name.removesuffix("_r").removesuffix("_l") for name in names})


@cache
def bodies() -> frozenset[str]:
    """Bodies of the generic skeleton, and segments as scale factors name them."""
    names = {body.name for body in read_skeleton().bodies}
    return frozenset(names | {"foot", "forearm"} | {name.removesuffix("_r").removesuffix("_l") for name in names})


@cache
def markers() -> frozenset[str]:
    """Markers of the two sets that models carry."""
    return frozenset(row["marker"] for table in ("study", "optical") for row in read_rows(f"markers_{table}.csv"))
