"""Small OpenCap sessions for tests, cut from the bundled synthetic example."""

from __future__ import annotations

import shutil
from pathlib import Path

from assessment.example import EXAMPLE


def build_session(folder: Path, *trials: str) -> Path:
    """Copy the example with its neutral and these trials only; returns the session's folder."""
    session = folder / "OpenCapData_small"
    (session / "MarkerData").mkdir(parents=True)
    shutil.copy(EXAMPLE / "sessionMetadata.yaml", session)
    for name in ("neutral", *trials):
        shutil.copy(EXAMPLE / "MarkerData" / f"{name}.trc", session / "MarkerData")
    return session


def marker_file(session: Path, trial: str) -> Path:
    """The trial's marker file."""
    return session / "MarkerData" / f"{trial}.trc"
