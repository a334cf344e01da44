"""Addresses and identifiers that come from outside: checked before they are used."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from pipeline.opencap_server import faults

_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def checked_session_id(text: str) -> str:
    """Canonical form of a session (or trial) id.

    Raises
    ------
    OpenCapServerError
        It is not a UUID; nothing has been asked of any server yet.
    """
    identifier = text.strip().lower()
    if not _UUID.fullmatch(identifier):
        raise faults.bad_session_id(text)
    return identifier


def checked_base_url(text: str) -> str:
    """Address of the API, ending in a slash.

    Raises
    ------
    OpenCapServerError
        No https (but for localhost), or credentials, a query or a fragment in it.
    """
    try:
        parts = urlsplit(text.strip())
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        raise faults.bad_base_url("it is not an address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_valid:
        raise faults.bad_base_url("it does not begin with https://HOST")
    if parts.username or parts.password:
        raise faults.bad_base_url("it holds a user name or password")
    if parts.query or parts.fragment:
        raise faults.bad_base_url("it holds a query or a fragment")
    if not is_safe(parts, local_allowed=True):
        raise faults.bad_base_url(f"{parts.hostname} is not reached by https")
    return parts._replace(path=parts.path.rstrip("/") + "/").geturl()


def is_safe(parts: SplitResult, *, local_allowed: bool) -> bool:
    """Whether an address is https, or on this very machine where that is allowed."""
    return parts.scheme == "https" or (local_allowed and parts.scheme == "http" and parts.hostname in _LOCAL_HOSTS)


def is_local(url: str) -> bool:
    """Whether an address is on this very machine."""
    return urlsplit(url).hostname in _LOCAL_HOSTS


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port: what must be equal for a token to be sent."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
