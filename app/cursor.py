"""The moment that the 3-D page was left at, for all pages that draw over time; it stands in the address."""

from __future__ import annotations

from math import isfinite, nan

import streamlit as st

from app import address

_KEY, _LEFT = "t", "cursor-left"


def leave(trial: str, time_s: float) -> None:
    """Write down where the viewer stands in a trial."""
    text = f"{time_s:.2f}"
    st.session_state[_LEFT] = (_place(trial), text)
    address.put(**{_KEY: text})


def left_at(trial: str) -> float | None:
    """Where the viewer was left in a trial [s]; None where it was not, or in another trial or run."""
    text = address.get(_KEY)
    left_in, written = st.session_state.get(_LEFT, (_place(trial), text))
    if text is None:
        return None
    if written == text and left_in != _place(trial):
        # The address would hand on a moment of another movement.
        address.put(**{_KEY: None})
        return None
    try:
        time_s = float(text)
    except ValueError:
        time_s = nan
    if not isfinite(time_s):
        address.put(**{_KEY: None})
        return None
    return time_s


def _place(trial: str) -> tuple[str | None, str]:
    return address.get("run"), trial
