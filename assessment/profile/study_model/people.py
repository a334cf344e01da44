"""One row a person: the table that a study's model is trained on and applied to."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from assessment.summary import Summary
from assessment.uncertainty.measured import Measured, measured_values
from models.errors import SettingsError

SUBJECT_FIELDS = ("age_years", "height_m", "mass_kg")
CLINICAL_FIELDS = ("grip_kg", "asm_kg", "calf_cm", "sarc_f")


def feature_name(one: Measured) -> str:
    """``indicator@movement``, of moments ``indicator@movement:forces``: measured otherwise is another feature.

    What is of no single movement (SPPB) has its name only.
    """
    movement = f"@{one.activity}" if one.activity else ""
    return f"{one.indicator}{movement}{f':{one.origin}' if one.origin else ''}"


def person_values(summary: Summary) -> dict[str, float]:
    """All features of one person that are known: indicators with sides averaged, age, size, clinical measures."""
    subject = {name: getattr(summary.subject, name) for name in SUBJECT_FIELDS}
    clinical = {name: getattr(summary.clinical, name) for name in CLINICAL_FIELDS}
    measured = {feature_name(one): one.value for one in measured_values(summary, both_sides=True)}
    return {name: float(value) for name, value in (subject | clinical | measured).items() if value is not None}


def person_errors(summary: Summary) -> dict[str, float]:
    """Standard errors of those features that have one."""
    return {
        feature_name(one): one.standard_error
        for one in measured_values(summary, both_sides=True)
        if one.value is not None and one.standard_error is not None
    }


def people_table(people: Iterable[Summary]) -> pd.DataFrame:
    """Features of a cohort, index ``session``."""
    rows = [{"session": summary.session} | person_values(summary) for summary in people]
    return pd.DataFrame(
        rows, columns=list(dict.fromkeys(["session", *(name for row in rows for name in row)]))
    ).set_index("session")


def join_labels(features: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Features of a cohort beside a study's own table, matched by its column ``session``.

    A clinical measure that both have is filled up from the cohort where the table leaves it empty.

    Raises
    ------
    SettingsError
        The table has no such column, names a session twice, names none of the cohort, has other columns of the same
        name, or contradicts a clinical measure.
    """
    if "session" not in labels.columns:
        raise SettingsError(
            "The table of labels has no column session.",
            hint="One row a person: session (the name of the results folder), the label, and any further features.",
        )
    own = labels.assign(session=labels["session"].astype(str)).set_index("session")
    if own.index.has_duplicates or features.index.has_duplicates:
        raise SettingsError(
            "A session occurs more than once, in the table of labels or in the cohort.",
            hint="One row a person: rows of one person in two folds would make the validation look better than it is.",
        )
    clinical = [column for column in CLINICAL_FIELDS if column in own.columns and column in features.columns]
    clash = [column for column in own.columns if column in features.columns and column not in clinical]
    if clash:
        raise SettingsError(
            f"The table of labels has columns that the cohort has too: {', '.join(clash)}.",
            hint="Rename or remove them.",
        )
    for column in clinical:
        own[column] = _filled(own[column], features[column].reindex(own.index))
    joined = features.drop(columns=clinical).join(own, how="inner")
    if joined.empty:
        raise SettingsError(
            "No session of the table of labels is in the cohort.",
            hint="The column session holds the names of the results folders.",
        )
    return joined


def _filled(own: pd.Series, assessed: pd.Series) -> pd.Series:
    """The table's values, the assessed ones where it has none."""
    differ = own.notna() & assessed.notna() & (pd.to_numeric(own, errors="coerce") != assessed)
    if differ.any():
        raise SettingsError(
            f"The table of labels and the results of session {own.index[differ][0]} give different {own.name}.",
            hint="Correct the table, or assess the session again with the right value.",
        )
    return own.where(own.notna(), assessed)
