"""What every section of a report is made from, and how numbers, marks and units are written in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from assessment.language import Texts, texts
from assessment.presentation import Row, indicator_rows, moment_factor
from assessment.profile import Reference
from assessment.report.figures import FigureStyle
from assessment.report.fonts import figure_family
from assessment.report.structure import Symbol
from assessment.summary import IndicatorRecord, Summary, TrialRecord
from assessment.uncertainty.visits import Comparison, compare_dated
from assessment.visit import Preferences, VisitDetails
from models.errors import SettingsError
from pipeline.quality import Mark

# Widths and heights of figures on A4 [inch].
PAPER_WIDTH_IN = 6.93
_NEGATIVE = re.compile(r"(?<![\w.])-(?=\d)")


def signs(text: str) -> str:
    """Hyphens before numbers as minus signs."""
    return _NEGATIVE.sub("−", text)


@dataclass(frozen=True)
class Context:
    """The person, the visit, the earlier visit and how to show them.

    Attributes
    ----------
    folder : Path
        Results folder of the visit, for its curves.
    previous : Summary or None
        Of the earlier visit.
    previous_date : date or None
        Of the earlier visit: one of the same day is compared with the error within a session.
    name : str or None
        Of the person; printed only if given.
    own : Reference or None
        A cohort of the user's, in place of published populations.
    """

    folder: Path
    summary: Summary
    visit: VisitDetails
    preferences: Preferences = field(default_factory=Preferences)
    previous: Summary | None = None
    previous_date: date | None = None
    name: str | None = None
    own: Reference | None = None

    @cached_property
    def words(self) -> Texts:
        """Texts of the language of the report."""
        return texts(self.preferences.language)

    @cached_property
    def comparison(self) -> Comparison | SettingsError | None:
        """Against the earlier visit; the reason where the two cannot be compared; None without one."""
        if self.previous is None:
            return None
        try:
            return compare_dated(self.previous, self.previous_date, self.summary, self.visit.visit_date)
        except SettingsError as error:
            return error

    @property
    def has_changes(self) -> bool:
        """Whether there is an earlier visit to show beside this one."""
        return isinstance(self.comparison, Comparison)

    @property
    def moment_factor(self) -> float:
        """The chosen unit of moments in one Nm/kg."""
        subject = self.summary.subject
        return moment_factor(self.preferences.moment_unit, subject.mass_kg, subject.height_m)

    @cached_property
    def figure_style(self) -> FigureStyle:
        """Figures as wide as the text of an A4 page."""
        return FigureStyle(
            words=self.words,
            moment_unit=self.preferences.moment_unit,
            moment_factor=self.moment_factor,
            width_in=PAPER_WIDTH_IN,
            curves_in=(1.35, 2.35),
            cycles_in=(1.35, 2.35),
            title_size=7.0,
            text_size=6.5,
            line_width=0.9,
            x_margin=0.01,
            family=figure_family(),
        )

    def rows(self, of: TrialRecord | Summary) -> list[Row]:
        """Indicators as lines of a table, moments in the chosen unit."""
        in_unit = [self._in_chosen_unit(one) for one in of.indicators]
        return indicator_rows(of.model_copy(update={"indicators": in_unit}))

    def _in_chosen_unit(self, one: IndicatorRecord) -> IndicatorRecord:
        if one.unit != "Nm/kg":
            return one
        factor = self.moment_factor
        return one.model_copy(
            update={
                "unit": self.preferences.moment_unit,
                "value": None if one.value is None else factor * one.value,
                "standard_error": None if one.standard_error is None else factor * one.standard_error,
            }
        )

    def label(self, row: Row) -> str:
        """Name of an indicator; what is said by its unit is not said twice."""
        return self.words.result(row.label.removesuffix(" per body mass"))

    def mark(self, mark: Mark) -> str:
        """Word of a quality mark."""
        return self.words.result(mark.value)

    def movement(self, trial: TrialRecord) -> str:
        """Movement and variant of a trial."""
        _ = self.words
        if trial.activity is None:
            return _("not recognised")
        parts = (trial.activity.name, trial.activity.variant)
        return ", ".join(_.result(part) for part in parts if part)


def mark_symbol(mark: Mark) -> Symbol:
    """Shape of a quality mark."""
    symbols: dict[Mark, Symbol] = {
        Mark.REPORTED: "reported",
        Mark.WITH_CAUTION: "with-caution",
        Mark.WITHHELD: "withheld",
    }
    return symbols[mark]
