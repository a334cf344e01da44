"""The form with what is known of a participant."""

from __future__ import annotations

from typing import TypedDict

import streamlit as st

from app.current import mine
from app.language import _
from app.words import sex_word
from assessment.store import may
from assessment.store.participants import BIRTH_YEARS, ParticipantRow
from assessment.visit import LONGEST_CODE
from models.subject import ACCEPTED_SEXES


class Person(TypedDict):
    """What `assessment.store.participants` takes."""

    study_code: str
    sex: str | None
    birth_year: int | None
    name: str | None


def person_form(key: str, known: ParticipantRow | None) -> Person | None:
    """Draw the form; gives its answers when it is sent.

    The field for the name is there only for those who may see names.
    """
    with st.form(f"person-{key}", border=False):
        columns = st.columns(3)
        study_code = columns[0].text_input(
            _("Study code"),
            known.study_code if known else "",
            max_chars=LONGEST_CODE,
            help=_("A code such as P001; never a name. It stands in exports and reports."),
            key=f"code-{key}",
        )
        options = [None, *ACCEPTED_SEXES]
        sex = columns[1].selectbox(
            _("Sex at birth"),
            options,
            index=options.index(known.sex if known else None),
            format_func=lambda value: _("not given") if value is None else sex_word(value),
            key=f"sex-{key}",
        )
        birth_year = columns[2].number_input(
            _("Year of birth"),
            *BIRTH_YEARS,
            value=known.birth_year if known else None,
            step=1,
            placeholder=_("not given"),
            key=f"birth-{key}",
        )
        name = None
        if may(mine().role, "see names"):
            name = st.text_input(
                _("Name (optional)"),
                (known.name or "") if known else "",
                help=_("Kept apart from everything else; never in exports, files, addresses or logs."),
                key=f"name-{key}",
                autocomplete="off",
            )
        if not st.form_submit_button(_("Save") if known else _("Add"), type="primary"):
            return None
    return {"study_code": study_code, "sex": sex, "birth_year": birth_year, "name": name}
