"""The code systems of our own as FHIR CodeSystem resources, made from the catalogue and the tables of criteria."""

from __future__ import annotations

from collections.abc import Iterable

from assessment.catalogue import catalogue
from assessment.criteria import FRAMEWORKS
from assessment.criteria.definitions import framework, quantities
from assessment.exports.codes import Json, system, tables
from assessment.version import SARCOSCOPE_VERSION


def code_systems() -> list[Json]:
    """Indicators and typed-in quantities; criteria; terms."""
    return [
        _code_system("indicators", "SarcoscopeIndicators", "Indicators of muscle function", _indicators(), unit=True),
        _code_system("criteria", "SarcoscopeCriteria", "Published criteria of sarcopenia, one by one", _criteria()),
        _code_system("terms", "SarcoscopeTerms", "Terms of Sarcoscope's exports", _terms()),
    ]


def _indicators() -> Iterable[Json]:
    for name, one in catalogue().items():
        yield _concept(name, one.label, f"{one.definition} {one.protocol}", one.unit)
    for name, quantity in quantities().items():
        yield _concept(name, quantity.label, f"{quantity.label} as criteria compare it.", quantity.unit)


def _criteria() -> Iterable[Json]:
    for key in FRAMEWORKS:
        declared = framework(key)
        yield _concept(key, declared.title, f"{declared.citation}. doi:{declared.doi}")
        for name, criterion in declared.criteria.items():
            label = quantities()[criterion.quantity].label
            yield _concept(
                f"{key}.{name}", f"{label} {criterion.operator} cut-off, {declared.title}", criterion.protocol
            )


def _terms() -> Iterable[Json]:
    for code, definition in tables()["terms"].items():
        yield _concept(code, code.replace("-", " ").replace("_", " "), definition)


def _concept(code: str, display: str, definition: str, unit: str = "") -> Json:
    found: Json = {"code": code, "display": display, "definition": definition}
    return found | ({"property": [{"code": "unit", "valueString": unit}]} if unit else {})


def _code_system(name: str, title: str, description: str, concepts: Iterable[Json], *, unit: bool = False) -> Json:
    found: Json = {
        "resourceType": "CodeSystem",
        "id": system(name).removeprefix("urn:uuid:"),
        "url": system(name),
        "version": SARCOSCOPE_VERSION,
        "name": title,
        "status": "draft",
        "description": description,
        "content": "complete",
        "caseSensitive": True,
        "concept": list(concepts),
    }
    unit_property = {"code": "unit", "type": "string", "description": "Unit of the value"}
    return found | ({"property": [unit_property]} if unit else {}) | {"count": len(found["concept"])}
