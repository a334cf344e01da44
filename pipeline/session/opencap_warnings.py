"""What is odd about an OpenCap session, in the words the user reads; docs/sessions.md explains each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.errors import MarkerDataError
from models.skeleton.marker_sets import MONOCULAR_TO_STUDY, marker_set
from pipeline.files.trc import TrcSummary
from pipeline.session.opencap_files import SessionFiles, TrialFiles
from pipeline.session.types import SessionKind

# A header rate further off the time column is wrong, or frames are missing.
_RATE_TOLERANCE = 0.02
_NAMED_AT_MOST = 5


def trial_warnings(
    name: str,
    files: TrialFiles,
    summary: TrcSummary | None,
    fault: MarkerDataError | None,
    kind: SessionKind,
    *,
    wants_angles: bool,
) -> list[str]:
    """Warnings about one trial, each beginning with its name; OpenCap gives every movement that it recorded angles."""
    if fault is not None:
        return [f"{name}: the marker file cannot be read. {fault.message}"]
    if summary is None:
        return [f"{name}: there are joint angles but no markers; nothing can be computed for it."]
    found = [*_header_warnings(summary), *_marker_warnings(summary, kind)]
    if files.kinematics is None and wants_angles:
        found.append("OpenCap has no joint angles; its own inverse kinematics may have failed. Look at the markers.")
    return [f"{name}: {text}" for text in found]


def static_warnings(static: str | None, names: dict[str, str], kind: SessionKind) -> list[str]:
    """Warnings about the neutral trial; Monocular sessions have none and need none."""
    if static is None:
        return (
            []
            if kind == "opencap-monocular"
            else [
                "There is no neutral trial (it may belong to another session): every movement gets a model of its own, "
                "scaled on the movement. That is less certain than a neutral pose."
            ]
        )
    found = []
    if static != "neutral":
        found.append(f"No trial is called neutral; {names[static]} is used as the neutral trial.")
    if len(names) == 1:
        found.append("There is only the neutral trial, no movement.")
    return found


def model_warnings(
    files: SessionFiles, model_file: Path | None, model_name: str | None, *, synthetic: bool
) -> list[str]:
    """Warnings about the scaled models that came with the session; OpenCap scales no synthetic one."""
    found = []
    others = [path.name for path in files.models if path != model_file]
    if model_file is not None and others:
        found.append(f"There are several models; {model_file.name} is used, not {_some(others)}.")
    if model_file is None and others:
        found.append(f"No model is called <name>_scaled.osim, so none is used: {_some(others)}.")
    if not (synthetic or files.models or any(trial.model for trial in files.trials)):
        found.append("There is no scaled model; OpenCap's own scaling may have failed.")
    if "shoulder" in f"{model_name} {model_file and model_file.name}".lower():
        found.append("OpenCap used its shoulder model; here the simpler shoulders of LaiUhlrich2022 are used.")
    return found


def _header_warnings(summary: TrcSummary) -> Iterator[str]:
    if summary.announced_frames is not None and summary.announced_frames != summary.n_frames:
        yield (
            f"the header announces {summary.announced_frames} frames, the file holds {summary.n_frames}; these are "
            "used. It may have been trimmed or cut off."
        )
    if summary.announced_markers is not None and summary.announced_markers != len(summary.names):
        yield (
            f"the header announces {summary.announced_markers} markers, the file holds {len(summary.names)}; these "
            "are used."
        )
    rate_hz, measured_hz = summary.rate_hz, summary.measured_rate_hz
    if rate_hz and measured_hz and abs(measured_hz / rate_hz - 1) > _RATE_TOLERANCE:
        yield (
            f"the header says {rate_hz:g} frames per second, the time column {measured_hz:.3g}; the time column is "
            "used. Frames may be missing."
        )


def _marker_warnings(summary: TrcSummary, kind: SessionKind) -> Iterator[str]:
    expected = {
        "opencap-monocular": tuple(dict.fromkeys(MONOCULAR_TO_STUDY.values())),
        "opencap": marker_set("study").names,
        "lab": (),
    }[kind]
    new_name_of = MONOCULAR_TO_STUDY if kind == "opencap-monocular" else {}
    present = {new_name_of.get(name, name) for name in summary.names}
    missing = [name for name in expected if name not in present]
    if len(missing) == len(expected):
        yield "it holds none of the anatomical markers (names ending in _study), so nothing can be computed for it."
    elif missing:
        yield f"{len(missing)} of {len(expected)} anatomical markers are missing: {_some(missing)}."


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED_AT_MOST
    return ", ".join(names[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
