"""OpenCap's ``sessionMetadata.yaml``: what it says of the participant, checked value by value.

A value that cannot be meant is not used and said so; the session can still be read, and the user gives the value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from models.errors import SessionReadError
from models.subject import HEIGHT_RANGE_M, MASS_RANGE_KG, Sex, SubjectMetadata
from pipeline.files.text import read_lines
from pipeline.session.names import without_person

METADATA_FILE = "sessionMetadata.yaml"
MAX_METADATA_BYTES = 64 * 2**10
"""Real files hold less than 1 KiB."""

_MAX_TEXT = 40  # characters of free text that are kept or quoted
SEX_OF: dict[str, Sex] = {"f": "f", "female": "f", "m": "m", "male": "m", "unspecified": "unspecified"}
"""Sex at birth as people write it, in lower case."""
LENGTH_UNITS = {"centimetres": 0.01, "millimetres": 0.001, "feet": 0.3048, "inches": 0.0254}
"""Units people put by mistake, in metres."""
MASS_UNITS = {"pounds": 0.45359237, "grams": 0.001}
"""The same, in kilograms."""

# Where a number is given that the file does not hold.
_GIVE = {
    "height_m": "(form field 'Height', or --height-m)",
    "mass_kg": "(form field 'Body mass', or --mass-kg)",
}
# Of these every OpenCap session has some.
_KNOWN = ("height_m", "mass_kg", "sex", "gender_mf", "subjectID", "openSimModel", "synthetic")
_NOT_GIVEN = ("", "none", "null", "nan")


@dataclass(frozen=True)
class SessionMetadata:
    """What the file says.

    Attributes
    ----------
    subject : SubjectMetadata
    model_name : str or None
        OpenCap's name of the generic model, e.g. ``LaiUhlrich2022``.
    synthetic : bool
        ``synthetic: true``: the recording was generated and describes no person. OpenCap does not write this.
    warnings : tuple of str
    person : str
        The ``subjectID``, often a name: held only to strike it from other texts, never shown or stored.
    """

    subject: SubjectMetadata = field(default_factory=SubjectMetadata)
    model_name: str | None = None
    synthetic: bool = False
    warnings: tuple[str, ...] = ()
    person: str = field(default="", repr=False)


def read_metadata(path: Path) -> SessionMetadata:
    """Read ``sessionMetadata.yaml``; an absent or damaged file gives no values and a warning."""
    if not path.is_file():
        return SessionMetadata(
            warnings=(f"There is no {METADATA_FILE}: height, mass and sex of the participant are not in the session.",)
        )
    try:
        entries = yaml.safe_load("\n".join(read_lines(path, max_bytes=MAX_METADATA_BYTES, error=SessionReadError)))
    # PyYAML passes on ValueError for impossible dates and numbers, RecursionError for deep nesting.
    except (SessionReadError, yaml.YAMLError, ValueError, RecursionError):
        entries = None
    if not isinstance(entries, dict) or entries.keys().isdisjoint(_KNOWN):
        return SessionMetadata(
            warnings=(f"{METADATA_FILE} is damaged: height, mass and sex of the participant are not known from it.",)
        )
    return _from_entries(entries)


def _from_entries(entries: dict[Any, Any]) -> SessionMetadata:
    warnings: list[str] = []
    subject = SubjectMetadata(
        height_m=_quantity(entries, "height_m", HEIGHT_RANGE_M, "metres", LENGTH_UNITS, warnings),
        mass_kg=_quantity(entries, "mass_kg", MASS_RANGE_KG, "kilograms", MASS_UNITS, warnings),
        sex=_sex(entries, warnings),
        gender_text=_text(entries.get("gender_mf")),
    )
    person = entries["subjectID"] if isinstance(entries.get("subjectID"), str) else ""
    if subject.gender_text and person and without_person(subject.gender_text, person) != subject.gender_text:
        subject = SubjectMetadata(subject.height_m, subject.mass_kg, subject.sex)
    return SessionMetadata(
        subject=subject,
        model_name=_text(entries.get("openSimModel")),
        synthetic=entries.get("synthetic") is True,
        warnings=tuple(without_person(warning, person) for warning in warnings),
        person=person,
    )


def _quantity(
    entries: dict[Any, Any],
    key: str,
    accepted: tuple[float, float],
    unit: str,
    mistaken_units: dict[str, float],
    warnings: list[str],
) -> float | None:
    raw = entries.get(key)
    if _is_absent(raw):
        return None
    give = _GIVE[key]
    number = _number(raw)
    if number is None:
        warnings.append(
            f"{key} in {METADATA_FILE} is {_quote(raw)}, not a plain number in {unit}; it is not used. Give it {give}."
        )
        return None
    if accepted[0] <= number <= accepted[1]:
        if isinstance(raw, str):
            warnings.append(f"{key} in {METADATA_FILE} is the text {_quote(raw)}; it is read as {number:g} {unit}.")
        return number
    for mistaken, factor in mistaken_units.items():
        if accepted[0] <= number * factor <= accepted[1]:
            warnings.append(
                f"{key} in {METADATA_FILE} is {number:g}, which looks like {mistaken}; {unit} are expected, so it is "
                f"not used. If so, give {number * factor:.4g} {give}."
            )
            return None
    warnings.append(
        f"{key} in {METADATA_FILE} is {number:g}, not plausible for an adult ({accepted[0]:g} to {accepted[1]:g} "
        f"{unit}); it is not used. Give it {give}."
    )
    return None


def _is_absent(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and raw.strip().lower() in _NOT_GIVEN)


def _number(raw: Any) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        return None
    try:
        number = float(raw.strip().replace(",", ".") if isinstance(raw, str) else raw)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _sex(entries: dict[Any, Any], warnings: list[str]) -> Sex | None:
    """Sex at birth; only the 2022 format has it. ``gender_mf`` is another thing and never read here."""
    raw = entries.get("sex")
    if _is_absent(raw):
        return None
    sex = SEX_OF.get((_text(raw) or "").lower())
    if sex is None:
        warnings.append(
            f"sex in {METADATA_FILE} is {_quote(raw)}; it is not used. Choose it (form field 'Sex at birth', or "
            "--sex f, m or unspecified)."
        )
    return sex


def _text(raw: Any) -> str | None:
    """Free text on one line, shortened; None where nothing, or no text, is said."""
    if not isinstance(raw, str) or _is_absent(raw):
        return None
    return " ".join("".join(char if char.isprintable() else " " for char in raw[:_MAX_TEXT]).split()) or None


def _quote(raw: Any) -> str:
    """A value as the user wrote it; structures (which YAML can make to explode when written out) by their kind."""
    if isinstance(raw, (bool, float)):
        return str(raw)
    return repr(_text(raw)) if isinstance(raw, str) else f"of type {type(raw).__name__}"
