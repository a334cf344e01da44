"""One indicator of a cohort: how it is distributed, and how it went over time."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import address
from app.cohort.charts import (
    COLOUR,
    GROUP_COLOURS,
    MOST_LINES,
    MOST_POINTS,
    distribution_figure,
    longitudinal_figure,
)
from app.cohort.data import Cohort, Key, age_band, nothing_passes, printed
from app.language import _, _result
from app.text import plain
from app.words import sex_word
from assessment.presentation import with_interval
from pipeline.quality import Mark

BY_SEX, BY_AGE, BY_GROUP = "sex", "age", "group"


def show_distribution(cohort: Cohort) -> None:
    """One indicator, by sex, by age or by group of the study."""
    key = _indicator(cohort)
    if key is None:
        return
    titles = {BY_SEX: _("by sex"), BY_AGE: _("by age")} | ({BY_GROUP: _("by group")} if cohort.groups() else {})
    by = st.segmented_control(
        _("Groups"), list(titles), format_func=titles.__getitem__, default=BY_SEX, required=True, key="cohort-groups"
    )
    known = _known(cohort, key)
    if known.empty:
        return
    known, colours = _coloured(cohort, known)
    places = _places(known, by, colours)
    title, unit = cohort.indicators()[key], printed(cohort.unit(key))
    parts = {
        name if by == BY_GROUP or len(colours) == 1 else f"{name}, {of_colour['colour'].iloc[0]}": of_colour
        for name, rows in places.items()
        for of_colour in (rows[rows["colour"] == colour] for colour in colours)
        if len(of_colour)
    }
    medians = [f"{name}: n = {len(rows)}, {_median(key[0], unit, rows)}" for name, rows in parts.items()]
    st.plotly_chart(
        distribution_figure(places, colours, unit),
        key="cohort-distribution",
        alt=_("{title}, every visit a point. {groups}.", title=title, groups="; ".join(medians)),
    )
    st.caption("  \n".join(map(plain, medians)))
    if len(known) > MOST_POINTS:
        st.caption(
            _(
                "About {drawn} of the {n} visits are drawn, chosen by chance; boxes and medians are of all.",
                drawn=MOST_POINTS,
                n=len(known),
            )
        )
    _legend(known)


def show_over_time(cohort: Cohort) -> None:
    """One indicator at all visits, a line a participant."""
    key = _indicator(cohort)
    if key is None:
        return
    known = _known(cohort, key)
    repeated = known[known.groupby("person")["id"].transform("size") > 1]
    if repeated.empty:
        st.info(_("No participant has this indicator at two visits yet."))
        return
    title, unit, n = cohort.indicators()[key], printed(cohort.unit(key)), repeated["person"].nunique()
    people = repeated["person"].drop_duplicates()
    drawn = repeated[repeated["person"].isin(people.sample(min(MOST_LINES, n), random_state=1))]
    drawn, colours = _coloured(cohort, drawn)
    in_order = _in_order(cohort.visits)
    st.plotly_chart(
        longitudinal_figure(drawn, colours, unit, in_order),
        key="cohort-over-time",
        alt=_("{title} over time, a line a participant with two visits or more: {n}.", title=title, n=n),
    )
    counted = _("Participants with two visits or more: {n}.", n=n)
    error = (
        _("Whether a difference is more than measurement error is told on the participant's own page.")
        if in_order is None
        else _("A difference between two visits may be measurement error alone.")
    )
    st.caption(f"{counted} {error}")
    if n > MOST_LINES:
        st.caption(_("{drawn} of the {n} participants are drawn, chosen by chance.", drawn=MOST_LINES, n=n))
    _legend(drawn)


def _places(known: pd.DataFrame, by: str, colours: dict[str, str]) -> dict[str, pd.DataFrame]:
    """Where on the axis each row stands: title -> its rows."""
    if by == BY_SEX:
        names = {sex: sex_word(sex) for sex in ("f", "m", "unspecified")}
        place = known["sex"]
    elif by == BY_GROUP:
        names = {name: name for name in colours}
        place = known["colour"]
    else:
        place = known["age_years"].map(age_band)
        ordered = known.assign(band=place).sort_values("age_years")["band"].unique()
        names = {band: band or _("age not given") for band in ordered}
    return {name: known[place == value] for value, name in names.items() if (place == value).any()}


def _coloured(cohort: Cohort, rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Rows with what they are coloured by: their group, where the study has groups; small ones are one together."""
    found = cohort.groups()
    if not found:
        return rows.assign(colour=""), {"": COLOUR}
    largest = dict(zip((group or _("no group") for group in found), GROUP_COLOURS, strict=False))
    named = rows["group"].where(rows["group"] != "", _("no group"))
    others = _("other groups")
    colours = largest if len(found) <= len(largest) else {**largest, others: COLOUR}
    return rows.assign(colour=named.where(named.isin(list(largest)), others)), colours


def _in_order(visits: pd.DataFrame) -> list[str] | None:
    """How the visits are called, by the place that they have among a participant's; None where they have dates."""
    if visits["date"].notna().all():
        return None
    places = visits.groupby("person", sort=False).cumcount().groupby(visits["visit"]).mean()
    return [str(name) for name, _place in sorted(places.items(), key=lambda item: (item[1], item[0]))]


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


def _known(cohort: Cohort, key: Key) -> pd.DataFrame:
    """Rows with a value that is to be shown; says how many there are and how many are not."""
    looked_at = cohort.of(key)
    known = cohort.shown(looked_at)
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
    return known


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
    # Counts go by the unit 1, which decides on their digits.
    return _("median {value}", value=f"{with_interval(name, rows['unit'].iloc[0], middle, None)} {unit}".strip())
