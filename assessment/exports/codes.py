"""Codes, units and small data types of the FHIR export, from `fhir_codes.toml`."""

from __future__ import annotations

import tomllib
import uuid
from functools import cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]


@cache
def tables() -> dict[str, Any]:
    """The file as it is."""
    return tomllib.loads(Path(__file__).with_name("fhir_codes.toml").read_text(encoding="utf-8"))


def system(name: str) -> str:
    """URL of a code system."""
    return str(tables()["systems"][name])


def resource_id(*parts: str) -> str:
    """The same id for the same parts, another for others; a UUID is a valid FHIR id."""
    return str(uuid.uuid5(uuid.UUID(system("resources")), "|".join(parts)))


def urn(identifier: str) -> str:
    """How an entry of a bundle is addressed."""
    return f"urn:uuid:{identifier}"


def reference(resource: Json) -> Json:
    """A reference to another entry of the bundle."""
    return {"reference": urn(resource["id"])}


def concept(name: str, code: str, text: str, *, display: str = "") -> Json:
    """A coded concept of one of the systems, with its text for people."""
    coding = {"system": system(name), "code": code}
    return {"coding": [coding | ({"display": display} if display else {})], "text": text}


def term(code: str, text: str = "") -> Json:
    """A concept of our own terms; its code without dashes is its text, unless another is given."""
    return concept("terms", code, text or code.replace("-", " ").replace("_", " "))


def loinc(name: str) -> Json | None:
    """The LOINC coding of a quantity; None where none is confirmed or none has its protocol."""
    entry = tables()["loinc"].get(name)
    return None if entry is None else {"system": system("loinc"), **entry}


def quantity(value: float, unit: str) -> Json:
    """A number with its unit in words and in UCUM."""
    shown = {"1": "", "ratio": "", "kg/m²": "kg/m2"}.get(unit, unit)
    number = {"value": int(value) if float(value).is_integer() else value}
    return number | ({"unit": shown} if shown else {}) | {"system": system("ucum"), "code": tables()["ucum"][unit]}


def category(code: str) -> list[Json]:
    """Category of an observation, from HL7's list."""
    return [{"coding": [{"system": system("observation_category"), "code": code}]}]


def absent(code: str, text: str) -> Json:
    """Why there is no value."""
    return {"coding": [{"system": system("data_absent_reason"), "code": code}], "text": text}
