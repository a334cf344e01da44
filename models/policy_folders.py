"""Where trained policies lie: those that come with Sarcoscope, and those that a study registered."""

from __future__ import annotations

import os
import re
from pathlib import Path

POLICIES = Path(__file__).parent / "policies"
"""A folder each, of `POLICY_FILE`, `ABOUT_FILE` and a model card."""
POLICY_FILE, ABOUT_FILE, CARD_FILE = "policy.safetensors", "policy.json", "README.md"
SHIPPED = ("adults", "older_adults")
"""Names of the policies that come with Sarcoscope; no other policy may have them."""
VARIABLE = "SARCOSCOPE_POLICIES"
"""Environment variable that names a folder of a study's own policies, for where `POLICIES` cannot be written."""

# No separators, no leading dot: the name is a folder's, and stands in file names, tables and reports.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")


def own_folder() -> Path:
    """Where a study's policies are registered: the folder that `VARIABLE` names, else beside the shipped ones."""
    named = os.environ.get(VARIABLE)
    return Path(named).expanduser() if named else POLICIES


def policy_names() -> tuple[str, ...]:
    """Names of all policies: the shipped ones, then a study's own."""
    return (*SHIPPED, *own_policies())


def own_policies() -> tuple[str, ...]:
    """Names of the policies that a study registered."""
    found = {path.parent.name for folder in _folders() for path in folder.glob(f"*/{POLICY_FILE}")}
    return tuple(sorted(name for name in found if NAME.fullmatch(name) and name not in SHIPPED))


def folder_of(name: str) -> Path | None:
    """Return the folder of a policy; None where there is none of this name. Shipped ones are never another's."""
    folders = (POLICIES,) if name in SHIPPED else _folders()
    places = [folder / name for folder in folders] if NAME.fullmatch(name) else []
    return next((place for place in places if (place / POLICY_FILE).is_file()), None)


def _folders() -> tuple[Path, ...]:
    """The study's own folder first."""
    return tuple(dict.fromkeys([own_folder(), POLICIES]))
