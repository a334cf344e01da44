"""The files of a session, one by one, into the folder layout of opencap-processing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from pipeline.opencap_server import faults
from pipeline.opencap_server.answers import RemoteSession, RemoteTrial
from pipeline.session.names import safe_name

NOTES_FILE = "download_notes.txt"
Fetch = Callable[[str, str, Path], None]
"""Writes the result with a tag of a trial to a path."""


@dataclass
class _Writer:
    """One session being written."""

    root: Path
    fetch: Fetch
    notes: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def name_for(self, trial: RemoteTrial) -> str:
        """A file name no other trial has, whether or not the file system tells case; without spaces, as in the zip."""
        spaceless = trial.name.replace(" ", "")
        wanted = name = safe_name(spaceless, "trial")
        count = 0
        while name.casefold() in self.names:
            count += 1
            name = f"{wanted}_{count}"
        self.names.add(name.casefold())
        if name != spaceless:
            self.notes.append(f"A trial is stored as {name!r}: its name on the server is taken or is no file name.")
        return name

    def write(self, trial: RemoteTrial, tag: str, relative: str, *, expected: bool = True) -> bool:
        """Fetch one result; a missing or unusable one is noted, it does not take the session with it."""
        if tag not in trial.links:
            if expected:
                self.notes.append(f"{relative} is missing: the server has no {tag} of this trial ({trial.status}).")
            return False
        path = self.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self.fetch(trial.identifier, tag, path)
        except faults.UnusableFileError as error:
            path.unlink(missing_ok=True)
            self.notes.append(f"{relative} is missing: {error.message}")
            return False
        return True

    def write_movement(self, trial: RemoteTrial, name: str, *, static: bool) -> bool:
        """Markers, angles (OpenCap solves none for most neutral trials) and processing settings."""
        markers = self.write(trial, "marker_data", f"MarkerData/{name}.trc")
        angles = self.write(trial, "ik_results", f"OpenSimData/Kinematics/{name}.mot", expected=not static)
        if markers or angles:
            self.write(trial, "main_settings", f"MarkerData/Settings/settings_{name}.yaml", expected=False)
        return markers or angles

    def write_model(self, trial: RemoteTrial, folder: str) -> bool:
        """The scaled model under the name it was uploaded with."""
        return self.write(trial, "opensim_model", f"{folder}/{_model_name(trial)}")


def write_session_folder(
    session: RemoteSession, load_trial: Callable[[str], RemoteTrial], fetch: Fetch, root: Path
) -> Iterator[str]:
    """Write a session; gives what is missing or was renamed.

    With a neutral trial (its own or an inherited one), model and metadata are the neutral trial's. Without one
    (Monocular) every movement trial has a model, and the first metadata found count.

    Parameters
    ----------
    load_trial : callable
        The trial with this id, as the server has it now.
    fetch : callable
        Writes one result.
    root : Path
        The session's folder, made here.

    Raises
    ------
    OpenCapServerError
        Not one trial could be written.
    """
    root.mkdir(parents=True)
    writer = _Writer(root, fetch)
    neutral = _neutral_trial(session, load_trial)
    written = False
    if neutral is not None:
        writer.names.add("neutral")
        written |= writer.write_movement(neutral, "neutral", static=True)
        writer.write_model(neutral, "OpenSimData/Model")
        writer.write(neutral, "session_metadata", "sessionMetadata.yaml")
    has_metadata = neutral is not None
    for trial in session.trials:
        if trial.name in ("calibration", "neutral"):
            continue
        name = writer.name_for(trial)
        if not trial.is_ready:
            writer.notes.append(f"Trial {name} is left out: its state on the server is {trial.status}.")
            continue
        written |= writer.write_movement(trial, name, static=False)
        if neutral is None:
            writer.write_model(trial, f"OpenSimData/Model/{name}")
            if not has_metadata:
                has_metadata = writer.write(trial, "session_metadata", "sessionMetadata.yaml", expected=False)
    if not has_metadata:
        writer.notes.append("sessionMetadata.yaml is missing: no trial has any; height, mass and sex must be given.")
    if not written:
        raise faults.nothing_usable(len(session.trials))
    if writer.notes:
        (root / NOTES_FILE).write_text("\n".join(writer.notes) + "\n", encoding="utf-8")
    yield from writer.notes


def _neutral_trial(session: RemoteSession, load_trial: Callable[[str], RemoteTrial]) -> RemoteTrial | None:
    """The last usable neutral trial (it is recorded again until it works), else the inherited one."""
    if session.is_monocular:
        return None
    own = [trial for trial in session.trials if trial.name == "neutral"]
    for trial in reversed(own):
        if trial.is_ready or "opensim_model" in trial.links:
            return trial
    return load_trial(session.neutral_trial_id) if session.neutral_trial_id else None


def _model_name(trial: RemoteTrial) -> str:
    """The server stores uploads as ``<uuid>-<file name>``."""
    stored = PurePosixPath(urlsplit(trial.links.get("opensim_model", "")).path).name
    name = safe_name(stored.rsplit("-", 1)[-1], "model")
    return name if name.endswith("_scaled.osim") else "model_scaled.osim"
