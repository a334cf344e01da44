"""What the server says, read tolerantly, and what is kept of it.

The server's serializers, its own web client and opencap-processing disagree on fields (``session`` or ``session_id``,
subjects as a list or a dict, ``isMono`` or nothing): all are read. Of people only what scaling needs is kept. The
server's session ``name`` is the subject's name, and ``meta.subject.id`` is typed by hand, so neither is read at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
)

from models.subject import Sex, SubjectMetadata
from pipeline.opencap_server import faults

_SEX_OF: dict[str, Sex] = {"woman": "f", "female": "f", "f": "f", "man": "m", "male": "m", "m": "m"}
# opencap-api's birth years before this are slips of the form, not people.
_EARLIEST_BIRTH_YEAR = 1900


@dataclass(frozen=True)
class RemoteSubject:
    """A participant on the server, without name.

    Attributes
    ----------
    identifier : str or None
        The server's running number; None where a session holds only typed-in values.
    metadata : SubjectMetadata
        Height, mass, sex at birth; age in whole years at the session (or today) from the birth year, so it may be one
        year too high.
    """

    identifier: str | None
    metadata: SubjectMetadata


@dataclass(frozen=True)
class RemoteTrial:
    """A trial on the server.

    Attributes
    ----------
    status : str
        ``recording``, ``processing``, ``done``, ``error``, ``stopped``, ``reprocess`` or ``unknown``.
    links : dict of str to str
        Result tag -> presigned link. Links expire within minutes and are keys to the data: use them at once, never
        store or show them.
    """

    identifier: str
    session_id: str | None
    name: str
    status: str
    links: dict[str, str] = field(repr=False)

    @property
    def is_ready(self) -> bool:
        """Whether there is a movement to download."""
        return "marker_data" in self.links or "ik_results" in self.links


@dataclass(frozen=True)
class RemoteSession:
    """A session on the server.

    Attributes
    ----------
    is_public, is_monocular : bool or None
        None where the server does not say.
    trials : tuple of RemoteTrial
        In the order of recording, without deleted ones; empty in listings.
    trial_count : int
    neutral_trial_id : str or None
        Set where the neutral trial is inherited from another session.
    """

    identifier: str
    created_at: datetime | None
    is_public: bool | None
    is_monocular: bool | None
    subject: RemoteSubject
    trials: tuple[RemoteTrial, ...]
    trial_count: int
    neutral_trial_id: str | None


def _number(value: Any) -> float | None:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return None
    return number if number > 0 else None


def _list_of(key: str) -> BeforeValidator:
    return BeforeValidator(lambda value: value.get(key, []) if isinstance(value, dict) else value or [])


_Number = Annotated[float | None, BeforeValidator(_number)]
_Dict = Annotated[dict[str, Any], BeforeValidator(lambda value: value if isinstance(value, dict) else {})]


class _Answer(BaseModel):
    # An identifier may come as a number; people's fields that are not named below are dropped here.
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _ResultAnswer(_Answer):
    tag: str | None = None
    media: str | None = None


class _TrialAnswer(_Answer):
    id: str
    session: str | None = Field(None, validation_alias=AliasChoices("session", "session_id"))
    name: str | None = None
    status: str | None = None
    trashed: bool | None = None
    created_at: datetime | None = None
    results: Annotated[list[_ResultAnswer], BeforeValidator(lambda value: value or [])] = []

    def trial(self) -> RemoteTrial:
        """What is kept; of several results with one tag the last counts, as in the web zip."""
        return RemoteTrial(
            identifier=self.id,
            session_id=self.session,
            name=self.name or "",
            status=self.status or "unknown",
            links={result.tag: result.media for result in self.results if result.tag and result.media},
        )


class _SubjectAnswer(_Answer):
    id: str | None = None
    height: _Number = None
    mass: _Number = Field(None, validation_alias=AliasChoices("mass", "weight"))
    sex: str | None = Field(None, validation_alias=AliasChoices("sex_at_birth", "sex"))
    birth_year: _Number = None

    def subject(self, year: int, *, identifier: str | None) -> RemoteSubject:
        """What is kept, with the age in that year."""
        known = self.birth_year is not None and _EARLIEST_BIRTH_YEAR <= self.birth_year <= year
        return RemoteSubject(
            identifier,
            SubjectMetadata(
                height_m=self.height,
                mass_kg=self.mass,
                sex=_SEX_OF.get((self.sex or "").strip().lower()),
                age_years=year - self.birth_year if known and self.birth_year is not None else None,
            ),
        )


class _SessionAnswer(_Answer):
    id: str
    public: bool | None = None
    is_mono: bool | None = Field(None, validation_alias=AliasChoices("isMono", "is_mono"))
    created_at: datetime | None = None
    meta: _Dict = {}
    subject: str | dict[str, Any] | None = None
    trials: Annotated[list[_TrialAnswer], BeforeValidator(lambda value: value or [])] = []
    trials_count: int | None = None

    def session(self) -> RemoteSession:
        """What is kept."""
        trials = sorted((trial for trial in self.trials if not trial.trashed), key=_recorded_at)
        record = _SubjectAnswer.model_validate(self.subject) if isinstance(self.subject, dict) else None
        typed = self.meta.get("subject")
        typed_in = _SubjectAnswer.model_validate(typed if isinstance(typed, dict) else {})
        number = record.id if record else self.subject if isinstance(self.subject, str) else None
        neutral = self.meta.get("neutral_trial")
        return RemoteSession(
            identifier=self.id,
            created_at=self.created_at,
            is_public=self.public,
            is_monocular=self.is_mono,
            subject=(record or typed_in).subject((self.created_at or datetime.now()).year, identifier=number),
            trials=tuple(trial.trial() for trial in trials),
            trial_count=len(trials) if self.trials_count is None else self.trials_count,
            neutral_trial_id=str(neutral["id"]) if isinstance(neutral, dict) and neutral.get("id") else None,
        )


def _recorded_at(trial: _TrialAnswer) -> float:
    return trial.created_at.timestamp() if trial.created_at else 0.0


class _LoginAnswer(_Answer):
    token: SecretStr = Field(min_length=1)
    otp_challenge_sent: bool | None = None


class _TaskAnswer(_Answer):
    task_id: str = Field(min_length=1)


class _ReadyAnswer(_Answer):
    url: str | None = None


_SESSION = TypeAdapter(_SessionAnswer)
_SESSIONS = TypeAdapter(Annotated[list[_SessionAnswer], _list_of("sessions")])
_TRIAL = TypeAdapter(_TrialAnswer)
_SUBJECTS = TypeAdapter(Annotated[list[_SubjectAnswer], _list_of("subjects")])
_LOGIN = TypeAdapter(_LoginAnswer)
_TASK = TypeAdapter(_TaskAnswer)
_READY = TypeAdapter(_ReadyAnswer)
_Shape = TypeVar("_Shape")


def _read(shape: TypeAdapter[_Shape], answer: Any, what: str) -> _Shape:
    try:
        return shape.validate_python(answer)
    except ValidationError as error:
        fields = {".".join(str(part) for part in entry["loc"]) or "all" for entry in error.errors(include_input=False)}
        raise faults.unexpected_answer(what, ", ".join(sorted(fields))) from None


def read_session(answer: Any) -> RemoteSession:
    """``GET sessions/<id>/``."""
    return _read(_SESSION, answer, "the session").session()


def read_sessions(answer: Any) -> tuple[RemoteSession, ...]:
    """``GET sessions/valid/``: a list, or a dict with ``sessions``."""
    return tuple(entry.session() for entry in _read(_SESSIONS, answer, "the list of sessions"))


def read_trial(answer: Any) -> RemoteTrial:
    """``GET trials/<id>/``."""
    return _read(_TRIAL, answer, "the trial").trial()


def read_subjects(answer: Any, year: int) -> tuple[RemoteSubject, ...]:
    """``GET subjects/``: a dict with ``subjects``, or a list; ages in the given year."""
    return tuple(entry.subject(year, identifier=entry.id) for entry in _read(_SUBJECTS, answer, "the list of subjects"))


def read_login(answer: Any) -> tuple[SecretStr, bool]:
    """``POST login/``: the token, and whether a code was sent by e-mail."""
    login = _read(_LOGIN, answer, "the login")
    return login.token, bool(login.otp_challenge_sent)


def read_task(answer: Any) -> str:
    """``GET sessions/<id>/async-download/``: the number of the packing task."""
    return _read(_TASK, answer, "the request for the zip").task_id


def read_ready(answer: Any) -> str | None:
    """``GET logs/<task>/on-ready/``: the link, None while there is none."""
    return _read(_READY, answer, "the question whether the zip is ready").url
