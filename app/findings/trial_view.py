"""One trial: which movement it was taken for, how well it went, and its numbers."""

from __future__ import annotations

import streamlit as st

from app.findings.marks import mark_text, mark_word
from app.language import _, _result
from app.text import plain
from assessment.presentation import DETAILS, Row, indicator_rows, seat_off_text
from assessment.summary import QualityRecord, TrialRecord
from pipeline.quality import Mark


def draw_trial(trial: TrialRecord) -> None:
    """Draw what was found in a trial, or why nothing was."""
    if trial.error is not None:
        st.error(f"**{plain(_result(trial.error.message))}**  \n{plain(_result(trial.error.hint))}")
    if trial.status == "failed" or trial.activity is None:
        return
    if trial.explanation:
        st.warning(plain(_result(trial.explanation)), icon=":material/block:")
    _movement(trial)
    for what, quality in ((_("Angles"), trial.kinematics_quality), (_("Moments"), trial.kinetics_quality)):
        if quality is not None:
            st.markdown(_quality(what, quality))
    _findings(trial)
    rows = indicator_rows(trial)
    main, details = ([row for row in rows if row.is_detail is wanted] for wanted in (False, True))
    if main:
        _table(main)
    if details:
        with st.expander(_result(DETAILS)):
            _table(details)


def _movement(trial: TrialRecord) -> None:
    assert trial.activity is not None  # noqa: S101 - the caller has looked
    text = _(
        "Taken as **{movement}** (confidence {confidence}).",
        movement=plain(_result(trial.activity.text)),
        confidence=f"{trial.activity.confidence:.0%}",
    )
    if trial.repetitions:
        complete = sum(repetition.complete for repetition in trial.repetitions)
        text += " " + _("Complete repetitions: {complete} of {all}.", complete=complete, all=len(trial.repetitions))
    st.markdown(text, help="  \n".join(plain(_result(one)) for one in trial.activity.evidence) or None)
    for repetition in trial.repetitions:
        if repetition.note:
            st.caption(_("Repetition {index}: {note}", index=repetition.index, note=plain(_result(repetition.note))))
    if trial.seat_offs:
        st.caption(plain(_result(seat_off_text(trial))))


def _quality(what: str, quality: QualityRecord) -> str:
    reasons = " ".join(_result(reason) for reason in quality.reasons)
    return f"{what}: {mark_text(quality.mark)}" + (f". {plain(reasons)}" if reasons else "")


def _findings(trial: TrialRecord) -> None:
    """Faults found in the markers, and what inverse kinematics had to bridge."""
    said = [*trial.marker_findings, *trial.notes, *(trial.forces.notes if trial.forces else [])]
    if said:
        with st.expander(_("What was found in the recording")):
            st.markdown("\n".join(f"- {plain(_result(one))}" for one in said))


def _table(rows: list[Row]) -> None:
    """A static table: its texts wrap. Reasons are numbered, since rows share them, and told below."""
    reasons = list(dict.fromkeys(reason for row in rows for reason in row.reasons))
    number = {reason: index for index, reason in enumerate(reasons, start=1)}
    columns = {
        _("Indicator"): [plain(_result(row.label)) for row in rows],
        _("Mean [95 % interval]"): [plain(f"{_means(row)} {_result(row.unit)}".strip()) for row in rows],
        _("Each repetition"): [plain(_repetitions(row)) for row in rows],
        _("Quality"): [_mark(row, number) for row in rows],
    }
    if not any(columns[_("Each repetition")]):
        del columns[_("Each repetition")]
    st.table(columns, border="horizontal")
    for reason, index in number.items():
        st.caption(f"{index}) {plain(_result(reason))}")


def _mark(row: Row, number: dict[str, int]) -> str:
    if row.mark is Mark.REPORTED and not row.reasons:
        return mark_word(row.mark)
    return f"{mark_word(row.mark)} {', '.join(f'{number[reason]})' for reason in row.reasons)}"


def _means(row: Row) -> str:
    return ", ".join(f"{_result(side)} {mean}".strip() if side else mean for side, mean in row.means.items())


def _repetitions(row: Row) -> str:
    """All repetitions in one cell: ``right 1.2 1.3; left 1.1 1.2``."""
    return "; ".join(
        f"{_result(side) if side else ''} {' '.join(values)}".strip()
        for side, values in row.repetitions.items()
        if values
    )
