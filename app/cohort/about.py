"""What a cohort's run was made with, what came of it, and its report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import streamlit as st

from app.cohort.from_folder import FolderSource
from app.current import mine
from app.language import _, words
from app.text import plain
from app.words import NOTHING
from assessment.cohort.tables import WHOLE_VISIT
from assessment.presentation import time_text
from assessment.settings_words import settings_in_words
from assessment.store import audit


def show_about(source: FolderSource) -> None:
    """Numbers, report and settings of the run."""
    results = source.results
    about = results.about()
    failures = results.failures()
    n_failed = int((failures["trial"] == WHOLE_VISIT).sum())
    numbers = {
        _("Visits with results"): source.n_visits,
        _("Visits without results"): n_failed,
        _("Rows of the manifest not accepted"): about.get("n_bad_rows"),
    }
    columns = st.columns(len(numbers))
    for column, (name, n) in zip(columns, numbers.items(), strict=True):
        column.metric(name, NOTHING if n is None else f"{n:,}")
    _show_report(source)
    st.subheader(_("What the run was made with"))
    facts = {
        _("Made"): time_text(datetime.fromisoformat(about["created"])) if "created" in about else None,
        "Sarcoscope": about.get("sarcoscope_version"),
        _("Code (SHA-256)"): str(about.get("code_sha256", ""))[:12],
        **dict(settings_in_words(about.get("settings", {}), words())),
    }
    st.markdown("\n".join(f"- **{name}**: {plain(str(value))}" for name, value in facts.items() if value))


def _show_report(source: FolderSource) -> None:
    folder, user, cohort_id = source.results.folder, mine(), source.cohort_id

    def written_down(path: Path) -> Callable[[], bytes]:
        def made() -> bytes:
            audit.record(user, "exported", "cohort", cohort_id)
            return path.read_bytes()

        return made

    st.subheader(_("Report of the cohort"))
    reports = (
        (_("Report (PDF)"), folder.report_pdf, "application/pdf", ":material/picture_as_pdf:"),
        (_("Report (HTML)"), folder.report_html, "text/html", ":material/html:"),
    )
    there = [report for report in reports if report[1].is_file()]
    if not there:
        st.caption(_("The folder holds no report."))
        return
    with st.container(horizontal=True):
        for title, path, kind, icon in there:
            st.download_button(
                title, written_down(path), f"sarcoscope_cohort_{path.name}", kind, icon=icon,
                key=f"cohort-{path.suffix}",
            )  # fmt: skip
    st.caption(_("Every download is written into the audit log."))
