"""Marker clips without identity: how real recordings reach training (``python -m assessment export-markers``).

One ``.npz`` holds many clips: all frames one after another, all marker names once, and a row a clip of what is known
of the person. Nothing says who they are: no names, paths, dates or trial names; ages from 90 on are 90.
"""

from __future__ import annotations

import secrets
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import MarkerDataError, SarcoscopeError
from models.subject import Sex, Subject

OLDEST_AGE_YEARS = 90.0
"""Ages beyond are rare enough to tell a person by."""

_ID_BYTES = 8
_FORMAT = 1
_KINDS = {
    "format": ("i", 0), "positions_m": ("f", 3), "names": ("U", 1), "first_frame": ("i", 1), "clip": ("U", 1),
    "person": ("U", 1), "static": ("b", 1), "synthetic": ("b", 1), "rate_hz": ("f", 1),
    "height_m": ("f", 1), "mass_kg": ("f", 1), "sex": ("U", 1), "age_years": ("f", 1),
}  # fmt: skip
_HINT = "Export the clips again with `python -m assessment export-markers`."
_NO_FILE = "Check the path, or export the clips with `python -m assessment export-markers SESSION... --out FILE`."


@dataclass(frozen=True)
class MarkerClip:
    """One recording of one person.

    Attributes
    ----------
    clip, person : str
        Random; clips of one session share ``person``.
    static : bool
        Whether it is the neutral trial.
    synthetic : bool
        Whether the session was generated rather than filmed.
    names : tuple of str
        Model names.
    positions_m : ndarray, shape (n_frames, n_markers, 3)
        Ground frame, Y up; NaN where a marker is not seen.
    rate_hz : float
    subject : Subject
    """

    clip: str
    person: str
    static: bool
    synthetic: bool
    names: tuple[str, ...]
    positions_m: NDArray[np.float64]
    rate_hz: float
    subject: Subject


def random_id() -> str:
    """Return an identifier that says nothing, for a clip or a person."""
    return secrets.token_hex(_ID_BYTES)


def save_clips(clips: Sequence[MarkerClip], path: Path) -> None:
    """Write clips to one ``.npz``, whole or not at all; positions are kept in single precision (below a micrometre).

    Raises
    ------
    MarkerDataError
        There is no clip, or the file cannot be written.
    """
    if not clips:
        raise MarkerDataError("There are no clips to save.", hint="Give at least one session with markers.")
    names = tuple(dict.fromkeys(name for clip in clips for name in clip.names))
    first_frame = np.cumsum([0, *(len(clip.positions_m) for clip in clips)])
    positions_m = np.full((int(first_frame[-1]), len(names), 3), np.nan, dtype=np.float32)
    for clip, start, stop in zip(clips, first_frame[:-1], first_frame[1:], strict=True):
        positions_m[start:stop, [names.index(name) for name in clip.names]] = clip.positions_m
    part = path.with_name(f"{path.name}.part")
    people = [clip.subject for clip in clips]
    ages = [np.nan if one.age_years is None else min(np.floor(one.age_years), OLDEST_AGE_YEARS) for one in people]
    try:
        with part.open("wb") as file:
            np.savez_compressed(
                file,
                format=np.array(_FORMAT),
                positions_m=positions_m,
                names=np.array(names),
                first_frame=first_frame,
                clip=np.array([clip.clip for clip in clips]),
                person=np.array([clip.person for clip in clips]),
                static=np.array([clip.static for clip in clips]),
                synthetic=np.array([clip.synthetic for clip in clips]),
                rate_hz=np.array([clip.rate_hz for clip in clips]),
                height_m=np.array([one.height_m for one in people]),
                mass_kg=np.array([one.mass_kg for one in people]),
                sex=np.array([one.sex for one in people]),
                age_years=np.array(ages),
            )
        part.replace(path)
    except OSError as reason:
        part.unlink(missing_ok=True)
        raise MarkerDataError(
            f"The clips cannot be written: {reason.strerror or 'unknown reason'}.",
            hint="Check that the folder exists and that you may write there.",
            file=path.name,
        ) from None


def load_clips(path: Path) -> tuple[MarkerClip, ...]:
    """Read clips; markers that a clip never shows are left out of it.

    Raises
    ------
    MarkerDataError
        The file is absent, damaged, of another kind, or holds what no clip can.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in _KINDS}
    except FileNotFoundError:
        raise MarkerDataError("There is no such clips file.", hint=_NO_FILE, file=str(path)) from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as reason:
        raise MarkerDataError("The file holds no marker clips.", hint=_HINT, file=path.name) from reason
    try:
        _check(arrays)
        return tuple(_clip(arrays, index) for index in range(len(arrays["clip"])))
    except SarcoscopeError as error:
        raise error.within(file=path.name) from None


def _check(arrays: dict[str, NDArray]) -> None:
    """Refuse what was not written by `save_clips`."""
    wrong = [
        key for key, (kind, n_axes) in _KINDS.items() if arrays[key].dtype.kind != kind or arrays[key].ndim != n_axes
    ]
    if wrong:
        raise MarkerDataError(f"The clips' {', '.join(wrong)} are of another kind than expected.", hint=_HINT)
    if arrays["format"] != _FORMAT:
        raise MarkerDataError(f"The clips are of format {arrays['format']}; {_FORMAT} is known.", hint=_HINT)
    n_clips, first, positions_m = len(arrays["clip"]), arrays["first_frame"], arrays["positions_m"]
    per_clip = ("person", "static", "synthetic", "rate_hz", "height_m", "mass_kg", "sex", "age_years")
    fits = all(len(arrays[key]) == n_clips for key in per_clip) and positions_m.shape[1:] == (len(arrays["names"]), 3)
    fits = fits and len(first) == n_clips + 1 and first[0] == 0 and first[-1] == len(positions_m)
    if not fits or np.any(np.diff(first) <= 0) or len(set(arrays["names"].tolist())) != len(arrays["names"]):
        raise MarkerDataError("The clips' lengths, names or counts do not fit each other.", hint=_HINT)
    if np.isinf(positions_m).any() or not (np.isfinite(arrays["rate_hz"]).all() and (arrays["rate_hz"] > 0).all()):
        raise MarkerDataError("The clips hold positions or frame rates that are no numbers.", hint=_HINT)


def _clip(arrays: dict[str, NDArray], index: int) -> MarkerClip:
    start, stop = arrays["first_frame"][index : index + 2]
    positions_m = arrays["positions_m"][start:stop].astype(float)
    shown = np.isfinite(positions_m).all(axis=2).any(axis=0)
    age, sex = float(arrays["age_years"][index]), arrays["sex"][index].item()
    return MarkerClip(
        clip=arrays["clip"][index].item(),
        person=arrays["person"][index].item(),
        static=bool(arrays["static"][index]),
        synthetic=bool(arrays["synthetic"][index]),
        names=tuple(arrays["names"][shown].tolist()),
        positions_m=positions_m[:, shown],
        rate_hz=float(arrays["rate_hz"][index]),
        subject=_subject(float(arrays["height_m"][index]), float(arrays["mass_kg"][index]), sex, age),
    )


def _subject(height_m: float, mass_kg: float, sex: Sex, age_years: float) -> Subject:
    return Subject(height_m, mass_kg, sex, None if np.isnan(age_years) else age_years)
