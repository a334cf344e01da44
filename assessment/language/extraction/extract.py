"""Extraction of both domains, and the update of the .po files by it."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from assessment.language.catalogues import Domain, catalogue, po_file
from assessment.language.extraction.marked import marked
from assessment.language.extraction.sentences import sentences_in_code
from assessment.language.extraction.tables import sentences_in_tables
from assessment.language.extraction.vocabulary import vocabulary

ROOT = Path(__file__).parents[3]
# Babel's own head holds the time, which two people's updates would quarrel about.
_HEAD = """msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""


def extracted(domain: Domain) -> Catalog:
    """All messages of a domain as they are in the code now, with the files they are in."""
    found = Catalog(domain=domain, charset="utf-8")
    if domain == "app":
        for message, file in marked(ROOT):
            found.add(message, locations=[(file, 0)])
        return found
    for message, file in (*vocabulary(), *sentences_in_tables(ROOT), *sentences_in_code(ROOT)):
        found.add(message, locations=[(file, 0)])
    return found


def update(language: str, domain: Domain) -> list[str]:
    """Bring a .po file up to date: new messages are added empty, those that are gone are dropped.

    Returns
    -------
    list of str
        Messages without a translation.
    """
    current = catalogue(language, domain)
    # A changed message is a new one: a translation that is merely similar would be wrong in a way nobody sees.
    current.update(extracted(domain), no_fuzzy_matching=True)
    with po_file(language, domain).open("wb") as file:
        file.write(_HEAD.format(language=language, plural_forms=current.plural_forms).encode())
        write_po(
            file, current, width=110, omit_header=True, ignore_obsolete=True, include_lineno=False, sort_by_file=True
        )
    return [_first(message.id) for message in current if message.id and not _is_translated(message.string)]


def _is_translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return all([string] if isinstance(string, str) else string or [""])


def _first(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]
