"""The columns of a manifest: what they are called, also by others, and which numbers they take."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from assessment.criteria.definitions import quantities
from models.errors import SettingsError
from models.subject import AGE_RANGE_YEARS, HEIGHT_RANGE_M, MASS_RANGE_KG
from pipeline.session.metadata import LENGTH_UNITS, MASS_UNITS
from pipeline.settings import LOAD_LIMIT_KG, SEAT_HEIGHT_RANGE_M

REQUIRED = ("participant", "visit", "session", "height_m", "mass_kg", "sex", "age_years")
COLUMNS = (
    *REQUIRED, "group", "grip_kg", "asm_kg", "asm_method", "calf_cm", "sarc_f", "seat_height_m", "load_kg",
)  # fmt: skip
"""All, in the order of templates and messages; docs/cohorts.md says what they mean."""

# What study teams also call them; typing errors are found without.
_ALSO_CALLED = {
    "participant": ("subject", "subject_id", "participant_id", "id", "code", "study_code", "patient", "pid"),
    "visit": ("timepoint", "time_point", "visit_id", "wave"),
    "session": ("path", "folder", "file", "opencap_id", "session_id", "session_path", "recording"),
    "height_m": ("height", "height_cm", "stature", "body_height"),
    "mass_kg": ("mass", "weight", "weight_kg", "body_mass", "mass_lb", "weight_lb"),
    "sex": ("gender", "sex_at_birth"),
    "age_years": ("age",),
    "group": ("arm", "cohort", "condition"),
    "grip_kg": ("grip", "handgrip", "grip_strength", "hgs"),
    "asm_kg": ("asm", "alm", "alm_kg", "almi", "smi"),
    "calf_cm": ("calf", "calf_circumference"),
    "sarc_f": ("sarcf",),
    "seat_height_m": ("seat_height", "seat_height_cm", "chair_height"),
    "load_kg": ("load", "lifted_kg"),
}
_NAME_OF = {other: name for name, others in _ALSO_CALLED.items() for other in others}
_OF_A_PERSON = frozenset(
    {
        "name", "firstname", "surname", "lastname", "forename", "initials", "dob", "birth", "birthday", "birthdate",
        "phone", "telephone", "mobile", "email", "mail", "address", "ssn", "mrn", "passport",
        "이름", "성명", "생년월일", "전화", "전화번호", "주소", "이메일", "주민등록번호",
    }
)  # fmt: skip
_OF_A_THING = frozenset({"session", "file", "folder", "trial", "group", "visit", "site", "device"})


@dataclass(frozen=True)
class Number:
    """What numbers a column takes.

    Attributes
    ----------
    lowest, highest : float
    unit : str
    whole : bool
    from_above : bool
        Whether the lowest itself is refused.
    slips : mapping
        Unit that people put by mistake -> factor to the right one.
    """

    lowest: float
    highest: float
    unit: str
    whole: bool = False
    from_above: bool = False
    slips: Mapping[str, float] = field(default_factory=dict)

    @property
    def accepted(self) -> str:
        """The range in words."""
        if self.from_above:
            return f"above {self.lowest:g} and at most {self.highest:g} {self.unit}"
        return f"{self.lowest:g} to {self.highest:g} {'whole ' if self.whole else ''}{self.unit}"


def _clinical(name: str, slips: Mapping[str, float]) -> Number:
    quantity = quantities()[name]
    return Number(quantity.minimum, quantity.maximum, quantity.unit, quantity.whole, slips=slips)


NUMBERS: Mapping[str, Number] = MappingProxyType(
    {
        "height_m": Number(*HEIGHT_RANGE_M, "m", slips=LENGTH_UNITS),
        "mass_kg": Number(*MASS_RANGE_KG, "kg", slips=MASS_UNITS),
        "age_years": Number(*AGE_RANGE_YEARS, "years"),
        "grip_kg": _clinical("grip_kg", {}),
        "asm_kg": _clinical("asm_kg", MASS_UNITS),
        "calf_cm": _clinical("calf_cm", {unit: 100.0 * factor for unit, factor in LENGTH_UNITS.items()}),
        "sarc_f": _clinical("sarc_f", {}),
        "seat_height_m": Number(*SEAT_HEIGHT_RANGE_M, "m", slips=LENGTH_UNITS),
        "load_kg": Number(0.0, LOAD_LIMIT_KG, "kg", from_above=True, slips=MASS_UNITS),
    }
)


def check_header(header: Sequence[str], file: str) -> None:
    """Refuse a header that lacks a column, has one twice, one that is not known, or one that tells who somebody is.

    Raises
    ------
    SettingsError
        With all that is wrong, and what each column may have been meant as.
    """
    if not set(header) & set(COLUMNS):
        raise SettingsError(
            f"The first row of {file} names none of the columns of a manifest.",
            hint=f"It must hold the names of the columns: {', '.join(REQUIRED)}; {_OPTIONAL}",
        )
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in dict.fromkeys(header) if name and name not in COLUMNS]
    faults = [f"{name!r} is there {count} times" for name, count in Counter(header).items() if name and count > 1]
    faults += [f"column {header.index('') + 1} has no name"] if "" in header else []
    faults += [f"there is no column {name!r}" for name in missing]
    faults += [_about_unknown(name, missing) for name in unknown]
    if not faults:
        return
    private = " Columns that tell who somebody is must not be in a manifest: keep them apart, and give study codes."
    raise SettingsError(
        f"The header of {file} is not accepted: {'; '.join(faults)}.",
        hint=f"The columns are {', '.join(REQUIRED)} (cells of the last four may be empty); {_OPTIONAL}"
        + (private if any(map(_is_of_a_person, unknown)) else ""),
    )


_OPTIONAL = f"optional: {', '.join(name for name in COLUMNS if name not in REQUIRED)}."


def _about_unknown(name: str, missing: Sequence[str]) -> str:
    if _is_of_a_person(name):
        return f"{name!r} looks like a person's name, birth or contact: delete the column"
    meant = _NAME_OF.get(name) or next(iter(difflib.get_close_matches(name, missing or COLUMNS, n=1)), None)
    if meant is None:
        return f"{name!r} is not a column of a manifest: delete it"
    unit = NUMBERS[meant].unit if meant in NUMBERS else ""
    return f"{name!r} is not known: write {meant!r}{f', in {unit},' if unit else ''} if that is meant"


def _is_of_a_person(name: str) -> bool:
    words = set(re.split(r"[\W_]+", name))
    return bool(words & _OF_A_PERSON) and not words & _OF_A_THING
