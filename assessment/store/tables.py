"""The tables. Participants go by study code; names stand in a table of their own, and files are known by their hash.

Whatever belongs to a person hangs on the participant and goes with it. The audit log alone stays: it names objects by
ids that mean nothing once the object is gone.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect, ForeignKey, TypeDecorator, UniqueConstraint
from sqlmodel import Field, SQLModel


def new_id() -> str:
    """An id that says nothing: it may stand in addresses and logs."""
    return uuid.uuid4().hex


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Utc(TypeDecorator[datetime]):
    """Times in UTC; SQLite forgets the zone, which is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To the database."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _belongs_to(column: str, *, primary_key: bool = False) -> Column[str]:
    """A column that points at what its row goes with."""
    return Column(
        ForeignKey(column, ondelete="CASCADE"), nullable=False, primary_key=primary_key, index=not primary_key
    )


class User(SQLModel, table=True):
    """Somebody who uses the app; one local user where nobody logs in."""

    id: str = Field(default_factory=new_id, primary_key=True)
    subject: str = Field(unique=True, description="hash of the identity provider's issuer and subject, or 'local'")
    label: str = Field(description="how the audit log calls them")
    preferences: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    last_seen_at: datetime = Field(default_factory=now, sa_type=Utc)


class Participant(SQLModel, table=True):
    """A person, by study code."""

    __table_args__ = (UniqueConstraint("owner_id", "study_code"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    owner_id: str = Field(sa_column=_belongs_to("user.id"))
    study_code: str
    sex: str | None = None
    birth_year: int | None = None
    created_at: datetime = Field(default_factory=now, sa_type=Utc)


class ParticipantName(SQLModel, table=True):
    """The name of a person, where somebody typed one in; kept apart from everything else."""

    __tablename__ = "participant_name"

    participant_id: str = Field(sa_column=_belongs_to("participant.id", primary_key=True))
    name: str


class Upload(SQLModel, table=True):
    """What was uploaded: the files of a session that matter, known by their contents."""

    __table_args__ = (UniqueConstraint("owner_id", "sha256"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    owner_id: str = Field(sa_column=_belongs_to("user.id"))
    sha256: str = Field(description="of all paths and contents")
    sessions: list[str] = Field(description="paths of the sessions in it", sa_column=Column(JSON, nullable=False))
    age_years: float | None = Field(default=None, description="where it comes with the upload: of the example only")
    created_at: datetime = Field(default_factory=now, sa_type=Utc)


class UploadFile(SQLModel, table=True):
    """One file of an upload."""

    __tablename__ = "upload_file"

    upload_id: str = Field(sa_column=_belongs_to("upload.id", primary_key=True))
    path: str = Field(primary_key=True)
    sha256: str = Field(index=True)
    n_bytes: int


class Visit(SQLModel, table=True):
    """One visit of a person: one session, and what the clinician wrote of it."""

    id: str = Field(default_factory=new_id, primary_key=True)
    participant_id: str = Field(sa_column=_belongs_to("participant.id"))
    upload_id: str = Field(sa_column=_belongs_to("upload.id"))
    session_path: str = Field(description="of the session in the upload")
    visit_date: date | None = None
    details: dict[str, Any] = Field(description="`VisitDetails`", sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(default_factory=now, sa_type=Utc)


class Run(SQLModel, table=True):
    """One assessment of a visit: a job until it is finished, a result from then on."""

    id: str = Field(default_factory=new_id, primary_key=True)
    visit_id: str = Field(sa_column=_belongs_to("visit.id"))
    state: str = Field(index=True, description="`RunState`")
    request: dict[str, Any] = Field(description="`RunRequest`", sa_column=Column(JSON, nullable=False))
    stage: str = ""
    created_at: datetime = Field(default_factory=now, sa_type=Utc)
    started_at: datetime | None = Field(default=None, sa_type=Utc)
    finished_at: datetime | None = Field(default=None, sa_type=Utc)
    heartbeat_at: datetime | None = Field(default=None, sa_type=Utc)
    error: dict[str, Any] | None = Field(
        default=None, description="`ErrorRecord`", sa_column=Column(JSON(none_as_null=True))
    )
    summary_sha256: str | None = Field(default=None, description="of summary.json; what a signature is for")
    synthetic: bool | None = Field(default=None, description="whether the results are of generated data")


class RunTrial(SQLModel, table=True):
    """How far one trial of a run is."""

    __tablename__ = "run_trial"

    run_id: str = Field(sa_column=_belongs_to("run.id", primary_key=True))
    name: str = Field(primary_key=True)
    position: int
    stage: str
    started_at: datetime | None = Field(default=None, sa_type=Utc)
    finished_at: datetime | None = Field(default=None, sa_type=Utc)


class RunFile(SQLModel, table=True):
    """One file of a result."""

    __tablename__ = "run_file"

    run_id: str = Field(sa_column=_belongs_to("run.id", primary_key=True))
    path: str = Field(primary_key=True)
    sha256: str = Field(index=True)
    n_bytes: int


class RunIndicator(SQLModel, table=True):
    """One indicator of a result, one value for each movement and side: what lists of people are made of."""

    __tablename__ = "run_indicator"

    run_id: str = Field(sa_column=_belongs_to("run.id", primary_key=True))
    indicator: str = Field(primary_key=True)
    activity: str = Field(primary_key=True, description="movement and variant; empty of what several trials give")
    side: str = Field(primary_key=True, description="r, l, or empty")
    label: str
    unit: str
    value: float | None = Field(default=None, description="null where it is withheld")
    standard_error: float | None = None
    mark: str
    reasons: list[str] = Field(sa_column=Column(JSON, nullable=False))
    origin: str = Field(description="where the contact forces of a moment came from; empty for others")


class RunOutcome(SQLModel, table=True):
    """What one set of published rules says of a result; not a diagnosis."""

    __tablename__ = "run_outcome"

    run_id: str = Field(sa_column=_belongs_to("run.id", primary_key=True))
    framework: str = Field(primary_key=True)
    verdict: str


class CohortFolder(SQLModel, table=True):
    """The folder of a cohort that a user opened; addresses and the audit log know it by its id."""

    __tablename__ = "cohort_folder"
    __table_args__ = (UniqueConstraint("owner_id", "path"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    owner_id: str = Field(sa_column=_belongs_to("user.id"))
    path: str = Field(description="on the machine that runs the app; may hold names and stays here")
    opened_at: datetime = Field(default_factory=now, sa_type=Utc)


class AuditEntry(SQLModel, table=True):
    """Who saw, changed or exported what; holds no health data."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now, sa_type=Utc, index=True)
    user_id: str
    user_label: str
    action: str
    kind: str = Field(description="table of the object")
    object_id: str
