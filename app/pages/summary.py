"""Summary: the main numbers, each with unit and quality, and why anything is missing."""

from __future__ import annotations

import streamlit as st

from app.state import archive_of, current, folder_of, header
from app.text import plain
from assessment.presentation import DETAILS, Row, further_reasons, headline, indicator_rows, seat_off_text
from assessment.report import REPORT_NAME
from assessment.summary import Summary, TrialRecord
from pipeline.quality import Mark

MARK_BADGES = {
    Mark.REPORTED: ":green-badge[reported]",
    Mark.WITH_CAUTION: ":orange-badge[with caution]",
    Mark.WITHHELD: ":gray-badge[withheld]",
}
TILES_A_ROW = 3  # a value with its interval fits on one line


def main() -> None:
    """Draw the page."""
    st.title("Summary")
    summary = current()
    header(summary)
    st.info(summary.disclaimer, icon=":material/info:")
    for warning in summary.warnings:
        st.warning(plain(warning))
    _tiles(headline(summary))
    for trial in summary.trials:
        _trial(trial)
    _criteria(summary)
    _downloads(summary)


def _criteria(summary: Summary) -> None:
    """Outcome of every published criterion, in its own words; no colours, because none of them is a diagnosis."""
    if not summary.criteria:
        return
    st.subheader("Published criteria")
    st.dataframe(
        {
            "criteria": [result.title for result in summary.criteria],
            "outcome": [result.verdict.value.replace("_", " ") for result in summary.criteria],
            "label": [result.label for result in summary.criteria],
            "what it rests on": [result.sentence for result in summary.criteria],
            "source": [f"doi:{result.doi}" for result in summary.criteria],
        },
        hide_index=True,
    )


def _tiles(rows: list[tuple[str, Row]]) -> None:
    for start in range(0, len(rows), TILES_A_ROW):
        for column, (trial, row) in zip(st.columns(TILES_A_ROW), rows[start : start + TILES_A_ROW], strict=False):
            with column.container(border=True):
                # Not st.metric: it cuts a long value off, and an interval must be read whole.
                st.markdown(plain(row.label), help=row.definition)
                st.markdown(f"#### {plain(f'{row.text} {row.unit}')}")
                st.caption(f"{plain(trial or 'all trials')} · {MARK_BADGES[row.mark]}")
                if row.reasons:
                    st.caption(plain(" ".join(row.reasons)))


def _trial(trial: TrialRecord) -> None:
    st.subheader(plain(trial.name))
    if trial.error is not None:
        st.error(f"**{plain(trial.error.message)}**  \n{plain(trial.error.hint)}")
    if trial.status == "failed" or trial.activity is None:
        return
    if trial.explanation:
        st.warning(plain(trial.explanation))
    complete = sum(repetition.complete for repetition in trial.repetitions)
    count = f"; complete repetitions: {complete} of {len(trial.repetitions)}" if trial.repetitions else ""
    st.markdown(f"Taken as **{trial.activity.text}** (confidence {trial.activity.confidence:.0%}){count}.")
    if trial.repetitions:
        st.caption(seat_off_text(trial))
    angles, moments = further_reasons(trial)
    for what, quality, reasons in (
        ("Angles", trial.kinematics_quality, angles),
        ("Moments", trial.kinetics_quality, moments),
    ):
        if quality is not None:
            st.markdown(f"{what}: {MARK_BADGES[quality.mark]} {plain(' '.join(reasons))}")
    rows = indicator_rows(trial)
    main, details = ([row for row in rows if row.is_detail is wanted] for wanted in (False, True))
    if main:
        _table(main)
    if details:
        with st.expander(DETAILS):
            _table(details)


def _table(rows: list[Row]) -> None:
    st.dataframe(
        {
            "indicator": [row.label for row in rows],
            "mean [95 % interval]": [row.text for row in rows],
            "unit": [row.unit for row in rows],
            "per repetition": [_repetitions(row) for row in rows],
            "quality": [row.mark.value for row in rows],
            "reasons": [" ".join(row.reasons) for row in rows],
        },
        hide_index=True,
    )


def _repetitions(row: Row) -> str:
    """All repetitions in one cell: ``right 1.2 1.3; left 1.1 1.2``."""
    return "; ".join(f"{side} {' '.join(values)}".strip() for side, values in row.repetitions.items() if values)


def _downloads(summary: Summary) -> None:
    st.divider()
    columns = st.columns(3)
    report = (folder_of(summary) / REPORT_NAME).read_bytes()
    columns[0].download_button("Report (HTML)", report, f"{summary.session}_report.html", "text/html")
    columns[1].download_button(
        "Summary (JSON)", summary.model_dump_json(indent=2), f"{summary.session}_summary.json", "application/json"
    )
    columns[2].download_button(
        "All files (zip)", lambda: archive_of(summary), f"{summary.session}_results.zip", "application/zip"
    )


main()
