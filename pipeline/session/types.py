"""What a session is: one visit of one participant, as its files describe it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.skeleton.marker_sets import MarkerSetName
from models.subject import SubjectMetadata

SessionKind = Literal["opencap", "opencap-monocular", "lab"]


@dataclass(frozen=True)
class MarkerConversion:
    """How a marker file becomes the model's: names and axes.

    Attributes
    ----------
    new_name_of : dict
        Name in the file -> name in the model's marker set.
    file_to_ground : ndarray, shape (3, 3)
        Rotation from the file's axes into OpenSim's ground (Y up).
    filter : str or None
        ``None``, ``"butterworth:6"`` (low-pass, Hz) or ``"moving-mean:5"`` (frames).
    """

    new_name_of: dict[str, str]
    file_to_ground: NDArray[np.float64]
    filter: str | None = None


@dataclass(frozen=True)
class Trial:
    """One recording. Any file may be absent; ``name`` is safe to show (it comes from the file, not from a person).

    ``model_file`` is set only where every trial has a scaled model of its own (Monocular).
    """

    name: str
    marker_file: Path | None
    kinematics_file: Path | None = None
    force_file: Path | None = None
    model_file: Path | None = None


@dataclass(frozen=True)
class Session:
    """One visit: who (as far as the files say), which trials, which model.

    Attributes
    ----------
    identifier : str
        Name of the results folder: the OpenCap id or the description's name, made safe. Never the ``subjectID``.
    static_trial : str or None
        Name of the neutral trial; None for Monocular sessions.
    trials : tuple of Trial
        Static trial included.
    model_file : Path or None
        The scaled model that came with the session.
    warnings : tuple of str
        What was found odd at the door.
    synthetic : bool
        The metadata (``synthetic: true``) or a marker file says that the session was generated; so does every result.
    """

    identifier: str
    kind: SessionKind
    root: Path
    subject: SubjectMetadata
    trials: tuple[Trial, ...]
    static_trial: str | None
    model_file: Path | None
    marker_set: MarkerSetName
    conversion: MarkerConversion
    warnings: tuple[str, ...] = ()
    synthetic: bool = False

    def trial(self, name: str) -> Trial:
        """The trial of this name."""
        return next(trial for trial in self.trials if trial.name == name)

    @property
    def movement_trials(self) -> tuple[Trial, ...]:
        """All trials but the static one."""
        return tuple(trial for trial in self.trials if trial.name != self.static_trial)
