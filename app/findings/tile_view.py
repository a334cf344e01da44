"""The main numbers drawn: value, interval, quality, change, and what published criteria say of them."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from app.findings.changes import change_text
from app.findings.marks import mark_text, verdict_text
from app.findings.tiles import Tile
from app.language import _, _result
from app.text import plain
from app.words import movement_word
from assessment.criteria import CriterionResult
from assessment.criteria.wording import SIGN
from pipeline.quality import Mark

TILES_A_ROW = 3


def draw_tiles(tiles: list[Tile]) -> None:
    """Three a row; below each other on a narrow screen."""
    for start in range(0, len(tiles), TILES_A_ROW):
        row = tiles[start : start + TILES_A_ROW]
        for column, tile in zip(st.columns(TILES_A_ROW), row, strict=False):
            with column.container(border=True, height="stretch"):
                _draw(tile)


def _draw(tile: Tile) -> None:
    """Not `st.metric`: it cuts a long value off, and an interval must be read whole."""
    st.markdown(f"**{plain(_result(tile.label))}**", help=_help(tile))
    if tile.mark is Mark.WITHHELD:
        st.markdown(f"#### {_('not given')}")
    for value in tile.values:
        side = f"{_result(value.side)} " if value.side else ""
        st.markdown(f"#### {side}{value.text} {plain(tile.unit)}")
        if value.interval is not None:
            low, high = value.interval
            st.markdown(_("95 % interval {low} to {high}", low=low, high=high) + f" {plain(tile.unit)}")
    origin = _("typed in") if tile.by_hand else mark_text(tile.mark)
    where = movement_word(tile.activity) if tile.activity else ""
    mean = _mean_of(tile) if tile.n_trials > 1 else ""
    st.caption(" · ".join(part for part in (origin, plain(where), mean) if part))
    reasons = tile.reasons if tile.mark is not Mark.REPORTED else ()
    _lines(plain(_result(reason)) for reason in reasons)
    _lines(
        ":material/history: " + plain(_("Since the last visit: {change}", change=change_text(change)))
        for change in tile.changes
    )
    _lines(":material/rule: " + plain(_criterion(title, criterion)) for title, criterion in tile.criteria)


def _mean_of(tile: Tile) -> str:
    """Which trials were averaged, and what each gave: a mean of two tasks is then seen to be one."""
    values = "; ".join(f"{_result(side)} {values}".strip() for side, values in tile.trial_values)
    return f"{_('mean of {n} trials', n=tile.n_trials)}: {plain(values)}"


def _lines(lines: Iterable[str]) -> None:
    """Small print, one below the other."""
    text = "  \n".join(lines)
    if text:
        st.caption(text)


def _criterion(title: str, criterion: CriterionResult) -> str:
    """``AWGS 2019, criterion ≥ 12 s: indeterminate``."""
    return _(
        "{title}, criterion {limit}: {outcome}",
        title=_result(title),
        limit=f"{SIGN[criterion.operator]} {criterion.cut_off:g} {criterion.unit}",
        outcome=verdict_text(criterion.verdict),
    )


def _help(tile: Tile) -> str:
    lines = [plain(_result(tile.definition))]
    if tile.protocol:
        lines.append(_("Protocol: {protocol}", protocol=plain(_result(tile.protocol))))
    if tile.source:
        lines.append(_("Source: {source}", source=plain(_result(tile.source))))
    return "  \n".join(lines)
