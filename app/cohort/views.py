"""One indicator of a cohort: how it is distributed, and how it went over time."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import address
from app.cohort.charts import distribution_figure, longitudinal_figure
from app.cohort.data import Cohort, Key, age_band, nothing_passes
from app.language import _, _result
from app.text import plain
from app.words import sex_word
from assessment.presentation import with_interval
from pipeline.quality import Mark

BY_SEX, BY_AGE = "sex", "age"


def show_distribution(cohort: Cohort) -> None:
    """One indicator, by sex or by age."""
    key = _indicator(cohort)
    if key is None:
        return
    titles = {BY_SEX: _("by sex"), BY_AGE: _("by age")}
    by = st.segmented_control(
        _("Groups"), list(titles), format_func=titles.__getitem__, default=BY_SEX, required=True, key="cohort-groups"
    )
    looked_at = cohort.of(key)
    known = cohort.shown(looked_at)
    _count(cohort, looked_at, known)
    if known.empty:
        return
    if by == BY_SEX:
        names = {sex: sex_word(sex) for sex in ("f", "m", "unspecified")}
        group = known["sex"]
    else:
        group = known["age_years"].map(age_band)
        ordered = known.assign(band=group).sort_values("age_years")["band"].unique()
        names = {band: band or _("age not given") for band in ordered}
    groups = {name: known[group == value] for value, name in names.items() if (group == value).any()}
    title, unit = cohort.indicators()[key], known["unit"].iloc[0]
    medians = "; ".join(f"{name}: n = {len(rows)}, {_median(key[0], unit, rows)}" for name, rows in groups.items())
    st.plotly_chart(
        distribution_figure(groups, "" if unit == "1" else unit),
        key="cohort-distribution",
        alt=_("{title}, every visit a point. {groups}.", title=title, groups=medians),
    )
    st.caption(plain(medians))
    _legend(known)


def show_over_time(cohort: Cohort) -> None:
    """One indicator at all visits, a line a participant."""
    key = _indicator(cohort)
    if key is None:
        return
    looked_at = cohort.of(key)
    known = cohort.shown(looked_at)
    _count(cohort, looked_at, known)
    repeated = known[known.groupby("participant_id")["run_id"].transform("size") > 1]
    if repeated.empty:
        st.info(_("No participant has this indicator at two visits yet."))
        return
    title, unit, n = cohort.indicators()[key], known["unit"].iloc[0], repeated["participant_id"].nunique()
    st.plotly_chart(
        longitudinal_figure(repeated, "" if unit == "1" else unit),
        key="cohort-over-time",
        alt=_("{title} over time, a line a participant with two visits or more: {n}.", title=title, n=n),
    )
    st.caption(
        _(
            "Participants with two visits or more: {n}. Whether a difference is more than measurement error is told on "
            "the participant's own page.",
            n=n,
        )
    )
    _legend(repeated)


def _indicator(cohort: Cohort) -> Key | None:
    """Let the user choose an indicator; the choice stands in the address."""
    titles = cohort.indicators()
    if not titles:
        nothing_passes()
        return None
    keys = {"~".join(key): key for key in titles}
    wanted = address.get("indicator")
    chosen: str = st.selectbox(
        _("Indicator"),
        list(keys),
        index=list(keys).index(wanted) if wanted in keys else 0,
        format_func=lambda name: titles[keys[name]],
    )
    address.put(indicator=chosen)
    return keys[chosen]


def _count(cohort: Cohort, looked_at: pd.DataFrame, known: pd.DataFrame) -> None:
    n_withheld = int(looked_at["value"].isna().sum())
    n_left_out = len(looked_at) - n_withheld - len(known)
    left_out = " " + _("Left out by the filter for quality: {n}.", n=n_left_out) if n_left_out else ""
    st.caption(
        _(
            "n = {n} visits; withheld at {withheld}, not measured at {absent}.",
            n=len(known),
            withheld=n_withheld,
            absent=len(cohort.visits) - len(looked_at),
        )
        + left_out
    )


def _legend(rows: pd.DataFrame) -> None:
    notes = []
    if (rows["mark"] != Mark.REPORTED.value).any():
        notes.append(_("Hollow points are to be read with caution."))
    if rows["synthetic"].any():
        notes.append(_("Diamonds are synthetic data and describe no person."))
    origins = sorted(set(rows["origin"]) - {""})
    if origins:
        notes.append(_("Contact forces: {origins}.", origins=", ".join(_result(one) for one in origins)))
    if notes:
        st.caption(plain(" ".join(notes)))


def _median(name: str, unit: str, rows: pd.DataFrame) -> str:
    middle = float(rows["value"].median())
    return _("median {value}", value=f"{with_interval(name, unit, middle, None)} {'' if unit == '1' else unit}".strip())
