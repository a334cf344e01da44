"""How far each trial of a run is, told across process borders: one line a piece of news, at the end of a file."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Stage = Literal["waiting", "inverse kinematics", "contact forces", "indicators", "done", "failed"]
STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(frozen=True)
class StageLog:
    """A file that workers write to and whoever follows the run reads from.

    Attributes
    ----------
    path : Path
    """

    path: Path

    def tell(self, trial: str, stage: Stage) -> None:
        """Say that a trial has come to a stage."""
        # One short write to a file opened for appending is not mixed with those of other processes.
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"trial": trial, "stage": stage, "at": time.time()}) + "\n")

    def read(self) -> list[tuple[str, Stage, float]]:
        """All news so far: trial, stage, time [s since 1970]; none where nothing was told."""
        if not self.path.exists():
            return []
        # A line that is being written has no end yet.
        lines = [
            line for line in self.path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")
        ]
        return [(news["trial"], news["stage"], news["at"]) for news in map(json.loads, lines)]
