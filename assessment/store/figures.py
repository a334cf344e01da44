"""Key figures of results as tables: what a list of people shows without reading a summary for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import sqlalchemy
from sqlalchemy import Select, func
from sqlmodel import Session, col, select

from assessment.store.database import UserStore
from assessment.store.tables import Participant, Run, RunIndicator, RunOutcome, Visit
from assessment.summary import Summary
from assessment.uncertainty.measured import measured_values

RESULT_COLUMNS = (
    "run_id", "visit_id", "participant_id", "study_code", "date", "sex", "age_years", "height_m", "mass_kg",
    "synthetic",
)  # fmt: skip
VALUE_COLUMNS = (
    "run_id", "indicator", "activity", "side", "label", "unit", "value", "standard_error", "mark", "reasons", "origin",
)  # fmt: skip


def write(session: Session, run: Run, summary: Summary) -> None:
    """Write the figures of a finished run in the transaction that finishes it."""
    run.synthetic = summary.synthetic
    session.add(run)
    for one in measured_values(summary):
        session.add(
            RunIndicator(
                run_id=run.id,
                indicator=one.indicator,
                activity=one.activity,
                side=one.side or "",
                label=one.label,
                unit=one.unit,
                value=one.value,
                standard_error=one.standard_error,
                mark=one.mark.value,
                reasons=list(one.reasons),
                origin=one.origin,
            )
        )
    for result in summary.criteria:
        session.add(RunOutcome(run_id=run.id, framework=result.framework, verdict=result.verdict.value))


def results(mine: UserStore, participant_id: str | None = None) -> pd.DataFrame:
    """The newest results of every visit, one row each, by study code and date; columns are `RESULT_COLUMNS`.

    Sex, age, height and mass are those that the assessment used; ``date`` is the visit's, or when it was
    entered.
    """
    with mine.reading() as session:
        query = (
            select(Run, Visit, Participant)
            .join(Visit, col(Run.visit_id) == Visit.id)
            .join(Participant, col(Visit.participant_id) == Participant.id)
            .where(col(Run.id).in_(_newest(mine, participant_id)))
        )
        rows = [
            (
                run.id,
                visit.id,
                participant.id,
                participant.study_code,
                visit.visit_date or visit.created_at.date(),
                *(run.request["subject"][name] for name in ("sex", "age_years", "height_m", "mass_kg")),
                run.synthetic is True,
            )
            for run, visit, participant in session.exec(query.order_by(col(Visit.created_at)))
        ]
    table = pd.DataFrame(rows, columns=list(RESULT_COLUMNS))
    return table.sort_values(["study_code", "date"], kind="stable", ignore_index=True)


def values(
    mine: UserStore, *, participant_id: str | None = None, indicators: Sequence[str] | None = None
) -> pd.DataFrame:
    """Indicators of those results, one row for each movement and side; columns are `VALUE_COLUMNS`.

    Parameters
    ----------
    mine : UserStore
    participant_id : str or None
        None: of all participants.
    indicators : sequence of str or None
        Names in the catalogue; None: all.
    """
    with mine.reading() as session:
        columns = [getattr(RunIndicator, name) for name in VALUE_COLUMNS]
        query = select(*columns).where(col(RunIndicator.run_id).in_(_newest(mine, participant_id)))
        if indicators is not None:
            query = query.where(col(RunIndicator.indicator).in_(indicators))
        found = session.execute(query).all()
    table = pd.DataFrame(found, columns=list(VALUE_COLUMNS))
    return table.astype({"value": float, "standard_error": float})


def outcomes(mine: UserStore) -> pd.DataFrame:
    """What published criteria say of those results: run_id, framework, verdict."""
    with mine.reading() as session:
        query = select(RunOutcome).where(col(RunOutcome.run_id).in_(_newest(mine, None)))
        rows = [(one.run_id, one.framework, one.verdict) for one in session.exec(query)]
    return pd.DataFrame(rows, columns=["run_id", "framework", "verdict"])


def _newest(mine: UserStore, participant_id: str | None) -> Select[tuple[str]]:
    """Ids of the newest finished run of every visit of this user's participants."""
    order = func.row_number().over(partition_by=col(Run.visit_id), order_by=(col(Run.created_at).desc(), col(Run.id)))
    ranked: Select[Any] = (
        sqlalchemy.select(col(Run.id).label("id"), order.label("place"))
        .join(Visit, col(Run.visit_id) == Visit.id)
        .join(Participant, col(Visit.participant_id) == Participant.id)
        .where(col(Participant.owner_id) == mine.user_id, col(Run.state) == "done")
    )
    if participant_id is not None:
        ranked = ranked.where(col(Participant.id) == participant_id)
    found = ranked.subquery()
    return sqlalchemy.select(found.c.id).where(found.c.place == 1)
