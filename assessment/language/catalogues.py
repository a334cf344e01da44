"""The .po files of a language: what translators edit is what is read, so that there is nothing to compile."""

from __future__ import annotations

from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE: Final = Path(__file__).parent / "locale"
Domain = Literal["app", "results"]
"""``app``: marked in code. ``results``: sentences that results carry, found by `assessment.language.extraction`."""


def po_file(language: str, domain: Domain) -> Path:
    """Where a catalogue lies."""
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def catalogue(language: str, domain: Domain) -> Catalog:
    """Read a catalogue."""
    with po_file(language, domain).open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def translations(language: str) -> GNUTranslations:
    """What gettext looks marked messages up in."""
    compiled = BytesIO()
    write_mo(compiled, catalogue(language, "app"))
    compiled.seek(0)
    return GNUTranslations(compiled)


def messages(language: str, domain: Domain) -> dict[str, str]:
    """English to translated, of messages without a plural."""
    return {
        message.id: message.string
        for message in catalogue(language, domain)
        if isinstance(message.id, str) and message.id and isinstance(message.string, str) and message.string
    }
