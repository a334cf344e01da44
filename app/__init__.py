"""The browser app: one file a page; faces of `assessment.assess`."""
