"""Published criteria: one sentence each, and behind it cut-offs, what is missing and what would change the result."""

from __future__ import annotations

import streamlit as st

from app.findings.marks import verdict_text
from app.language import _, _result
from app.text import plain
from assessment.criteria import CriterionResult, FrameworkResult
from assessment.criteria.wording import SIGN, name_of, number
from assessment.uncertainty import decimals, fixed, interval


def draw_criteria(frameworks: list[FrameworkResult]) -> None:
    """No colours: none of these is a diagnosis, and none is good or bad news by itself."""
    st.subheader(_("Published criteria"))
    if not frameworks:
        st.caption(_("No published criteria were evaluated."))
        return
    st.caption(
        _(
            "Each line says whether the values meet, do not meet, or cannot be judged by a published criterion. None "
            "of this is a diagnosis; each criterion holds for its own protocol and population."
        )
    )
    for framework in frameworks:
        with st.expander(f"**{plain(_result(framework.title))}** · {plain(_result(framework.sentence))}"):
            _details(framework)


def _details(framework: FrameworkResult) -> None:
    where = _(
        "{region}. Made for: {population}.", region=_result(framework.region), population=_result(framework.population)
    )
    st.markdown(f"{plain(framework.edition)} · {plain(where)}")
    if framework.criteria:
        st.table(
            {
                _("Criterion"): [plain(_result(one.label)) for one in framework.criteria],
                _("Value [95 % interval]"): [plain(_value(one)) for one in framework.criteria],
                _("Cut-off"): [plain(_cut_off(one)) for one in framework.criteria],
                _("Result"): [verdict_text(one.verdict) for one in framework.criteria],
            },
            border="horizontal",
        )
    if framework.missing:
        names = ", ".join(_result(name_of(name)) for name in framework.missing)
        st.markdown(_("**Missing:** {names}.", names=plain(names)))
    if framework.would_change:
        st.markdown(_("**What would change this result**"))
        st.markdown("\n".join(f"- {plain(_result(change))}" for change in framework.would_change))
    for note in framework.notes:
        st.caption(plain(_result(note)))
    st.caption(
        f"{plain(framework.citation)} [doi:{plain(framework.doi)}](https://doi.org/{framework.doi})"
        if framework.doi
        else plain(framework.citation)
    )


def _value(one: CriterionResult) -> str:
    if one.value is None:
        return _("not given") if one.completed else _("not completed")
    if one.cut_off is None or not one.standard_error:
        return f"{one.value:g} {_result(one.unit)}"
    low, high = interval(one.value, one.standard_error)
    places = decimals(one.unit, one.standard_error)
    return f"{number(one, one.value)} [{fixed(low, places)}, {fixed(high, places)}] {_result(one.unit)}"


def _cut_off(one: CriterionResult) -> str:
    if one.cut_off is None:
        return _("depends on what is missing")
    verified = "" if one.verified else _(" (read in a secondary source)")
    return f"{SIGN[one.operator]} {one.cut_off:g} {_result(one.unit)}{verified}"
