"""Report: the clinician's text and signature, the PDF as it will be handed out, and everything to take away."""

from __future__ import annotations

import streamlit as st

from app.current import result
from app.language import _
from app.layout import result_header
from app.reporting import downloads, signature, text_form
from app.reporting.document import preview


def main() -> None:
    """Draw the page."""
    st.title(_("Report"))
    found = result()
    result_header(found.run, found.summary)
    visit = text_form.edit(found)
    signature.show(found, visit)
    document = preview(found, visit)
    downloads.offer(found, visit, document)


main()
