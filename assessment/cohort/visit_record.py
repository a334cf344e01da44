"""What stands beside a visit's results: of which recordings and which work they are."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assessment.cohort.rows import can_be_read
from assessment.outputs import Outputs

_NAME = "cohort_session.json"


class VisitRecord(BaseModel):
    """Of what a visit's results are.

    Attributes
    ----------
    participant, visit : str
    recordings_sha256 : str
    work_sha256 : str
        Of all that the results depend on (`assessment.cohort.fingerprint.work_sha256`).
    kept : dict of str to bool or str
        Which files were kept, as `Outputs` names them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    participant: str
    visit: str
    recordings_sha256: str
    work_sha256: str
    kept: dict[str, bool | str]

    def has(self, outputs: Outputs) -> bool:
        """Whether all files that are wanted were kept."""
        return all(self.kept.get(name) for name, wanted in asdict(outputs).items() if wanted is True)


def write_record(results: Path, record: VisitRecord) -> None:
    """Write the record into a visit's results."""
    (results / _NAME).write_text(record.model_dump_json(indent=2), encoding="utf-8")


def read_record(results: Path) -> VisitRecord | None:
    """Read the record of a visit; None where there are no results, or none that a table can be made of.

    A power failure can leave files without their content although the folder is in its place.
    """
    try:
        record = VisitRecord.model_validate_json((results / _NAME).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return None
    return record if can_be_read(results) else None
