"""What a cohort is shown as: a table, a distribution, what is missing, and lines over time."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import address
from app.cohort.charts import distribution_figure, longitudinal_figure
from app.cohort.data import KEY, Cohort, Key, age_band
from app.findings.order import rank
from app.language import _, _result
from app.text import plain
from app.words import NOTHING, sex_word
from assessment.presentation import places, with_interval
from assessment.uncertainty import fixed, interval
from pipeline.quality import Mark

COLUMNS_AT_FIRST = 3
REASONS_SHOWN = 2
BY_SEX, BY_AGE = "sex", "age"


def show_table(cohort: Cohort) -> None:
    """One row a visit, with indicators of the user's choice."""
    titles = cohort.indicators()
    chosen = st.multiselect(
        _("Indicators"), list(titles), default=list(titles)[:COLUMNS_AT_FIRST], format_func=titles.get,
        key="cohort-columns",
    )  # fmt: skip
    visits = cohort.visits
    table: dict[str, object] = {
        _("Study code"): visits["study_code"],
        _("Visit"): [day.isoformat() for day in visits["date"]],
        _("Sex"): visits["sex"].map(sex_word),
        _("Age"): visits["age_years"],
        _("Synthetic"): visits["synthetic"].fillna(False).astype(bool),
    }
    formats = {}
    for key in chosen:
        found = cohort.of(key)
        found = found[found["mark"].isin(cohort.marks)]
        rows = found.set_index("run_id").reindex(visits["run_id"])
        unit = rows["unit"].dropna()
        title = f"{titles[key]} [{unit.iloc[0]}]" if len(unit) and unit.iloc[0] not in ("1", "ratio") else titles[key]
        # The number by itself, so that it can be sorted by; its interval beside it.
        table[title] = [_rounded(row) for row in rows.itertuples()]
        if len(unit):
            digits = max(places(key[0], unit.iloc[0], None), 0)
            formats[title] = st.column_config.NumberColumn(format=f"%.{digits}f")
        table[_("{indicator}: 95 % interval", indicator=titles[key])] = [_interval(row) for row in rows.itertuples()]
    st.dataframe(
        pd.DataFrame(table, index=visits.index),
        hide_index=True,
        column_config=formats,
        placeholder=NOTHING,
        key="cohort-table",
    )


def show_distribution(cohort: Cohort) -> None:
    """One indicator, by sex or by age."""
    key = _indicator(cohort)
    if key is None:
        return
    titles = {BY_SEX: _("by sex"), BY_AGE: _("by age")}
    by = st.segmented_control(
        _("Groups"), list(titles), format_func=titles.get, default=BY_SEX, required=True, key="cohort-groups"
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


def show_missing(cohort: Cohort) -> None:
    """Which indicators are withheld or were not measured, how often and why."""
    n_visits = len(cohort.visits)
    titles = cohort.indicators()
    rows = []
    for key, found in cohort.values.groupby(KEY, sort=False):
        withheld = found[found["mark"] == Mark.WITHHELD.value]
        reasons = withheld["reasons"].value_counts().head(REASONS_SHOWN)
        rows.append(
            {
                "rank": rank(*key[:2]),
                "title": titles[key],
                "withheld": len(withheld),
                "not measured": n_visits - len(found),
                "missing": (n_visits - len(found) + len(withheld)) / n_visits,
                "caution": int((found["mark"] == Mark.WITH_CAUTION.value).sum()),
                "reasons": "; ".join(f"{_result(reason)} ({n})" for reason, n in reasons.items()),
            }
        )
    if not rows:
        _nothing()
        return
    table = pd.DataFrame(rows).sort_values(["rank", "missing", "title"], ascending=[True, False, True])
    st.dataframe(
        {
            _("Indicator"): table["title"],
            _("Missing"): table["missing"],
            _("Most frequent reasons"): table["reasons"],
            _("Withheld"): table["withheld"],
            _("Not measured"): table["not measured"],
            _("With caution"): table["caution"],
        },
        column_config={
            _("Indicator"): st.column_config.TextColumn(width="medium"),
            _("Missing"): st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
            _("Most frequent reasons"): st.column_config.TextColumn(width="large"),
        },
        hide_index=True,
        key="cohort-missing",
    )
    st.caption(
        _(
            "Of {n} visits. Withheld: the recording was not good enough for the number. Not measured: the movement was "
            "not recorded, or the indicator cannot be taken from it.",
            n=n_visits,
        )
    )


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
        _nothing()
        return None
    keys = list(titles)
    wanted = tuple((address.get("indicator") or "").split("~"))
    key = st.selectbox(
        _("Indicator"),
        keys,
        index=keys.index(wanted) if wanted in keys else 0,  # type: ignore[arg-type]
        format_func=titles.get,
    )
    address.put(indicator="~".join(key))
    return key


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
    if rows["synthetic"].fillna(False).astype(bool).any():
        notes.append(_("Diamonds are synthetic data and describe no person."))
    origins = sorted(set(rows["origin"]) - {""})
    if origins:
        notes.append(_("Contact forces: {origins}.", origins=", ".join(_result(one) for one in origins)))
    if notes:
        st.caption(plain(" ".join(notes)))


def _median(name: str, unit: str, rows: pd.DataFrame) -> str:
    middle = float(rows["value"].median())
    return _("median {value}", value=f"{with_interval(name, unit, middle, None)} {'' if unit == '1' else unit}".strip())


def _rounded(row: object) -> float | None:
    value, error = (getattr(row, name) for name in ("value", "standard_error"))
    if pd.isna(value):
        return None
    return round(value, places(row.indicator, row.unit, None if pd.isna(error) else error))  # type: ignore[attr-defined]


def _interval(row: object) -> str:
    indicator, unit, mark, value, error = (
        getattr(row, name) for name in ("indicator", "unit", "mark", "value", "standard_error")
    )
    if pd.isna(mark):
        return NOTHING
    if pd.isna(value):
        return _("withheld")
    if pd.isna(error) or error == 0.0:
        return ""
    digits = places(indicator, unit, error)
    low, high = interval(value, error)
    return f"{fixed(low, digits)} – {fixed(high, digits)}"


def _nothing() -> None:
    st.info(_("Nothing passes the filters. Widen them to see results."))
