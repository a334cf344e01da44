"""One row of a cohort: a participant's visit, its recordings, and what is known of the person."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from assessment.summary import ClinicalMeasures
from models.subject import SubjectMetadata


@dataclass(frozen=True)
class CohortSession:
    """A visit that is to be assessed.

    Attributes
    ----------
    participant, visit : str
        Study codes, never names; together they are unique within a cohort and safe as names of folders.
    source : Path or str
        Folder or archive of the session; or a session's UUID at the OpenCap server, as text.
    given : SubjectMetadata
        What the manifest says of the person; wins over the session's own files.
    clinical : ClinicalMeasures
        Measured elsewhere: grip, muscle mass, calf, SARC-F.
    group : str or None
        Group of the study, to be compared with others.
    seat_height_m, load_kg : float or None
        Of the chair, and of the object that is picked up.
    """

    participant: str
    visit: str
    source: Path | str
    given: SubjectMetadata = field(default_factory=SubjectMetadata)
    clinical: ClinicalMeasures = field(default_factory=ClinicalMeasures)
    group: str | None = None
    seat_height_m: float | None = None
    load_kg: float | None = None

    @property
    def key(self) -> str:
        """How the visit is called in messages and logs: ``P001/V1``."""
        return f"{self.participant}/{self.visit}"
