"""Text from files, shown as text: markdown in a name or in metadata must neither format the page nor load anything."""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~$])")


def plain(text: str) -> str:
    """Escape what markdown would act on: links, images, HTML, formulas, colours."""
    return _MARKDOWN.sub(r"\\\1", text)
