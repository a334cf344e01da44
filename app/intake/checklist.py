"""The list of checks before a run: what stops it, what is worth knowing, what is well."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.language import _, _result, plural
from app.text import plain
from assessment.preflight import Check, Level

_ICONS: dict[Level, tuple[str, str]] = {
    "stop": (":material/cancel:", "red"),
    "warn": (":material/warning:", "orange"),
    "ok": (":material/check_circle:", "green"),
}


def show_checks(checks: Sequence[Check]) -> None:
    """Show the checks; those that are passed are folded away."""
    words: dict[Level, str] = {"stop": _("Solve first"), "warn": _("Take note"), "ok": _("In order")}
    counts = {level: [check for check in checks if check.level == level] for level in _ICONS}
    for level in ("stop", "warn"):
        for check in counts[level]:
            _line(check, words[level])
    if counts["ok"]:
        label = plural("{n} check passed", "{n} checks passed", len(counts["ok"]))
        nothing_else = not counts["stop"] and not counts["warn"]
        with st.expander(f":green[:material/check_circle:] {label}", expanded=nothing_else):
            for check in counts["ok"]:
                _line(check, words["ok"])


def _line(check: Check, word: str) -> None:
    subjects = {
        "session": _("Session"),
        "participant": _("Participant"),
        "settings": _("Settings"),
        "clinical values": _("Clinical values"),
    }
    icon, colour = _ICONS[check.level]
    subject = subjects.get(check.subject, plain(check.subject))
    hint = f"  \n{plain(_result(check.hint))}" if check.hint else ""
    st.markdown(f":{colour}[{icon} **{word}**] · **{subject}**: {plain(_result(check.text))}{hint}")
