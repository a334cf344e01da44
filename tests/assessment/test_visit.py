"""A signature is of results and of a text: another one of either is not signed."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import pytest

from assessment.visit import Signature, SignatureState, VisitDetails, signature_state, text_sha256

VISIT = VisitDetails(study_code="P1", visit_date=date(2026, 1, 5), interpretation="Rises slowly.", walk_length_m=4.0)


def _signed(text: str | None) -> VisitDetails:
    signature = Signature(
        signer="Dr One", signed_at=datetime(2026, 1, 6, tzinfo=UTC), summary_sha256="a" * 64, text_sha256=text
    )
    return VISIT.model_copy(update={"signature": signature})


def test_a_signature_is_of_results_and_text() -> None:
    signed = _signed(text_sha256(VISIT))
    assert signature_state(VISIT, "a" * 64) == "none"
    assert signature_state(signed, "a" * 64) == "valid"
    assert signature_state(signed, "b" * 64) == "of other results"


@pytest.mark.parametrize(
    "other",
    [{"interpretation": "Rises."}, {"adverse_events": "A fall."}, {"study_code": "P2"}, {"visit_date": None}],
)
def test_no_word_of_the_visit_may_change(other: dict[str, object]) -> None:
    changed = _signed(text_sha256(VISIT)).model_copy(update=other)
    assert signature_state(changed, "a" * 64) == "of another text"


@pytest.mark.parametrize(("text", "state"), [(None, "valid"), ("", "of another text")])
def test_an_old_signature_without_a_hash_of_the_text_stays_valid(text: str | None, state: SignatureState) -> None:
    assert signature_state(_signed(text), "a" * 64) == state


def test_the_hash_of_a_text_stands_for_ever() -> None:
    read = VisitDetails.model_validate_json(_signed(text_sha256(VISIT)).model_dump_json())
    assert signature_state(read, "a" * 64) == "valid"
    told = b'{"interpretation": "Rises slowly.", "study_code": "P1", "visit_date": "2026-01-05", "walk_length_m": 4.0}'
    assert text_sha256(VISIT) == hashlib.sha256(told).hexdigest()
