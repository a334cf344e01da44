"""Where things are in a cohort's folder: names that DuckDB, pandas and Spark read as partitions (docs/cohorts.md)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assessment.cohort.sessions import CohortSession

TABLES = ("indicators", "wide", "quality", "failures")
_PARTICIPANT, _VISIT = "participant=", "visit="


@dataclass(frozen=True)
class CohortFolder:
    """The folder that a cohort's results are written to.

    Attributes
    ----------
    path : Path
    """

    path: Path

    @property
    def about(self) -> Path:
        """What the run was made with: settings, versions, hashes (JSON)."""
        return self.path / "cohort.json"

    @property
    def lock(self) -> Path:
        """Held by the run that is at work."""
        return self.path / ".lock"

    @property
    def is_begun(self) -> bool:
        """Whether a cohort was ever run into the folder, or refused."""
        return any(path.exists() for path in (self.lock, self.about))

    @property
    def bad_rows(self) -> Path:
        """Rows of the manifest that were not accepted, with their reasons (CSV)."""
        return self.path / "bad_rows.csv"

    @property
    def report_html(self) -> Path:
        """The cohort's report for a browser."""
        return self.path / "report.html"

    @property
    def report_pdf(self) -> Path:
        """The same on paper."""
        return self.path / "report.pdf"

    @property
    def older(self) -> Path:
        """Tables and report of an earlier run, while a run is not finished."""
        return self.path / "older"

    @property
    def downloads(self) -> Path:
        """Sessions fetched from the OpenCap server, kept for a run that continues."""
        return self.path / "downloads"

    def table(self, name: str) -> Path:
        """One of `TABLES`, as Parquet."""
        return self.path / f"{name}.parquet"

    def session(self, session: CohortSession) -> Path:
        """Results folder of a visit, as `assess` writes it: there when the visit is done, whole or not at all."""
        return self.results(session.participant, session.visit)

    def results(self, participant: str, visit: str) -> Path:
        """The same, by the codes that tables hold."""
        return self.path / "sessions" / f"{_PARTICIPANT}{participant}" / f"{_VISIT}{visit}"

    def failure(self, session: CohortSession) -> Path:
        """Why a visit has no results (JSON, `assessment.cohort.failures.SessionFailure`); only where it has none."""
        return self.path / "failures" / f"{_PARTICIPANT}{session.participant}" / f"{_VISIT}{session.visit}.json"

    def log(self, session: CohortSession) -> Path:
        """What happened to a visit, line by line; no health data."""
        return self.path / "logs" / session.participant / f"{session.visit}.log"


def visit_of(results: Path) -> tuple[str, str] | None:
    """Participant and visit that a results folder of a cohort is of, by its place; None of others."""
    participant, visit = results.parent.name, results.name
    if not (participant.startswith(_PARTICIPANT) and visit.startswith(_VISIT)):
        return None
    return participant.removeprefix(_PARTICIPANT), visit.removeprefix(_VISIT)
