"""Who somebody is, by what the identity provider says of them: key, label and role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assessment.store.users import LOCAL_USER, PERMISSIONS, ROLES, Role, subject_of
from models.errors import AccessError

DEFAULT_ROLE_CLAIM = "roles"


@dataclass(frozen=True)
class Identity:
    """A user.

    Attributes
    ----------
    subject : str
        Key in the store; says nothing of the person.
    label : str
        What the audit log calls them.
    role : Role
    """

    subject: str
    label: str
    role: Role


LOCAL = Identity(LOCAL_USER, LOCAL_USER, "admin")
"""The one user of a machine on which nobody logs in."""


def identity_of(claims: Mapping[str, Any], role_claim: str = DEFAULT_ROLE_CLAIM) -> Identity:
    """Read an identity token's claims.

    Parameters
    ----------
    claims : mapping
    role_claim : str
        Name of the claim that holds the role or roles; ``realm_access.roles`` is a claim in a claim.

    Raises
    ------
    AccessError
        They do not tell users apart, or hold no role that this program knows; there is no default role.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not (isinstance(issuer, str) and issuer and isinstance(subject, str) and subject):
        raise AccessError(
            "The identity provider does not say who you are: the claims iss and sub are missing.",
            hint="Ask the administrator of this installation to check the identity provider.",
        )
    named = (claims.get(name) for name in ("email", "preferred_username"))
    key = subject_of(issuer, subject)
    label = next((one for one in named if isinstance(one, str) and one), f"user {key[:8]}")
    return Identity(key, label, _role(claims, role_claim))


def _role(claims: Mapping[str, Any], role_claim: str) -> Role:
    """Of several roles the one that permits most."""
    found = _claim(claims, role_claim)
    given = [found] if isinstance(found, str) else found if isinstance(found, (list, tuple)) else []
    roles = [role for role in ROLES if role in given]
    if not roles:
        raise AccessError(
            "Your account has no role in Sarcoscope.",
            hint=f"Ask the administrator of this installation for one of: {', '.join(ROLES)}. Then log in again.",
        )
    return max(roles, key=lambda role: len(PERMISSIONS[role]))


def _claim(claims: Mapping[str, Any], path: str) -> object:
    # Some providers have names with dots (https://clinic.example/roles): the name itself comes first.
    if path in claims:
        return claims[path]
    found: object = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
