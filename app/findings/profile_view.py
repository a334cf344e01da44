"""Where the person's numbers stand in named populations, or why they cannot be placed."""

from __future__ import annotations

import streamlit as st

from app.language import _, _result
from app.text import plain
from assessment.profile import ProfileEntry, profile_of
from assessment.summary import Summary
from assessment.uncertainty import formatted

NOT_MEASURED = "It was not measured."


def draw_profile(summary: Summary) -> None:
    """One row an indicator that was measured; what was not measured is named in one sentence."""
    st.subheader(_("Against other people"))
    grip_kg = summary.clinical.grip_kg
    entries = profile_of(summary, typed_in={} if grip_kg is None else {"grip_kg": grip_kg}).entries
    measured = [entry for entry in entries if entry.reason != NOT_MEASURED]
    if not measured:
        st.caption(_("Nothing was measured that people have been compared by."))
        return
    st.caption(
        _(
            "A percentile tells where a value stands among the people of one study, measured as they were; it says "
            "nothing about health, and percentiles are not added up."
        )
    )
    st.table(
        {
            _("Indicator"): [plain(_result(entry.label)) for entry in measured],
            _("Value [95 % interval]"): [plain(_value(entry)) for entry in measured],
            _("Standing"): [plain(_standing(entry)) for entry in measured],
            _("Population"): [plain(_population(entry)) for entry in measured],
        },
        border="horizontal",
    )
    context = [(entry, said) for entry in measured for said in entry.context]
    if context:
        with st.expander(_("Published figures that do not permit to place a person")):
            for entry, said in context:
                st.markdown(f"- **{plain(_result(entry.label))}:** {plain(_result(said))}")
    others = [_result(entry.label) for entry in entries if entry.reason == NOT_MEASURED]
    if others:
        st.caption(_("Not measured: {names}.", names=plain(", ".join(others))))


def _value(entry: ProfileEntry) -> str:
    if entry.value is None:
        return _("not given")
    text = formatted(entry.value, entry.standard_error, entry.unit)
    return _result(text)


def _standing(entry: ProfileEntry) -> str:
    """``better than 24 % [19, 30]``, or the reason why there is none."""
    if entry.placement is None:
        return _result(entry.reason)
    low, high = entry.placement.percentile_interval
    middle = entry.placement.percentile
    if entry.better == "lower":
        low, middle, high = 100.0 - high, 100.0 - middle, 100.0 - low
    shares = {"share": _percent(middle), "low": _percent(low), "high": _percent(high)}
    if entry.better is None:
        return _("above {share} [{low}, {high}] %", **shares)
    return _("better than {share} [{low}, {high}] %", **shares)


def _percent(share: float) -> str:
    """Whole per cent; the ends are named as such, since nobody is better than all."""
    return "< 1" if share < 1.0 else "> 99" if share > 99.0 else f"{share:.0f}"


def _population(entry: ProfileEntry) -> str:
    if entry.reference is None:
        return "–"
    caveats = " ".join(_result(one) for one in entry.reference.caveats)
    return f"{_result(entry.reference.who)} ({_result(entry.reference.name)}). {caveats}".strip()
