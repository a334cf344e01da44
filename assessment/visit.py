"""The visit behind a session: what a clinician writes down that no recording holds, and how results are to be shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assessment.language import Language


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Signature(_Record):
    """Who took responsibility for a report; until then it is preliminary."""

    signer: str = Field(min_length=1, max_length=120, description="as typed by the signer")
    signed_at: datetime = Field(description="UTC")
    summary_sha256: str = Field(description="of the results that were signed: a new run is not signed")


class VisitDetails(_Record):
    """Visit header and clinician's text of a report. Everything but the study code may be left open.

    Never a name: names are kept apart and are given to a report by themselves, if at all.
    """

    study_code: str = Field(min_length=1, max_length=40)
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
