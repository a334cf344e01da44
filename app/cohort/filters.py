"""Which of a cohort's visits and values are looked at."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor

import streamlit as st

from app.cohort.data import Cohort
from app.current import shown
from app.findings.marks import mark_word, verdict_text
from app.language import _, _result
from app.words import movement_word, sex_word
from assessment.criteria import FRAMEWORKS
from assessment.criteria.definitions import framework
from assessment.criteria.verdicts import Verdict
from pipeline.quality import Mark


def filtered(cohort: Cohort) -> Cohort:
    """Draw the filters; an empty one lets everything through."""
    with st.expander(_("Filters"), icon=":material/filter_list:"):
        columns = st.columns(3)
        with columns[0]:
            cohort = _by_sex(cohort)
            cohort = _by_age(cohort)
            cohort = _by_group(cohort)
        with columns[1]:
            cohort = _by_movement(cohort)
            cohort = _by_quality(cohort)
        with columns[2]:
            cohort = _by_outcome(cohort)
            return _by_origin(cohort)


def _by_sex(cohort: Cohort) -> Cohort:
    found = sorted(cohort.visits["sex"].unique())
    wanted = st.multiselect(_("Sex"), found, format_func=sex_word, key="cohort-sex", placeholder=_("all"))
    return cohort.keep(cohort.visits[cohort.visits["sex"].isin(wanted or found)])


def _by_age(cohort: Cohort) -> Cohort:
    ages = cohort.visits["age_years"].dropna()
    if ages.empty or floor(ages.min()) == ceil(ages.max()):
        return cohort
    ends = floor(ages.min()), ceil(ages.max())
    low, high = st.slider(_("Age [years]"), *ends, value=ends, key="cohort-age")
    if (low, high) == ends:
        return cohort
    return cohort.keep(cohort.visits[cohort.visits["age_years"].between(low, high)])


def _by_group(cohort: Cohort) -> Cohort:
    found = sorted(cohort.groups())
    if not found:
        return cohort
    wanted = st.multiselect(
        _("Group"), found, format_func=lambda group: group or _("no group"), key="cohort-group", placeholder=_("all")
    )
    return cohort.keep(cohort.visits[cohort.visits["group"].isin(wanted)]) if wanted else cohort


def _by_movement(cohort: Cohort) -> Cohort:
    found = sorted(cohort.known["activity"].unique())
    wanted = st.multiselect(
        _("Movement"), found, format_func=movement_word, key="cohort-movement", placeholder=_("all")
    )
    return replace(cohort, activities=frozenset(wanted) or None)


def _by_quality(cohort: Cohort) -> Cohort:
    wanted = st.multiselect(_("Quality"), list(Mark), format_func=mark_word, key="cohort-quality", placeholder=_("all"))
    return replace(cohort, marks=frozenset(wanted or Mark))


def _by_outcome(cohort: Cohort) -> Cohort:
    editions = {key: _result(framework(key).title) for key in shown().frameworks or FRAMEWORKS}
    edition = st.selectbox(
        _("Published criteria"),
        list(editions),
        index=None,
        format_func=editions.__getitem__,
        key="cohort-framework",
        placeholder=_("not filtered"),
    )
    wanted = st.multiselect(
        _("Outcome"), list(Verdict), format_func=verdict_text, key="cohort-outcome", placeholder=_("all"),
        disabled=edition is None,
    )  # fmt: skip
    if edition is None or not wanted:
        return cohort
    return cohort.keep(cohort.visits[cohort.visits["id"].isin(cohort.source.meeting(edition, wanted))])


def _by_origin(cohort: Cohort) -> Cohort:
    synthetic = cohort.visits["synthetic"]
    if not synthetic.any() or synthetic.all():
        return cohort
    titles = {"all": _("all"), "people": _("recordings of people"), "synthetic": _("synthetic")}
    kept = {"all": synthetic | True, "people": ~synthetic, "synthetic": synthetic}
    wanted: str = st.selectbox(_("Data"), list(titles), format_func=titles.__getitem__, key="cohort-synthetic")
    return cohort.keep(cohort.visits[kept[wanted]])
