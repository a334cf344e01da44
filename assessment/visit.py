"""The visit behind a session: what a clinician writes down that no recording holds, and how results are to be shown."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assessment.language import Language

LONGEST_CODE = 40
"""Characters of a study code."""
FORMULA_SIGNS = "=+-@"
"""What a spreadsheet computes instead of showing it, at the beginning of a text."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Signature(_Record):
    """Who took responsibility for a report; until then it is preliminary."""

    signer: str = Field(min_length=1, max_length=120, description="as typed by the signer")
    signed_at: datetime = Field(description="UTC")
    summary_sha256: str = Field(description="of the results that were signed: a new run is not signed")
    text_sha256: str | None = Field(None, description="of the visit's details that were signed; none in old signatures")


class VisitDetails(_Record):
    """Visit header and clinician's text of a report. Everything but the study code may be left open.

    Never a name: names are kept apart and are given to a report by themselves, if at all.
    """

    study_code: str = Field(min_length=1, max_length=LONGEST_CODE)
    visit_date: date | None = None
    site: str = ""
    operator: str = ""
    referral_question: str = ""
    footwear: str = ""
    walking_aid: str = ""
    pain: str = ""
    history: str = Field("", description="falls and medication")
    adverse_events: str = Field("", description="what happened during the tests")
    chair_has_arms: bool | None = None
    walk_length_m: float | None = Field(None, gt=0.0, le=400.0)
    interpretation: str = ""
    recommendation: str = ""
    signature: Signature | None = None


SignatureState = Literal["none", "valid", "of other results", "of another text"]


def text_sha256(visit: VisitDetails) -> str:
    """Hash of all that was written of a visit, but for the signature."""
    # Without what was left open: a field that a later version adds is no change of the text.
    told = visit.model_dump(mode="json", exclude={"signature"}, exclude_defaults=True)
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def signature_state(visit: VisitDetails, summary_sha256: str) -> SignatureState:
    """Whether a visit's signature is of these results and of this text; everything that shows a signature asks here."""
    signature = visit.signature
    if signature is None:
        return "none"
    if signature.summary_sha256 != summary_sha256:
        return "of other results"
    if signature.text_sha256 not in (None, text_sha256(visit)):
        return "of another text"
    return "valid"


MomentUnit = Literal["Nm/kg", "Nm", "%BW*height"]
HeightUnit = Literal["m", "cm"]


class Preferences(_Record):
    """How one user wants results shown; changes no result.

    Attributes
    ----------
    frameworks : tuple of str
        Editions of criteria to show, by `FrameworkResult.framework`, in this order; empty: all of them.
    """

    language: Language = "en"
    frameworks: tuple[str, ...] = ()
    moment_unit: MomentUnit = "Nm/kg"
    height_unit: HeightUnit = "m"
