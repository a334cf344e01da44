"""Where things are in a cohort's folder: names that DuckDB, pandas and Spark read as partitions (docs/cohorts.md)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assessment.cohort.sessions import CohortSession

TABLES = ("indicators", "wide", "quality", "failures")


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

    def table(self, name: str) -> Path:
        """One of `TABLES`, as Parquet."""
        return self.path / f"{name}.parquet"

    def session(self, session: CohortSession) -> Path:
        """Results folder of a visit, as `assess` writes it: there when the visit is done, whole or not at all."""
        return self.results(session.participant, session.visit)

    def results(self, participant: str, visit: str) -> Path:
        """The same, by the codes that tables hold."""
        return self.path / "sessions" / f"participant={participant}" / f"visit={visit}"

    def failure(self, session: CohortSession) -> Path:
        """Why a visit has no results (JSON, `assessment.cohort.failures.SessionFailure`); only where it has none."""
        return self.path / "failures" / f"participant={session.participant}" / f"visit={session.visit}.json"

    def log(self, session: CohortSession) -> Path:
        """What happened to a visit, line by line; no health data."""
        return self.path / "logs" / session.participant / f"{session.visit}.log"
