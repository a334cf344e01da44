"""Summary: the main numbers, each with unit, interval and quality; what changed; published criteria; every trial."""

from __future__ import annotations

import streamlit as st

from app.current import Result, result, shown
from app.findings.changes import say_of_both, since_last_visit
from app.findings.criteria_view import draw_criteria
from app.findings.limits_view import draw_limits
from app.findings.profile_view import draw_profile
from app.findings.tile_view import draw_tiles
from app.findings.tiles import choose_tiles, in_order
from app.findings.trial_view import draw_trial
from app.language import _, _result
from app.layout import result_header
from app.text import plain


def main() -> None:
    """Draw the page."""
    st.title(_("Summary"))
    found = result()
    summary = found.summary
    result_header(found.run, summary)
    for warning in summary.warnings:
        st.warning(plain(_result(warning)), icon=":material/info:")
    _main_numbers(found)
    _links()
    draw_criteria(in_order(summary, shown().frameworks))
    _trials(found)
    draw_profile(summary)
    draw_limits(summary)


def _main_numbers(found: Result) -> None:
    since = since_last_visit(found)
    tiles = choose_tiles(found.summary, since.changes if since else [], shown().frameworks)
    if tiles:
        draw_tiles(tiles)
    else:
        st.info(_("No number of this visit may be shown; the trials below say why."), icon=":material/info:")
    say_of_both(since)


def _links() -> None:
    """The same run on the other pages: what is looked at stays."""
    with st.container(horizontal=True):
        st.page_link("app/pages/curves.py", label=_("Curves"), icon=":material/show_chart:")
        st.page_link("app/pages/skeleton.py", label=_("3-D"), icon=":material/accessibility_new:")
        st.page_link("app/pages/report.py", label=_("Report"), icon=":material/description:")


def _trials(found: Result) -> None:
    st.subheader(_("Trials"))
    trials = found.summary.trials
    failed = {"assessed": "", "failed": ":material/error: "}
    names = [f"{failed[trial.status]}{plain(trial.name)}" for trial in trials]
    for tab, trial in zip(st.tabs(names), trials, strict=True):
        with tab:
            draw_trial(trial)


main()
