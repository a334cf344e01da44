"""What a clinical report is made of: sections of blocks of translated, formatted texts, which the layout prints."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Symbol = Literal[
    "reported",
    "with-caution",
    "withheld",
    "met",
    "not-met",
    "indeterminate",
    "not-assessable",
    "measured",
    "estimated",
    "simulated",
]
"""Drawn before a word, each of a shape of its own, so that no meaning hangs on a colour."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cell(_Part):
    """One cell of a table; ``aside`` follows in the same line, smaller, ``notes`` are numbers of the table's notes."""

    text: str
    aside: str = ""
    span: int = 1
    style: Literal["plain", "strong", "soft"] = "plain"
    symbol: Symbol | None = None
    notes: tuple[int, ...] = ()


class Column(_Part):
    """A column; of those with a share the remaining width is divided by it, the others are as wide as needed."""

    title: str
    unit: str = ""
    share: float | None = None
    align: Literal["left", "center"] = "left"


class TableRow(_Part):
    """One row; a heading opens a group of rows and stays with what follows it."""

    cells: tuple[Cell, ...]
    is_heading: bool = False
    ends_group: bool = True


class Table(_Part):
    """A table and the numbered notes of its cells."""

    kind: Literal["table"] = "table"
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = ()
    optional: int = 0


class Entry(_Part):
    """A label and what it stands before."""

    label: str
    text: str
    wide: bool = False


class Fields(_Part):
    """Labels and values side by side."""

    kind: Literal["fields"] = "fields"
    entries: tuple[Entry, ...]
    optional: int = 0


class Paragraph(_Part):
    """Running text."""

    kind: Literal["paragraph"] = "paragraph"
    text: str
    style: Literal["plain", "strong", "soft", "notice"] = "plain"
    optional: int = 0


class Bullets(_Part):
    """A list of short sentences."""

    kind: Literal["bullets"] = "bullets"
    texts: tuple[str, ...]
    optional: int = 0


class Picture(_Part):
    """A figure as SVG, with what it shows in words for those who cannot see it."""

    kind: Literal["picture"] = "picture"
    svg: str
    alternative: str
    caption: str
    optional: int = 0


class Standing(_Part):
    """Where a value stands in a population: share that it is better than, with its interval [%], and as text."""

    label: str
    text: str
    share: str
    population: str
    middle: float
    low: float
    high: float


class Standings(_Part):
    """Values against named populations, on one scale of 0 to 100 %."""

    kind: Literal["standings"] = "standings"
    scale: str
    entries: tuple[Standing, ...]
    optional: int = 0


class Signing(_Part):
    """The last block: who answers for the report, or that nobody does."""

    kind: Literal["signing"] = "signing"
    is_valid: bool
    text: str
    lines: tuple[Entry, ...]
    optional: int = 0


Block = Annotated[
    Table | Fields | Paragraph | Bullets | Picture | Standings | Signing,
    Field(discriminator="kind"),
]


class Section(_Part):
    """A heading and its blocks; ``on_new_page`` starts a page, ``in_box`` sets it apart."""

    title: str
    blocks: tuple[Block, ...]
    on_new_page: bool = False
    in_box: bool = False


class Report(_Part):
    """A whole report.

    Attributes
    ----------
    made : str
        Date of the results (ISO 8601), which the file carries too: the same results give the same file.
    page_of : str
        Footer, with ``{page}`` and ``{pages}`` left for the layout to fill in.
    synthetic : str
        Mark of generated data on every page; empty for a recording.
    """

    language: str
    title: str
    code: str
    date: str
    name: str
    made: str
    status: str
    version: str
    disclaimer: str
    page_of: str
    synthetic: str
    sections: tuple[Section, ...]

    def shortened(self, optional: int, *, new_pages: bool) -> Report:
        """The report without blocks whose ``optional`` is at least this; its sections on new pages, or in one flow."""
        sections = [
            section.model_copy(
                update={
                    "blocks": tuple(one for one in section.blocks if one.optional < optional),
                    "on_new_page": section.on_new_page and new_pages,
                }
            )
            for section in self.sections
        ]
        return self.model_copy(update={"sections": tuple(one for one in sections if one.blocks)})
