"""A manifest as it comes out of a spreadsheet: encoding, separator and header checked, cells as text."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from assessment.clinical import MISSING
from assessment.cohort.bad_rows import BadRow
from assessment.cohort.manifest.columns import COLUMNS, check_header
from models.errors import SettingsError

MAX_BYTES = 256 * 2**20
"""A million visits with long paths stay below."""

_SEPARATORS = ",;\t"
_SAVE_AS = "In the spreadsheet choose Save as, 'CSV UTF-8'."
# How files begin that people take for a CSV.
_OTHER_KINDS = {b"PK": "an Excel workbook or another archive", b"\xd0\xcf": "an old Excel workbook", b"{": "JSON"}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_cells(path: Path) -> tuple[pd.DataFrame, tuple[BadRow, ...]]:
    """Read a manifest.

    Parameters
    ----------
    path : Path

    Returns
    -------
    cells : DataFrame
        One text column for each of `COLUMNS`, absent where nothing is given; the index is the row in a spreadsheet.
        Empty rows are left out.
    bad_rows : tuple of BadRow
        Rows with more or fewer cells than the header; they are not among the cells.

    Raises
    ------
    SettingsError
        The file is no CSV in UTF-8, its header is not accepted, or it holds no rows.
    """
    text = _text(path)
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error:
        raise SettingsError(
            f"{path.name} is damaged near line {reader.line_num}: a quotation mark is not closed, or stands inside a "
            "cell.",
            hint=f'Within quotation marks write "" for one; best let a spreadsheet write the file. {_SAVE_AS}',
        ) from None
    header = [name.casefold() for name in _without_empty_end(rows[0])]
    check_header(header, path.name)
    numbered = [(number, _without_empty_end(row)) for number, row in enumerate(rows[1:], start=2)]
    filled = [(number, row) for number, row in numbered if row]
    if not filled:
        raise SettingsError(f"{path.name} holds a header and no rows.", hint="Add one row a visit.")
    accepted = [one for one in filled if len(one[1]) <= len(header)]
    cells = pd.DataFrame(
        [row + [""] * (len(header) - len(row)) for _, row in accepted],
        columns=header,
        index=[number for number, _ in accepted],
        dtype="str",
    )
    cells = cells.mask(cells.isin(MISSING)).reindex(columns=list(COLUMNS)).astype("str")
    return cells, tuple(_too_long(number, row, header, separator) for number, row in filled if len(row) > len(header))


def _text(path: Path) -> str:
    try:
        n_bytes = path.stat().st_size
        if n_bytes > MAX_BYTES:
            raise SettingsError(
                f"{path.name} is {n_bytes / 2**20:.0f} MiB large.",
                hint=f"At most {MAX_BYTES // 2**20} MiB are accepted. Is this the right file? If so, divide it.",
            )
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"The manifest {path.name} cannot be read: {error.strerror or type(error).__name__}.",
            hint="Check the path, and that you may read it.",
        ) from None
    if not content.strip():
        raise SettingsError(f"{path.name} is empty.", hint="Its first row holds the names of the columns.")
    for beginning, kind in _OTHER_KINDS.items():
        if content.startswith(beginning):
            raise SettingsError(f"{path.name} is {kind}, not a CSV.", hint=_SAVE_AS)
    if content.startswith(_UTF_16) or b"\0" in content:
        raise SettingsError(f"{path.name} is not text in UTF-8.", hint=_SAVE_AS)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path.name} is not text in UTF-8: see line {line}.", hint=_SAVE_AS) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _without_empty_end(row: list[str]) -> list[str]:
    """A row without the empty cells that spreadsheets put at the end."""
    length = len(row)
    while length and not row[length - 1]:
        length -= 1
    return row[:length]


def _too_long(number: int, row: list[str], header: list[str], separator: str) -> BadRow:
    commas = (
        "If numbers have decimal commas, write points, or put semicolons between the columns."
        if separator == ","
        else "Put cells that hold the separator into quotation marks."
    )
    return BadRow(number, "", "", "", f"The row has {len(row)} cells, the header {len(header)}.", commas)
