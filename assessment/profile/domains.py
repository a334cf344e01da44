"""What a profile looks at: the data of `domains.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DOMAINS = Path(__file__).parent / "domains.toml"


@dataclass(frozen=True)
class ProfiledIndicator:
    """One indicator of a domain; ``activities`` in order of preference, empty for what is of no single movement."""

    domain: str
    name: str
    label: str
    unit: str
    activities: tuple[str, ...]


@cache
def profiled_indicators() -> tuple[ProfiledIndicator, ...]:
    """All of them, domain by domain."""
    return tuple(
        ProfiledIndicator(domain["name"], entry["name"], entry["label"], entry["unit"], tuple(entry["activities"]))
        for domain in tomllib.loads(DOMAINS.read_text(encoding="utf-8"))["domain"]
        for entry in domain["indicator"]
    )
