"""The audit log: who saw, changed or exported what. It holds ids, never health data; nothing removes its entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Literal

from sqlmodel import Session, col, select

from assessment.store.database import UserStore
from assessment.store.tables import AuditEntry, now

Action = Literal[
    "added", "changed", "saw", "exported", "signed", "deleted", "ran", "cancelled", "imported", "backed up"
]
Kind = Literal["participant", "name", "visit", "run", "upload", "store", "cohort"]


SEEN_AGAIN_AFTER = timedelta(hours=1)


def write(session: Session, mine: UserStore, action: Action, kind: Kind, object_id: str) -> None:
    """Write an entry in the transaction of what it tells of."""
    session.add(AuditEntry(user_id=mine.user_id, user_label=mine.label, action=action, kind=kind, object_id=object_id))


def record(mine: UserStore, action: Action, kind: Kind, object_id: str) -> None:
    """Write an entry of its own: somebody saw or exported something."""
    with mine.session() as session:
        write(session, mine, action, kind, object_id)


def record_seen(mine: UserStore, kind: Kind, object_id: str) -> None:
    """Write that the user saw something, once an hour: a page that is loaded again shows nothing new."""
    with mine.session() as session:
        lately = select(AuditEntry.id).where(
            AuditEntry.user_id == mine.user_id,
            AuditEntry.action == "saw",
            AuditEntry.kind == kind,
            AuditEntry.object_id == object_id,
            col(AuditEntry.at) > now() - SEEN_AGAIN_AFTER,
        )
        if session.exec(lately.limit(1)).first() is None:
            write(session, mine, "saw", kind, object_id)


def record_all(mine: UserStore, action: Action, kind: Kind, object_ids: Iterable[str]) -> None:
    """The same for many objects, which are recorded together or not at all."""
    with mine.session() as session:
        for object_id in object_ids:
            write(session, mine, action, kind, object_id)


def entries(
    mine: UserStore,
    *,
    actions: Sequence[str] = (),
    kinds: Sequence[str] = (),
    text: str = "",
    limit: int | None = None,
) -> list[AuditEntry]:
    """Entries of everybody, the newest first.

    Parameters
    ----------
    mine : UserStore
    actions, kinds : sequence of str
        Empty: all.
    text : str
        Part of the user's label or of the object's id.
    limit : int or None
        How many at most; None: all.

    Raises
    ------
    AccessError
        The user may not see them.
    """
    mine.need("see audit")
    query = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(limit)
    if actions:
        query = query.where(col(AuditEntry.action).in_(actions))
    if kinds:
        query = query.where(col(AuditEntry.kind).in_(kinds))
    if text.strip():
        wanted = text.strip()
        query = query.where(
            col(AuditEntry.user_label).icontains(wanted, autoescape=True)
            | col(AuditEntry.object_id).icontains(wanted, autoescape=True)
        )
    with mine.reading() as session:
        return list(session.exec(query))
