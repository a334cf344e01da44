"""The report of a cohort, as a page and as PDF: who is in it, key numbers, groups, what is missing, how good it is."""

from __future__ import annotations

from assessment.cohort.layout import CohortFolder
from assessment.cohort.replacing import replaced_when_whole
from assessment.cohort.report.cohort import Cohort
from assessment.cohort.report.content import cohort_content
from assessment.language import Language
from assessment.report.page import report_page
from assessment.report.pdf import compiled

__all__ = ["write_cohort_report"]


def write_cohort_report(folder: CohortFolder, *, language: Language = "en") -> None:
    """Write ``report.html`` and ``report.pdf`` of a finished cohort; older ones are replaced when both are made.

    Parameters
    ----------
    folder : CohortFolder
    language : {'en', 'ko'}

    Raises
    ------
    SettingsError
        It is no folder of a finished cohort, a table cannot be read, or a report cannot be written.
    """
    content = cohort_content(Cohort(folder, language))
    page = report_page(content)
    pdf, _pages = compiled(content)
    with replaced_when_whole(folder.report_html) as unfinished:
        unfinished.write_text(page, encoding="utf-8")
    with replaced_when_whole(folder.report_pdf) as unfinished:
        unfinished.write_bytes(pdf)
