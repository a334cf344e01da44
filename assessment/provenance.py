"""What shaped a result: saved with it, so that it can be made again."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assessment.criteria import criteria_sha256
from assessment.summary import Provenance
from assessment.version import SARCOSCOPE_VERSION
from models.files import file_sha256
from models.skeleton import GENERIC_MODEL
from pipeline.session import Session
from pipeline.settings import Settings


def provenance(session: Session, settings: Settings) -> Provenance:
    """Settings, versions and the SHA-256 of every input of a session."""
    return Provenance(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        sarcoscope_version=SARCOSCOPE_VERSION,
        opensim_version=version("opensim"),
        python_version=platform.python_version(),
        settings=settings_without_places(settings),
        generic_model_sha256=file_sha256(settings.model or GENERIC_MODEL),
        criteria_sha256=criteria_sha256(),
        input_sha256={
            f"{trial.name}{path.suffix}": file_sha256(path)
            for trial in session.trials
            for path in (trial.marker_file, trial.force_file)
            if path is not None and path.is_file()
        },
    )


def settings_without_places(settings: Settings) -> dict[str, Any]:
    """Settings as they are written down: a path says where things are on somebody's disk, hashes say what they were."""
    return settings.model_dump(mode="json") | {
        "model": settings.model.name if settings.model else None,
        "policy": Path(settings.policy).name if settings.policy else None,
    }
