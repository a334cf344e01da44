"""Who may do what."""

from __future__ import annotations

import hashlib
from typing import Literal, get_args

Role = Literal["clinician", "researcher", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
Permission = Literal["assess", "see names", "sign", "see audit", "open cohorts"]

# Everybody sees their own participants only; a role says what they may do with them.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    "clinician": frozenset({"assess", "see names", "sign"}),
    "researcher": frozenset({"assess", "open cohorts"}),
    "admin": frozenset({"assess", "see names", "sign", "see audit", "open cohorts"}),
}

LOCAL_USER = "local"
"""Subject of the one user of a machine on which nobody logs in."""


def may(role: Role, permission: Permission) -> bool:
    """Whether a role holds a permission."""
    return permission in PERMISSIONS[role]


def subject_of(issuer: str, subject: str) -> str:
    """The key of a user that logs in: it tells users apart and says nothing of them."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()
