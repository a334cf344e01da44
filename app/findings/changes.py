"""What changed since the visit before, and what that is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from app.current import Result, earlier
from app.language import _, _result
from app.text import plain
from assessment.presentation import SIDE_NAMES
from assessment.uncertainty import decimals, fixed, signed
from assessment.uncertainty.change import OWN_ERRORS_ONLY, Change
from assessment.uncertainty.interval import UNPRINTED
from assessment.uncertainty.visits import compare_dated
from models.errors import SarcoscopeError


@dataclass(frozen=True)
class Since:
    """The visit before, and what is different; ``problem`` says why the two cannot be compared, else it is empty."""

    when: date
    changes: list[Change]
    warnings: list[str]
    problem: str


def since_last_visit(result: Result) -> Since | None:
    """Compare with the visit before; None where there is none."""
    try:
        found = earlier(result)
        if found is None:
            return None
        compared = compare_dated(found.summary, found.run.visit_date, result.summary, result.run.visit_date)
    except SarcoscopeError as error:
        return Since(result.run.day, [], [], f"{error.message} {error.hint}")
    return Since(found.run.day, compared.changes, compared.warnings, "")


def say_of_both(since: Since | None) -> None:
    """What holds for all changes: against which visit, and what a reader must know of the comparison."""
    if since is None:
        st.caption(_("There is no earlier visit with results: change is not assessed."))
    elif since.problem:
        st.info(
            _("The earlier visit is not compared: {why}", why=plain(_result(since.problem))), icon=":material/info:"
        )
    else:
        st.caption(
            _(
                "Compared with the visit of {date}. A difference is called a change only beyond the smallest "
                "detectable change (MDC, 95 %); detectable is not the same as meaningful.",
                date=since.when.isoformat(),
            )
        )
        for warning in since.warnings:
            st.warning(plain(_result(warning)), icon=":material/compare_arrows:")


def change_text(change: Change) -> str:
    """``+0.4 s: no change beyond measurement error (MDC 5 s)``."""
    side = f"{_result(SIDE_NAMES[change.side])} " if change.side else ""
    if change.difference is None:
        return side + _("cannot be told: {why}", why=_result(change.reason))
    unit = "" if change.unit in UNPRINTED else f" {change.unit}"
    places = 0 if change.unit == "1" else decimals(change.unit, None)
    words = [_result(change.verdict), *([_result(change.direction)] if change.direction else [])]
    text = f"{side}{signed(change.difference, places)}{unit}: {', '.join(words)}"
    if change.mdc95 is not None:
        limit = f"{fixed(change.mdc95, places)}{unit}"
        published = change.mdc95_source != OWN_ERRORS_ONLY
        text += _(" (MDC {limit})", limit=limit) if published else _(" (recordings' error {limit})", limit=limit)
    if change.meaningful is not None and change.meaningful.reached is not None:
        text += _(
            "; meaningful from {from_here}: {reached}",
            from_here=f"{change.meaningful.small:g}{unit}",
            reached=_result(change.meaningful.reached),
        )
    return text
