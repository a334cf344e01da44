"""Participants: added, found, changed, deleted with everything that is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from assessment.store import audit
from assessment.store.cleaning import delete_unused_upload, remove_unnamed
from assessment.store.database import UserStore
from assessment.store.tables import Participant, ParticipantName, Run, Visit
from assessment.store.users import may
from assessment.visit import FORMULA_SIGNS, LONGEST_CODE
from models.errors import StoreError
from models.subject import ACCEPTED_SEXES

LONGEST_NAME = 200
BIRTH_YEARS = (1900, 2020)


@dataclass(frozen=True)
class ParticipantRow:
    """One line of a list of participants.

    Attributes
    ----------
    name : str or None
        None also where the user may not see names.
    """

    id: str
    study_code: str
    name: str | None
    sex: str | None
    birth_year: int | None
    n_visits: int
    last_visit: date | None
    created_at: datetime


def add(
    mine: UserStore, study_code: str, *, sex: str | None = None, birth_year: int | None = None, name: str | None = None
) -> str:
    """Add a participant and return its id.

    Raises
    ------
    StoreError
        The study code is empty, too long or taken, or another value is not accepted.
    """
    with mine.session() as session:
        code = _checked(session, mine, study_code, sex, birth_year, but=None)
        participant = Participant(owner_id=mine.user_id, study_code=code, sex=sex, birth_year=birth_year)
        session.add(participant)
        session.flush()
        _set_name(session, mine, participant.id, name)
        audit.write(session, mine, "added", "participant", participant.id)
        return participant.id


def change(
    mine: UserStore, participant_id: str, *, study_code: str, sex: str | None, birth_year: int | None, name: str | None
) -> None:
    """Change what is known of a participant.

    Raises
    ------
    StoreError
        As for `add`, or there is no such participant.
    """
    with mine.session() as session:
        participant = owned(session, mine, participant_id, to_change=True)
        participant.study_code = _checked(session, mine, study_code, sex, birth_year, but=participant_id)
        participant.sex, participant.birth_year = sex, birth_year
        session.add(participant)
        if may(mine.role, "see names"):
            _set_name(session, mine, participant_id, name)
        audit.write(session, mine, "changed", "participant", participant_id)


def find(mine: UserStore, text: str = "") -> list[ParticipantRow]:
    """Participants whose study code (or name, for those who may see names) holds a text; all for an empty one."""
    wanted = text.strip().casefold()
    return [row for row in _rows(mine) if wanted in row.study_code.casefold() or wanted in (row.name or "").casefold()]


def get(mine: UserStore, participant_id: str) -> ParticipantRow:
    """One participant.

    Raises
    ------
    StoreError
        There is no such participant, or it is somebody else's.
    """
    rows = _rows(mine, col(Participant.id) == participant_id)
    if not rows:
        raise not_there("participant")
    return rows[0]


def delete(mine: UserStore, participant_id: str) -> None:
    """Delete a participant: name, visits, recordings, runs, results, from the tables and from the disk.

    Raises
    ------
    StoreError
        There is no such participant, or a run of it is in progress.
    """
    with mine.session() as session:
        participant = owned(session, mine, participant_id, to_change=True)
        visits = list(session.exec(select(Visit).where(Visit.participant_id == participant_id)))
        runs = [run for visit in visits for run in session.exec(select(Run).where(Run.visit_id == visit.id))]
        if any(run.state in ("running", "cancelling") for run in runs):
            raise StoreError(
                "A run of this participant is in progress.",
                hint="Stop it on the Runs page, or wait until it is done.",
            )
        uploads = {visit.upload_id for visit in visits}
        session.delete(participant)
        session.flush()
        for upload_id in uploads:
            delete_unused_upload(session, upload_id)
        audit.write(session, mine, "deleted", "participant", participant_id)
    remove_unnamed(mine.store)


def owned(session: Session, mine: UserStore, participant_id: str, *, to_change: bool = False) -> Participant:
    """A participant of this user; ``to_change`` keeps others from changing it until the transaction ends.

    Raises
    ------
    StoreError
        There is none of this id; somebody else's is as if it were not there.
    """
    participant = session.get(Participant, participant_id, with_for_update=to_change)
    if participant is None or participant.owner_id != mine.user_id:
        raise not_there("participant")
    return participant


def not_there(what: str) -> StoreError:
    """The error for what does not exist, or belongs to somebody else."""
    return StoreError(
        f"There is no such {what}.",
        hint="It may have been deleted, or belong to another user. Choose one from the list.",
    )


def _rows(mine: UserStore, *conditions: ColumnElement[bool]) -> list[ParticipantRow]:
    query = (
        select(Participant, ParticipantName.name, func.count(col(Visit.id)), func.max(Visit.visit_date))
        .join(ParticipantName, isouter=True)
        .join(Visit, isouter=True)
        .where(Participant.owner_id == mine.user_id, *conditions)
        .group_by(col(Participant.id), col(ParticipantName.name))
        .order_by(col(Participant.study_code))
    )
    sees_names = may(mine.role, "see names")
    with mine.reading() as session:
        return [
            ParticipantRow(
                one.id, one.study_code, name if sees_names else None, one.sex, one.birth_year, n, last, one.created_at
            )
            for one, name, n, last in session.exec(query)
        ]


def accepted_code(study_code: str, sex: str | None, birth_year: int | None) -> str:
    """The study code without blanks around it, where all three are accepted.

    Raises
    ------
    StoreError
        One is not.
    """
    code = study_code.strip()
    if not 0 < len(code) <= LONGEST_CODE or not code.isprintable():
        raise StoreError(
            f"The study code must have 1 to {LONGEST_CODE} printable characters.",
            hint="Give a code such as P001; never a name.",
        )
    if code[0] in FORMULA_SIGNS:
        raise StoreError(
            "The study code must not begin with =, +, - or @.",
            hint="A spreadsheet would take it for a formula. Give a code such as P001.",
        )
    if sex is not None and sex not in ACCEPTED_SEXES:
        raise StoreError(f"Sex {sex!r} is not accepted.", hint=f"Accepted: {', '.join(ACCEPTED_SEXES)}.")
    if birth_year is not None and not BIRTH_YEARS[0] <= birth_year <= BIRTH_YEARS[1]:
        raise StoreError(
            f"The year of birth {birth_year} is not accepted.", hint=f"Accepted: {BIRTH_YEARS[0]} to {BIRTH_YEARS[1]}."
        )
    return code


def same_code(one: str, other: str) -> bool:
    """Whether two study codes mean one person: P001 and p001 do."""
    return one.strip().casefold() == other.strip().casefold()


def _checked(
    session: Session, mine: UserStore, study_code: str, sex: str | None, birth_year: int | None, *, but: str | None
) -> str:
    code = accepted_code(study_code, sex, birth_year)
    # Compared here: databases differ in how they fold letters.
    everybody = session.exec(select(Participant.id, Participant.study_code).where(Participant.owner_id == mine.user_id))
    if any(same_code(other, code) for one, other in everybody if one != but):
        raise StoreError(
            f"The study code {code} is taken.", hint="Choose the participant from the list, or give another code."
        )
    return code


def _set_name(session: Session, mine: UserStore, participant_id: str, name: str | None) -> None:
    if name:
        mine.need("see names")
    old = session.get(ParticipantName, participant_id)
    new = (name or "").strip()
    if len(new) > LONGEST_NAME or not new.isprintable():
        raise StoreError(f"A name must have at most {LONGEST_NAME} printable characters.", hint="Shorten it.")
    if old is not None and not new:
        session.delete(old)
    elif new and (old is None or old.name != new):
        session.merge(ParticipantName(participant_id=participant_id, name=new))
        audit.write(session, mine, "changed", "name", participant_id)
