"""Small study tables written by hand: values are given, the rest is filled in."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from assessment.study import Study

GROUPS = ("healthy", "sarcopenia")


def row(participant: str, value: float | None, **other: object) -> dict[str, object]:
    """One indicator row of a participant; withheld where there is no value."""
    return {
        "participant": participant,
        "visit": "1",
        "session": f"{participant}-1",
        "synthetic": True,
        "trial": "rise",
        "activity": "sit-to-stand",
        "variant": "five-times",
        "indicator": "peak_knee_extension_moment_per_kg",
        "repetition": 1,
        "side": "",
        "value": value,
        "unit": "Nm/kg",
        "standard_error": None,
        "quality": "withheld" if value is None else "reported",
        "reasons": "",
    } | other


def study(rows: Iterable[dict[str, object]], groups: dict[str, str], **measures: object) -> Study:
    """A study of these rows; ``groups`` says participant -> group, ``measures`` are columns of participants."""
    table = pd.DataFrame(list(rows))
    table["value"] = table["value"].astype(float)
    table["group"] = table["participant"].map(groups)
    visits = sorted(table["visit"].unique())
    people = [
        {"session": f"{person}-{visit}", "participant": person, "visit": visit, "group": group}
        for person, group in groups.items()
        for visit in visits
    ]
    return Study(table, pd.DataFrame(people).assign(**measures))


def two_groups_of(first: Iterable[float], second: Iterable[float]) -> Study:
    """One value a participant, two groups."""
    values = {f"H{n}": value for n, value in enumerate(first)} | {f"S{n}": value for n, value in enumerate(second)}
    groups = {person: GROUPS[person[0] == "S"] for person in values}
    return study([row(person, value) for person, value in values.items()], groups)
