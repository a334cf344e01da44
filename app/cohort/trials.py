"""How good the recordings of a cohort are: trials by movement, marker errors, marks and their reasons."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.cohort.charts import errors_figure
from app.cohort.data import Cohort
from app.cohort.from_folder import FolderSource
from app.language import _, _result
from app.tables import groups
from app.words import NOTHING, movement_word
from assessment.cohort.rows import REASONS_APART
from pipeline.quality import Mark

MOST_REASONS = 20


def show_trials(cohort: Cohort) -> None:
    """Trials of these visits."""
    source = cohort.source
    assert isinstance(source, FolderSource)  # noqa: S101 - the store has no such table
    trials = source.trials(cohort.visits)
    movement = trials["activity"].where(trials["variant"] == "", trials["activity"] + "/" + trials["variant"])
    trials = trials.assign(movement=movement.where(movement != "", "other"))
    if cohort.activities is not None:
        trials = trials[trials["movement"].isin(cohort.activities)]
    if trials.empty:
        st.info(_("Nothing passes the filters. Widen them to see results."))
        return
    found = {movement_word(str(name)): rows for name, rows in groups(trials, "movement")}
    table = pd.DataFrame([_row(name, rows) for name, rows in found.items()])
    st.dataframe(table, hide_index=True, placeholder=NOTHING, key="cohort-trials")
    st.caption(
        _(
            "Marker error: root mean square distance between the markers of the model and those that were measured; "
            "median over trials. Caution, withheld: of the angles, and of the moments that need the contact forces."
        )
    )
    errors = {name: rows["marker_rms_cm"].dropna() for name, rows in found.items()}
    errors = {name: values for name, values in errors.items() if len(values)}
    if errors:
        medians = "; ".join(f"{name}: n = {len(one)}, {_centimetres(one)}" for name, one in errors.items())
        st.plotly_chart(
            errors_figure(errors, _("Marker error [cm]")),
            key="cohort-errors",
            alt=_("Marker error by movement. {medians}.", medians=medians),
        )
        if not trials["marker_error_held_out"].dropna().all():
            st.caption(_("Where a trial's own markers also scaled the model its error is smaller for that reason."))
    _show_reasons(trials)


def _row(name: str, rows: pd.DataFrame) -> dict[str, object]:
    def times(column: str, mark: Mark) -> int:
        return int((rows[column] == mark.value).sum())

    errors = rows["marker_rms_cm"].dropna()
    return {
        _("Movement"): name,
        _("Trials"): len(rows),
        _("Without results"): int((rows["status"] == "failed").sum()),
        _("Marker error [cm]"): round(float(errors.median()), 1) if len(errors) else None,
        _("Angles: caution"): times("kinematics", Mark.WITH_CAUTION),
        _("Angles: withheld"): times("kinematics", Mark.WITHHELD),
        _("Moments: caution"): times("kinetics", Mark.WITH_CAUTION),
        _("Moments: withheld"): times("kinetics", Mark.WITHHELD),
        _("Contact forces"): ", ".join(_result(one) for one in sorted(set(rows["forces"]) - {""})),
    }


def _show_reasons(trials: pd.DataFrame) -> None:
    reasons = trials["reasons"].str.split(REASONS_APART).explode()
    counts = reasons[reasons.fillna("") != ""].value_counts()
    if counts.empty:
        return
    st.subheader(_("Most frequent reasons"))
    first = counts.head(MOST_REASONS)
    st.dataframe(
        {_("Trials"): first.to_numpy(), _("Reason"): [_result(str(reason)) for reason in first.index]},
        hide_index=True,
        column_config={_("Reason"): st.column_config.TextColumn(width="large")},
        key="cohort-trial-reasons",
    )
    if len(counts) > MOST_REASONS:
        st.caption(_("The first {shown} of {n} reasons.", shown=MOST_REASONS, n=len(counts)))


def _centimetres(errors: pd.Series) -> str:
    return _("median {value}", value=f"{errors.median():.1f} cm")
