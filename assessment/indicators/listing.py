"""The catalogue as a page to read: `python -m assessment catalogue` prints docs/catalogue.md."""

from __future__ import annotations

import tomllib

from assessment.catalogue import CATALOGUE, Definition, catalogue

HEADING = """\
# All indicators

Printed by `python -m assessment catalogue` from the tables in `assessment/indicators/catalogue/`; a test keeps it up to
date. Those marked "/kg" exist a second time, divided by body mass, as `<name>_per_kg`. What the tiers mean and where
standard errors come from: [indicators](indicators.md), [uncertainty](uncertainty.md).
"""


def catalogue_page() -> str:
    """Every indicator, one table a family."""
    parts = [HEADING]
    for path in sorted(CATALOGUE.glob("*.toml")):
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(" How to declare")[0]
        parts.append(f"\n## {title.rstrip('.')}\n\n| name | unit | of | tier | definition |\n|---|---|---|---|---|\n")
        parts += [_row(catalogue()[name], per_kg="per_body_mass" in entry) for name, entry in entries.items()]
    return "".join(parts)


def _row(one: Definition, *, per_kg: bool) -> str:
    unit = f"{one.unit}, /kg" if per_kg else one.unit
    scope = f"{one.per}, each side" if one.sided else one.per
    tasks = f"{', '.join(one.tasks)}: {scope}"
    return f"| `{one.name}` | {unit} | {tasks} | {one.tier} | {one.definition} {one.protocol} |\n"
