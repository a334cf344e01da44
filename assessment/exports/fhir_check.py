"""What every exported Bundle is checked for: FHIR R4's models, valid ids, and references that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from assessment.exports.codes import Json

ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")


def checked(found: Json) -> Json:
    """The Bundle as the models of FHIR R4 write it.

    Raises
    ------
    ValueError
        It is no valid Bundle: a fault of this program, not of its user.
    """
    # Here, so that pages that only name an export do not load two hundred models.
    from fhirclient.models.bundle import Bundle
    from fhirclient.models.fhirabstractbase import FHIRValidationError

    try:
        written: Json = Bundle(found).as_json()
    except FHIRValidationError as error:
        raise ValueError(f"The FHIR export is not valid: {error}") from error
    if faults := [*_faults(written)]:
        raise ValueError(f"The FHIR export is not valid: {'; '.join(faults)}")
    return written


def _faults(bundle: Json) -> Iterator[str]:
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    if len(set(urls)) != len(urls):
        yield "two entries have the same fullUrl"
    for entry in bundle["entry"]:
        identifier = entry["resource"]["id"]
        if not ID.fullmatch(identifier):
            yield f"{identifier} is no id"
        if not entry["fullUrl"].endswith(identifier):
            yield f"{entry['fullUrl']} is not the address of {identifier}"
    yield from (f"{target} is not in the bundle" for target in references(bundle) if target not in urls)


def references(part: Any) -> Iterator[str]:
    """Every reference in a resource, however deep."""
    if isinstance(part, dict):
        if isinstance(part.get("reference"), str):
            yield part["reference"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)
