"""What can be taken away: the PDF, the tables, FHIR; whole or without what could identify the person."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from app.current import Result, mine
from app.language import _
from app.reporting.document import file_stem
from assessment.store import audit
from assessment.store.visits import VisitRow


def offer(found: Result, visit: VisitRow, pdf: bytes | None) -> None:
    """Offer the downloads; each is written into the audit log."""
    st.subheader(_("Take away"))
    deidentified = st.toggle(
        _("De-identified"),
        key="deidentified",
        help=_(
            "Without study code, date, site, free text and whatever else could identify the person (HIPAA Safe "
            "Harbor). The PDF is left out: it is made for the person's own file."
        ),
    )
    stem = "deidentified" if deidentified else file_stem(found)
    columns = st.columns(3)

    def record() -> None:
        audit.record(mine(), "exported", "run", found.run.id)

    # Files are made in a thread that knows nothing of the browser session: what is of it is taken here.
    personal: dict[str, Any] = {} if deidentified else {"pdf": pdf, "user": mine().label}

    if pdf is not None and not deidentified:
        columns[0].download_button(
            _("Report (PDF)"), pdf, f"{stem}.pdf", "application/pdf", on_click=record, type="primary",
            icon=":material/picture_as_pdf:", width="stretch", key="download-pdf",
        )  # fmt: skip
    columns[1].download_button(
        _("FHIR R4 bundle (JSON)"), lambda: _fhir(found, visit, deidentified=deidentified, **personal),
        f"{stem}_fhir.json", "application/fhir+json", on_click=record, icon=":material/local_hospital:",
        width="stretch", key="download-fhir",
    )  # fmt: skip
    columns[2].download_button(
        _("All tables and files (zip)"), lambda: _archive(found, visit, deidentified=deidentified, **personal),
        f"{stem}.zip", "application/zip", on_click=record, icon=":material/folder_zip:", width="stretch",
        key="download-zip",
    )  # fmt: skip
    st.caption(_("The zip holds CSV, JSON, Parquet, FHIR, OpenCap's dashboard format and a README that explains each."))


def _fhir(found: Result, visit: VisitRow, *, deidentified: bool, **personal: Any) -> str:
    """``personal``: what a de-identified export must not hold, the report and who made the export."""
    from assessment.exports import fhir_bundle

    bundle = fhir_bundle(found.folder, found.summary, visit.details, deidentified=deidentified, **personal)
    return json.dumps(bundle, indent=2, ensure_ascii=False)


def _archive(found: Result, visit: VisitRow, *, deidentified: bool, **personal: Any) -> bytes:
    from assessment.exports import export_archive

    return export_archive(found.folder, found.summary, visit.details, deidentified=deidentified, **personal)
