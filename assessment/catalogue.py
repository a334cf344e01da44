"""Where indicators are declared: the catalogue, without what computes them, which takes seconds to import."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

CATALOGUE = Path(__file__).parent / "indicators" / "catalogue"

Tier = Literal["clinical", "descriptive", "research"]


@dataclass(frozen=True)
class Definition:
    """One indicator as declared in the catalogue, whose README says what each entry means.

    ``standard_error`` is a published one, ``estimated_forces_error`` what estimating the forces adds, both in ``unit``.
    """

    name: str
    label: str
    unit: str
    tier: Tier
    tasks: tuple[str, ...]
    per: Literal["trial", "repetition"]
    sided: bool
    needs: Literal["kinematics", "moments"]
    definition: str
    protocol: str
    source: str
    standard_error: float | None = None
    estimated_forces_error: float | None = None
    largest_error_share: float | None = None
    decimals: int | None = None


@cache
def catalogue() -> dict[str, Definition]:
    """All declared indicators, by name; those that are also given per body mass have a second one."""
    families = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(CATALOGUE.glob("*.toml"))]
    return {
        definition.name: definition
        for family in families
        for name, entry in family.items()
        for definition in _declared(name, **entry)
    }


def _declared(
    name: str,
    *,
    tasks: list[str],
    per_body_mass: bool = False,
    estimated_forces_error_per_kg: float | None = None,
    **entry: Any,
) -> Iterator[Definition]:
    whole = Definition(name=name, tasks=tuple(tasks), **entry)
    yield whole
    if per_body_mass:
        yield replace(
            whole,
            name=f"{name}_per_kg",
            label=f"{whole.label} per body mass",
            unit=f"{whole.unit}/kg",
            definition=f"{whole.label} divided by body mass.",
            protocol=f"As {name}.",
            estimated_forces_error=estimated_forces_error_per_kg,
        )
