"""Visits: a session of a participant, with what the clinician wrote of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import ValidationError
from sqlmodel import Session, col, select

from assessment.store import audit
from assessment.store.cleaning import delete_unused_upload, remove_unnamed
from assessment.store.database import UserStore
from assessment.store.participants import not_there, owned
from assessment.store.tables import Participant, Run, Upload, Visit, now
from assessment.visit import Signature, VisitDetails, text_sha256
from models.errors import StoreError


@dataclass(frozen=True)
class VisitRow:
    """One visit.

    Attributes
    ----------
    upload_id, session_path : str
        Where its recordings are.
    """

    id: str
    participant_id: str
    study_code: str
    upload_id: str
    session_path: str
    visit_date: date | None
    details: VisitDetails
    created_at: datetime


def add(mine: UserStore, participant_id: str, upload_id: str, session_path: str, details: dict[str, object]) -> str:
    """Add a visit and return its id.

    Parameters
    ----------
    mine : UserStore
    participant_id, upload_id, session_path : str
    details : dict
        Fields of `VisitDetails`; the study code is the participant's.

    Raises
    ------
    StoreError
        Participant or upload do not exist, or a detail is not accepted.
    """
    mine.need("assess")
    with mine.session() as session:
        participant = owned(session, mine, participant_id)
        # Locked: it must not be deleted, as one that nobody needs, before the visit is there.
        upload = session.get(Upload, upload_id, with_for_update=True)
        if upload is None or upload.owner_id != mine.user_id or session_path not in upload.sessions:
            raise not_there("upload")
        checked = _checked(details | {"signature": None}, participant)  # there is nothing yet to be signed
        visit = Visit(
            participant_id=participant_id,
            upload_id=upload_id,
            session_path=session_path,
            visit_date=checked.visit_date,
            details=checked.model_dump(mode="json"),
        )
        session.add(visit)
        session.flush()
        audit.write(session, mine, "added", "visit", visit.id)
        return visit.id


def get(mine: UserStore, visit_id: str) -> VisitRow:
    """One visit.

    Raises
    ------
    StoreError
        There is no such visit, or it is somebody else's.
    """
    with mine.reading() as session:
        return _row(*owned_visit(session, mine, visit_id))


def of_participant(mine: UserStore, participant_id: str) -> list[VisitRow]:
    """Visits of a participant, the oldest first.

    Raises
    ------
    StoreError
        There is no such participant.
    """
    with mine.reading() as session:
        participant = owned(session, mine, participant_id)
        query = select(Visit).where(Visit.participant_id == participant_id).order_by(col(Visit.created_at))
        rows = [_row(visit, participant) for visit in session.exec(query)]
    return sorted(rows, key=lambda row: (row.visit_date or row.created_at.date(), row.created_at))


def change(mine: UserStore, visit_id: str, details: dict[str, object], *, expected: VisitDetails | None = None) -> None:
    """Change some of a visit's details. A signature does not outlive a change: what was signed was another text.

    Parameters
    ----------
    mine : UserStore
    visit_id : str
    details : dict
        The fields to change, and no others: what somebody else wrote meanwhile stays. Nothing new changes nothing.
    expected : VisitDetails or None
        What the user saw; None where the change does not depend on it.

    Raises
    ------
    StoreError
        There is no such visit, a detail is not accepted, or the visit is not as expected.
    """
    with mine.session() as session:
        visit, participant = owned_visit(session, mine, visit_id, to_change=True)
        before = _expected(visit, participant, expected)
        unsigned: dict[str, object] = {"signature": None}
        after = _checked(before.model_dump() | details | unsigned, participant)
        if after != before.model_copy(update=unsigned):
            _write(session, visit, after)
            audit.write(session, mine, "changed", "visit", visit_id)


def sign(
    mine: UserStore, visit_id: str, signer: str, summary_sha256: str, *, expected: VisitDetails | None = None
) -> None:
    """Sign a visit's report: text and results as they are now.

    Parameters
    ----------
    mine : UserStore
    visit_id, signer, summary_sha256 : str
    expected : VisitDetails or None
        What the signer saw; None: whatever is there.

    Raises
    ------
    AccessError
        The user may not sign.
    StoreError
        There is no such visit, it has no such results or is not as expected, or the signer's name is empty.
    """
    mine.need("sign")
    if not signer.strip():
        raise StoreError("A signature needs a name.", hint="Type the name of the person who signs.")
    with mine.session() as session:
        visit, participant = owned_visit(session, mine, visit_id, to_change=True)
        before = _expected(visit, participant, expected)
        results = select(Run.id).where(Run.visit_id == visit_id, Run.summary_sha256 == summary_sha256)
        if session.exec(results).first() is None:
            raise StoreError("These are no results of this visit.", hint="Open the report again and sign that.")
        signature = Signature(
            signer=signer.strip(),
            signed_at=now(),
            summary_sha256=summary_sha256,
            text_sha256=text_sha256(before),
        )
        _write(session, visit, _checked(before.model_dump() | {"signature": signature.model_dump()}, participant))
        audit.write(session, mine, "signed", "visit", visit_id)


def delete(mine: UserStore, visit_id: str, *, keep_upload: bool = False) -> None:
    """Delete a visit with its results, and with its recordings unless they are needed or ``keep_upload`` says so.

    Raises
    ------
    StoreError
        There is no such visit, or a run of it is in progress.
    """
    with mine.session() as session:
        visit, _ = owned_visit(session, mine, visit_id, to_change=True)
        runs = list(session.exec(select(Run).where(Run.visit_id == visit_id)))
        if any(run.state in ("running", "cancelling") for run in runs):
            raise StoreError(
                "A run of this visit is in progress.", hint="Stop it on the Runs page, or wait until it is done."
            )
        upload_id = visit.upload_id
        session.delete(visit)
        session.flush()
        if not keep_upload:
            delete_unused_upload(session, upload_id)
        audit.write(session, mine, "deleted", "visit", visit_id)
    remove_unnamed(mine.store)


def owned_visit(
    session: Session, mine: UserStore, visit_id: str, *, to_change: bool = False
) -> tuple[Visit, Participant]:
    """A visit of this user, and whose it is; ``to_change`` keeps others from changing it until the transaction ends.

    Raises
    ------
    StoreError
        There is none of this id; somebody else's is as if it were not there.
    """
    visit = session.get(Visit, visit_id, with_for_update=to_change)
    participant = session.get(Participant, visit.participant_id) if visit else None
    if visit is None or participant is None or participant.owner_id != mine.user_id:
        raise not_there("visit")
    return visit, participant


def _expected(visit: Visit, participant: Participant, expected: VisitDetails | None) -> VisitDetails:
    """Details as they are stored, if they are what the user saw."""
    found = _details(visit, participant)
    if expected is not None and found != expected:
        raise StoreError(
            "This visit was changed meanwhile, in another tab or by somebody else.",
            hint="Nothing of yours was written over it. Read what is stored now, then do it again.",
        )
    return found


def _write(session: Session, visit: Visit, details: VisitDetails) -> None:
    visit.details, visit.visit_date = details.model_dump(mode="json"), details.visit_date
    session.add(visit)


def _checked(details: dict[str, object], participant: Participant) -> VisitDetails:
    try:
        return VisitDetails.model_validate(details | {"study_code": participant.study_code})
    except ValidationError as error:
        first = error.errors()[0]
        raise StoreError(
            f"{'.'.join(map(str, first['loc']))} is not accepted: {first['msg']}.", hint="Correct the field."
        ) from None


def _details(visit: Visit, participant: Participant) -> VisitDetails:
    # The code may have been changed since.
    return VisitDetails.model_validate(visit.details | {"study_code": participant.study_code})


def _row(visit: Visit, participant: Participant) -> VisitRow:
    return VisitRow(
        visit.id,
        participant.id,
        participant.study_code,
        visit.upload_id,
        visit.session_path,
        visit.visit_date,
        _details(visit, participant),
        visit.created_at,
    )
