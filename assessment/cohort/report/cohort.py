"""The cohort as the report looks at it: who counts, in which group, sex and age band, and what is shown of few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from assessment.cohort.columns import ValueColumn
from assessment.cohort.layout import CohortFolder
from assessment.cohort.reading import RUN_AGAIN
from assessment.cohort.report.key_numbers import KeyNumber, key_numbers
from assessment.cohort.report.source import CohortSource
from assessment.language import Language, Texts, texts
from assessment.profile.cohort import AGE_EDGES_YEARS
from assessment.report.context import PAPER_WIDTH_IN
from assessment.report.figures import FigureStyle
from assessment.report.fonts import figure_family
from models.errors import SettingsError
from pipeline.quality import Mark

FEWEST = 5
"""Fewer people than this are counted, but nothing is said of their values: one of them could be recognised."""
MOST_GROUPS = 5
"""As many columns as a page has room for; the largest groups."""
KINDS = (*(mark.value for mark in Mark), "not recorded")
"""Of a value of a visit: its mark, or that there is none."""
Counts = npt.NDArray[np.int64]
WOMEN, MEN, NOT_STATED = "f", "m", "unspecified"


@dataclass(frozen=True)
class Cohort:
    """A cohort's tables and the language of its report.

    Attributes
    ----------
    folder : CohortFolder
    language : str
    """

    folder: CohortFolder
    language: Language = "en"

    @cached_property
    def words(self) -> Texts:
        """Texts of the language of the report."""
        return texts(self.language)

    @cached_property
    def source(self) -> CohortSource:
        """What is read of the folder."""
        return CohortSource(self.folder)

    @cached_property
    def created(self) -> str:
        """When the run was begun (ISO 8601).

        Raises
        ------
        SettingsError
            It was not written down.
        """
        created = self.source.about.get("created")
        if not isinstance(created, str):
            raise SettingsError(
                f"{self.folder.about.name} of {self.folder.path.name} does not say when the cohort was assessed.",
                hint=RUN_AGAIN,
            )
        return created

    @cached_property
    def visits(self) -> pd.DataFrame:
        """Every assessed visit; ``band`` is the place of its age band, missing where the age is."""
        visits = self.source.visits
        ages = visits["age_years"].astype(float)
        band = pd.Series(np.searchsorted(AGE_EDGES_YEARS, ages, side="right") - 1.0, index=visits.index)
        return visits.assign(
            age_years=ages,
            band=band.clip(lower=0.0).where(ages.notna()),
            sex=visits["sex"].fillna(NOT_STATED),
            group=visits["group"].fillna("").astype(str),
        )

    @cached_property
    def people(self) -> pd.DataFrame:
        """The first assessed visit of each participant, in the order of the manifest."""
        return self.visits.drop_duplicates("participant")

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Groups of the manifest, the one that is named first there first; of many the largest."""
        sizes = self.people["group"].replace("", np.nan).value_counts(sort=False)
        largest = set(sizes.sort_values(ascending=False, kind="stable").index[:MOST_GROUPS])
        return tuple(str(group) for group in sizes.index if group in largest)

    def by_group(self, values: pd.Series) -> list[pd.Series]:
        """Values of people, by their place in the wide table, for each of `groups`."""
        group = self.people["group"].reindex(values.index)
        return [values[group == one] for one in self.groups]

    @cached_property
    def has_more_groups(self) -> bool:
        """Whether groups are left out."""
        return self.people["group"].replace("", np.nan).nunique() > MOST_GROUPS

    @cached_property
    def key_numbers(self) -> tuple[KeyNumber, ...]:
        """What is looked at first, one table a number."""
        return tuple(key_numbers(self.source, self.visits))

    @cached_property
    def mark_counts(self) -> dict[ValueColumn, Counts]:
        """Of each measured value, for each of `groups` and last for all others: visits by `KINDS`."""
        columns = self.source.columns
        marks = self.source.marks(columns)
        group = pd.Categorical(self.visits["group"], categories=self.groups).codes.astype(int)
        group[group < 0] = len(self.groups)
        cells = len(KINDS) * (len(self.groups) + 1)
        counts = {}
        for place, column in enumerate(columns):
            kind = pd.Categorical(marks.iloc[:, place].astype("category"), categories=KINDS).codes.astype(int)
            kind[kind < 0] = len(KINDS) - 1
            counts[column] = np.bincount(len(KINDS) * group + kind, minlength=cells).reshape(-1, len(KINDS))
        return counts

    @property
    def synthetic(self) -> bool:
        """Whether any of it describes no person."""
        return bool(self.visits["synthetic"].any())

    @cached_property
    def style(self) -> FigureStyle:
        """Figures as wide as the text of an A4 page."""
        return FigureStyle(
            words=self.words, width_in=PAPER_WIDTH_IN, title_size=7.0, text_size=6.0, family=figure_family()
        )

    def sex_name(self, sex: str) -> str:
        """Sex in words."""
        _ = self.words
        return {WOMEN: _("women"), MEN: _("men")}.get(sex, _("sex not stated"))

    @cached_property
    def sexes(self) -> tuple[str, ...]:
        """Those there are."""
        there = set(self.people["sex"])
        return tuple(sex for sex in (WOMEN, MEN, NOT_STATED) if sex in there)

    @cached_property
    def bands(self) -> tuple[str, ...]:
        """Age bands in words, youngest first."""
        _ = self.words
        return tuple(
            _("{low} and over", low=f"{low:.0f}")
            if np.isinf(high)
            else _("below {high}", high=f"{high:.0f}")
            if place == 0
            else f"{low:.0f}–{high - 1:.0f}"
            for place, (low, high) in enumerate(pairwise([*AGE_EDGES_YEARS, np.inf]))
        )

    def movement(self, activity: str) -> str:
        """A movement, ``sit-to-stand/five-times``, in words."""
        _ = self.words
        if not activity:
            return _("whole visit")
        return ", ".join(_.result(part) for part in activity.split("/"))


def shown(values: Sequence[float] | pd.Series) -> bool:
    """Whether there are enough values for anything to be said of them."""
    return len(values) >= FEWEST
