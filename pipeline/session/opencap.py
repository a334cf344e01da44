"""OpenCap sessions on disk: what the web app, opencap-processing and OpenCap Monocular leave behind.

The producers write slightly different trees, and any file may be absent: reading never fails over one of them, but
says what it found odd. Layout: ``MarkerData/<trial>.trc``, ``OpenSimData/Kinematics/<trial>.mot``,
``OpenSimData/Model/<model>_scaled.osim`` (Monocular: one per trial, in ``Model/<trial>/``), ``sessionMetadata.yaml``.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np

from models.errors import MarkerDataError, SessionReadError
from models.skeleton.marker_sets import MONOCULAR_TO_STUDY
from pipeline.files.trc import TrcSummary, summarise_trc
from pipeline.session.metadata import METADATA_FILE, SessionMetadata, read_metadata
from pipeline.session.names import safe_name, unique_names, without_person
from pipeline.session.opencap_files import SessionFiles, find_files
from pipeline.session.opencap_warnings import model_warnings, static_warnings, trial_warnings
from pipeline.session.types import MarkerConversion, Session, SessionKind, Trial

FOLDER_PREFIX = "OpenCapData_"
PARTICIPANT_PREFIX = "OpenCapData_Subject_"

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""OpenCap's id of a session, somewhere in a name."""

# OpenCap calls the static trial "neutral"; people who rename or repeat it write variants of it.
_NEUTRAL = "neutral"
_NEUTRAL_VARIANT = re.compile(r"neutral[ _-]?\d*", re.IGNORECASE)


def is_opencap_session(folder: Path) -> bool:
    """Whether a folder is the root of an OpenCap session, an empty one included."""
    return (
        any((folder / name).is_dir() for name in ("MarkerData", "OpenSimData/Kinematics"))
        or (folder / METADATA_FILE).is_file()
        or (folder / "Videos" / "mappingCamDevice.pickle").is_file()
        # All that is left of an empty session once unpacked; the folder around a participant's sessions is none.
        or (
            folder.name.startswith(FOLDER_PREFIX)
            and not folder.name.startswith(PARTICIPANT_PREFIX)
            and (folder / "README.txt").is_file()
        )
    )


def read_opencap_session(root: Path) -> Session:
    """Read an OpenCap session folder: which trials there are, of which person, with which model.

    Parameters
    ----------
    root : Path
        Folder that holds ``MarkerData`` and its neighbours.

    Raises
    ------
    SessionReadError
        There is no trial, or none that can be read.
    """
    metadata = read_metadata(root / METADATA_FILE)
    files = find_files(root)
    if not files.trials:
        raise SessionReadError(
            "The session holds no trial: there are neither marker files (MarkerData/*.trc) nor joint angles "
            "(OpenSimData/Kinematics/*.mot).",
            hint="OpenCap leaves such a folder when processing failed or has not ended. Check in the web app that the "
            "trials are done, and download the session again.",
        )
    summaries, faults = _summarise(files)
    if faults and not summaries:
        first = next(iter(faults.values()))
        raise SessionReadError(
            f"No marker file of the session can be read. {first.message}",
            hint=first.hint,
            file=without_person(first.context.get("file", ""), metadata.person),
        )
    kind = _kind(files, summaries)
    synthetic = metadata.synthetic or any(summary.synthetic for summary in summaries.values())
    static = _static_stem(files)
    names = _trial_names(files, metadata.person)
    model_file = _model_file(files, metadata)
    warnings = [
        *metadata.warnings,
        *static_warnings(static, names, kind),
        *model_warnings(files, model_file, metadata.model_name, synthetic=synthetic),
    ]
    for trial in files.trials:
        warnings += trial_warnings(
            names[trial.stem],
            trial,
            summaries.get(trial.stem),
            faults.get(trial.stem),
            kind,
            wants_angles=trial.stem != static and not synthetic,
        )
    warnings += [
        f"{without_person(stem, metadata.person)}: OpenCap has settings but neither markers nor angles; it could not "
        "process this trial."
        for stem in files.failed_stems
    ]
    return Session(
        identifier=_identifier(root, files, metadata.person),
        kind=kind,
        root=root,
        subject=metadata.subject,
        trials=tuple(
            Trial(names[trial.stem], trial.markers, trial.kinematics, model_file=trial.model) for trial in files.trials
        ),
        static_trial=None if static is None else names[static],
        model_file=model_file,
        marker_set="study",
        conversion=MarkerConversion(
            new_name_of=dict(MONOCULAR_TO_STUDY) if kind == "opencap-monocular" else {}, file_to_ground=np.eye(3)
        ),
        warnings=tuple(warnings),
        synthetic=synthetic,
    )


def _summarise(files: SessionFiles) -> tuple[dict[str, TrcSummary], dict[str, MarkerDataError]]:
    """Header and frame count of every marker file, and what is wrong with those that have none."""
    summaries, faults = {}, {}
    for trial in files.trials:
        if trial.markers is not None:
            try:
                summaries[trial.stem] = summarise_trc(trial.markers)
            except MarkerDataError as error:
                faults[trial.stem] = error
    return summaries, faults


def _kind(files: SessionFiles, summaries: dict[str, TrcSummary]) -> SessionKind:
    """Monocular marker names decide; without marker files, models that lie one per trial."""
    if not summaries:
        return "opencap-monocular" if any(trial.model for trial in files.trials) else "opencap"
    monocular = [_n_monocular(summary) > _n_study(summary) for summary in summaries.values()]
    return "opencap-monocular" if 2 * sum(monocular) > len(monocular) else "opencap"


def _n_monocular(summary: TrcSummary) -> int:
    return len(set(summary.names) & set(MONOCULAR_TO_STUDY))


def _n_study(summary: TrcSummary) -> int:
    return sum(name.endswith("_study") for name in summary.names)


def _static_stem(files: SessionFiles) -> str | None:
    """The neutral trial: exactly so named, else the last of its variants (a repeat corrects what came before)."""
    stems = [trial.stem for trial in files.trials if trial.markers is not None]
    if _NEUTRAL in stems:
        return _NEUTRAL
    variants = [stem for stem in stems if _NEUTRAL_VARIANT.fullmatch(stem)]
    return variants[-1] if variants else None


def _trial_names(files: SessionFiles, person: str) -> dict[str, str]:
    """Names to show and to file results under: safe, without the person's, unique whatever the case of letters."""
    stems = [trial.stem for trial in files.trials]
    names = unique_names(safe_name(without_person(stem, person), "trial") for stem in stems)
    return dict(zip(stems, names, strict=True))


def _model_file(files: SessionFiles, metadata: SessionMetadata) -> Path | None:
    """The session's scaled model: by OpenCap's file name where several lie side by side."""
    expected = f"{metadata.model_name}_scaled"
    scaled = [path for path in files.models if path.stem.endswith("_scaled")]
    return next((path for path in scaled if path.stem == expected), scaled[0] if scaled else None)


def _identifier(root: Path, files: SessionFiles, person: str) -> str:
    """OpenCap's id from the folder's name; a digest of the recordings where that name holds the person's."""
    folder = root.name
    uuid = UUID.search(folder)
    if uuid:
        return uuid.group()
    plain = folder.removeprefix(FOLDER_PREFIX)
    if without_person(plain, person) == plain and plain.casefold() != person.strip().casefold():
        return safe_name(plain, "session")
    digest = hashlib.sha256()
    for path in (trial.markers or trial.kinematics for trial in files.trials):
        digest.update(path.read_bytes() if path else b"")
    return f"session-{digest.hexdigest()[:8]}"
