"""The person at this visit: what is known from before is filled in, and where it comes from is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar, get_args

import streamlit as st

from app.current import shown
from app.intake.whose import Whose
from app.language import _
from app.text import plain
from models.subject import AGE_RANGE_YEARS, HEIGHT_RANGE_M, MASS_RANGE_KG, Sex, SubjectMetadata

T = TypeVar("T")


@dataclass(frozen=True)
class Proposal(Generic[T]):
    """A value that is filled in for the user to look at, and where it comes from."""

    value: T | None = None
    origin: str = ""


def ask_person(
    files: SubjectMetadata, whose: Whose, visit_date: date, key: str, *, of_example: bool
) -> SubjectMetadata:
    """Ask for height, mass, sex and age.

    Parameters
    ----------
    files : SubjectMetadata
        What the session's files say.
    whose : Whose
    visit_date : date
        What the age is of.
    key : str
        Of the fields; different for every person and session.
    """
    columns = st.columns(4)
    age = _age_proposal(files, whose, visit_date, of_example=of_example)
    return SubjectMetadata(
        height_m=_height(columns[0], _height_proposal(files, whose), key),
        mass_kg=_number(
            columns[1], _("Body mass [kg]"), _mass_proposal(files, whose), f"mass_kg-{key}",
            accepted=MASS_RANGE_KG, step=0.1, help=_("As recorded: 4 % of mass is 4 % of every moment."),
        ),
        sex=_sex(columns[2], _sex_proposal(files, whose), key),
        # Another date may mean another age.
        age_years=_number(
            columns[3], _("Age [years]"), age, f"age_years-{key}-{age.value}",
            accepted=AGE_RANGE_YEARS, step=1.0, help=_("At the visit. Without it, what depends on age is left out."),
            format="%.0f",
        ),
    )  # fmt: skip


def _height(place: Any, proposal: Proposal[float], key: str) -> float | None:
    help_text = _("Without shoes.")
    if shown().height_unit == "cm":
        in_cm = Proposal(None if proposal.value is None else round(100.0 * proposal.value, 1), proposal.origin)
        accepted = (100.0 * HEIGHT_RANGE_M[0], 100.0 * HEIGHT_RANGE_M[1])
        found = _number(
            place, _("Height [cm]"), in_cm, f"height_cm-{key}", accepted=accepted, step=0.5, help=help_text,
            format="%.1f",
        )  # fmt: skip
        return None if found is None else found / 100.0
    return _number(
        place, _("Height [m]"), proposal, f"height_m-{key}", accepted=HEIGHT_RANGE_M, step=0.01, help=help_text
    )


def _number(
    place: Any,
    label: str,
    proposal: Proposal[float],
    key: str,
    *,
    accepted: tuple[float, float],
    step: float,
    help: str,  # noqa: A002 - as Streamlit calls it
    format: str | None = None,  # noqa: A002 - as Streamlit calls it
) -> float | None:
    value: float | None = place.number_input(
        label, *accepted, value=proposal.value, step=step, key=key, help=help, format=format,
        placeholder=f"{accepted[0]:g}–{accepted[1]:g}", persist_state="session",
    )  # fmt: skip
    _say_origin(place, proposal, value)
    return value


def _sex(place: Any, proposal: Proposal[Sex], key: str) -> Sex | None:
    labels: dict[Sex, str] = {
        "f": _("female"),
        "m": _("male"),
        "unspecified": _("unspecified (no sex-specific norms)"),
    }
    options = list(get_args(Sex))
    sex: Sex | None = place.selectbox(
        _("Sex at birth"), options, index=None if proposal.value is None else options.index(proposal.value),
        format_func=labels.__getitem__, placeholder=_("Choose"), key=f"sex-{key}", persist_state="session",
        help=_("As published norms use it."),
    )  # fmt: skip
    _say_origin(place, proposal, sex)
    return sex


def _say_origin(place: Any, proposal: Proposal[Any], value: object) -> None:
    if proposal.value is not None and value == proposal.value:
        place.caption(proposal.origin)


def _height_proposal(files: SubjectMetadata, whose: Whose) -> Proposal[float]:
    last = whose.last
    if whose.visit is not None and last is not None:
        return Proposal(last.request.subject.height_m, _("from the last run"))
    if files.height_m is not None:
        return Proposal(files.height_m, _("from the session's files"))
    return Proposal() if last is None else Proposal(last.request.subject.height_m, _from_last_visit(whose))


def _mass_proposal(files: SubjectMetadata, whose: Whose) -> Proposal[float]:
    """Never from another visit: people change."""
    if whose.visit is not None and whose.last is not None:
        return Proposal(whose.last.request.subject.mass_kg, _("from the last run"))
    return Proposal() if files.mass_kg is None else Proposal(files.mass_kg, _("from the session's files"))


def _sex_proposal(files: SubjectMetadata, whose: Whose) -> Proposal[Sex]:
    last = whose.last
    if whose.visit is not None and last is not None:
        return Proposal(last.request.subject.sex, _("from the last run"))
    if whose.participant is not None and whose.participant.sex in get_args(Sex):
        return Proposal(whose.participant.sex, _("as known of the participant"))  # type: ignore[arg-type]
    if files.sex is not None:
        return Proposal(files.sex, _("from the session's files"))
    if last is not None:
        return Proposal(last.request.subject.sex, _from_last_visit(whose))
    guess = _sex_from(files.gender_text)
    if guess is None:
        return Proposal()
    return Proposal(guess, _("from the gender in the files ({text}): check it", text=plain(files.gender_text or "")))


def _age_proposal(files: SubjectMetadata, whose: Whose, visit_date: date, *, of_example: bool) -> Proposal[float]:
    last = whose.last
    if whose.visit is not None and last is not None:
        age = last.request.subject.age_years
        return Proposal() if age is None else Proposal(age, _("from the last run"))
    if files.age_years is not None:
        return Proposal(files.age_years, _("of the example") if of_example else _("from the session's files"))
    if whose.participant is not None and whose.participant.birth_year is not None:
        age = float(visit_date.year - whose.participant.birth_year)
        return _possible(age, _("from the year of birth; a year less before the birthday"))
    if last is not None and last.request.subject.age_years is not None:
        passed = (visit_date - (last.visit_date or last.created_at.date())).days / 365.25
        return _possible(float(int(last.request.subject.age_years + passed)), _from_last_visit(whose))
    return Proposal()


def _possible(age: float, origin: str) -> Proposal[float]:
    return Proposal(age, origin) if AGE_RANGE_YEARS[0] <= age <= AGE_RANGE_YEARS[1] else Proposal()


def _from_last_visit(whose: Whose) -> str:
    last = whose.last
    when = "" if last is None else (last.visit_date or last.created_at.date()).isoformat()
    return _("from the last visit, {date}", date=when)


def _sex_from(gender_text: str | None) -> Sex | None:
    """Pre-fill from OpenCap's free text, for the user to confirm: gender is not sex at birth."""
    first = (gender_text or "").strip().lower()
    if first in {"woman", "f", "female"}:
        return "f"
    return "m" if first in {"man", "m", "male"} else None
