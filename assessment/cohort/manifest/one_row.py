"""What the cells of one row must be beside each other: a person who is known, and a muscle mass with its method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd
import pandera.pandas as pa

from assessment.cohort.manifest.recordings import Recordings
from assessment.cohort.manifest.schema import ASM_METHODS, broken_rules

_OF_THE_PERSON = ("height_m", "mass_kg", "sex")
UNKNOWN_HINT = "What the files of OpenCap or of the lab do not say, the manifest must."
_METHOD_HINT = f"Give asm_method {' or '.join(ASM_METHODS)}, or leave both empty: the cut-offs differ."


def incomplete(
    cells: pd.DataFrame, values: pd.DataFrame, found: Mapping[int, Recordings]
) -> Iterator[tuple[int, str, str, str]]:
    """What a row lacks, or contradicts itself in: row, column, reason, hint.

    Parameters
    ----------
    cells : DataFrame
        As written; a cell that is not accepted is not missing.
    values : DataFrame
        Accepted values.
    found : mapping
        Row -> its recordings.
    """
    said = {row: one.said for row, one in found.items() if one.said is not None}
    table = pd.DataFrame(index=cells.index)
    for name in _OF_THE_PERSON:
        unknown = pd.Series({row: getattr(one, name) is None for row, one in said.items()}, dtype=bool)
        table[name] = cells[name].notna() | ~unknown.reindex(cells.index, fill_value=False)
    table["asm_method"] = cells["asm_method"].notna() | cells["asm_kg"].isna()
    table["asm_kg"] = cells["asm_kg"].notna() | cells["asm_method"].isna()
    mass_kg = values["mass_kg"].fillna(pd.Series({row: one.mass_kg for row, one in said.items()}, dtype=float))
    table["asm_kg of all"] = ~(values["asm_kg"] >= mass_kg)
    for row, rule, _, _ in broken_rules(_SCHEMA, table):
        yield row, rule.split()[0], *_IN_WORDS[rule]


_IN_WORDS = {
    name: (f"{name} is not given, and the session's own files do not say it.", UNKNOWN_HINT) for name in _OF_THE_PERSON
} | {
    "asm_method": ("The muscle mass is given without how it was measured.", _METHOD_HINT),
    "asm_kg": ("A method of measuring muscle mass is given without a muscle mass.", _METHOD_HINT),
    "asm_kg of all": (
        "asm_kg is not less than the body mass.",
        "Give the muscle mass of arms and legs, and the body mass, both in kilograms.",
    ),
}
_SCHEMA = pa.DataFrameSchema({name: pa.Column(bool, checks=pa.Check.eq(True, error=name)) for name in _IN_WORDS})
