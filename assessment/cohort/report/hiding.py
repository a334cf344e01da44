"""Parts of a whole that are not shown, so that nobody's value can be worked out from the whole and its other parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assessment.cohort.report.amounts import few
from assessment.cohort.report.cohort import FEWEST, Cohort
from assessment.report.structure import Cell, Paragraph, Table


def hidden_parts(sizes: Sequence[int], *, others: int = 0) -> tuple[bool, ...]:
    """Which parts are hidden where the whole is shown beside them.

    Fewer than `FEWEST` people are, and with them the next smallest parts until all that is hidden together has `FEWEST`
    people: what is left of the whole without the shown parts is then no single person's.

    Parameters
    ----------
    sizes : sequence of int
        People of each part; nobody is in two.
    others : int
        People of the whole who are in no part, or in one that is not shown anyway.
    """
    hidden = [n < FEWEST for n in sizes]
    together = others + sum(n for n in sizes if n < FEWEST)
    for n, place in sorted((n, place) for place, n in enumerate(sizes) if n >= FEWEST):
        if not 0 < together < FEWEST:
            break
        hidden[place] = True
        together += n
    return tuple(hidden)


def in_place_of(of: Cohort, n: int) -> str:
    """What stands for a hidden part."""
    _ = of.words
    return _("not shown") if n >= FEWEST else few(n)


def hiding_note(of: Cohort, table: Table) -> Iterator[Paragraph]:
    """Why parts with enough people are not shown, where there are such."""
    _ = of.words
    if any(cell.text == _("not shown") for row in table.rows for cell in row.cells):
        yield Paragraph(text=hiding_words(of), style="soft")


def hiding_words(of: Cohort) -> str:
    """The rule in one sentence."""
    _ = of.words
    return _(
        "Not shown: values of fewer than {few} others could be worked out from these and those of all.", few=FEWEST
    )


def hidden_cell(of: Cohort, n: int, aside: str = "") -> Cell:
    """The same as a cell."""
    return Cell(text=in_place_of(of, n), aside=aside, style="soft")
