"""The small TOML that describes a lab session: who, which trials, and how its markers become the model's."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from models.errors import SessionReadError
from models.skeleton.marker_sets import MarkerSetName
from models.subject import Sex
from pipeline.preparation.filters import parse_filter
from pipeline.session.types import MarkerConversion

MARKER_SUFFIXES = (".trc", ".c3d")
FORCE_SUFFIXES = (".mot", ".sto", ".c3d", ".forces")

# Trial names become folder and file names in the results, on every operating system.
_TRIAL_NAME = r"^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,79}$"
_AXIS = re.compile(r"^([+-]?)([xyz])$")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class LabSubject(_Strict):
    """The person; what is left out is asked for when the session is run."""

    height_m: float | None = None
    mass_kg: float | None = None
    sex: Sex | None = None
    age_years: float | None = None


class LabTrial(_Strict):
    """One recording and its files, relative to the TOML."""

    name: Annotated[str, Field(pattern=_TRIAL_NAME)]
    markers: Path
    forces: Path | None = None

    @field_validator("markers")
    @classmethod
    def _markers_suffix(cls, path: Path) -> Path:
        return _with_suffix(path, MARKER_SUFFIXES)

    @field_validator("forces")
    @classmethod
    def _forces_suffix(cls, path: Path | None) -> Path | None:
        return path if path is None else _with_suffix(path, FORCE_SUFFIXES)


class LabAxes(_Strict):
    """Which axis of the file is each axis of OpenSim's ground (X anywhere level, Y up, Z = X x Y)."""

    x: str
    y: str
    z: str

    @model_validator(mode="after")
    def _right_handed(self) -> Self:
        file_to_ground(self)
        return self


def file_to_ground(axes: LabAxes) -> NDArray[np.float64]:
    """Rotation from the file's axes into OpenSim's ground frame.

    Parameters
    ----------
    axes : LabAxes
        For every ground axis the file axis it is, e.g. ``x="x", y="z", z="-y"`` for a lab with Z up.

    Returns
    -------
    ndarray, shape (3, 3)
        ``file_to_ground @ p_file = p_ground``.

    Raises
    ------
    ValueError
        An entry is no axis, an axis is used twice, or the three make a mirror image instead of a rotation.
    """
    rotation = np.zeros((3, 3))
    for row, (ground, text) in enumerate((("x", axes.x), ("y", axes.y), ("z", axes.z))):
        match = _AXIS.match(text.strip().lower())
        if match is None:
            raise ValueError(f"{ground} = {text!r} is no axis; accepted: x, y, z, -x, -y, -z")
        rotation[row, "xyz".index(match[2])] = -1.0 if match[1] == "-" else 1.0
    if not np.all(np.abs(rotation).sum(axis=0) == 1):
        raise ValueError(f"each of the file's axes must be used once, got x={axes.x}, y={axes.y}, z={axes.z}")
    if np.linalg.det(rotation) < 0:
        raise ValueError(
            f"x={axes.x}, y={axes.y}, z={axes.z} is a mirror image (left-handed): it would exchange left and right. "
            "Change the sign of one level axis"
        )
    return rotation


class LabDescription(_Strict):
    """Everything a lab session's TOML may say."""

    name: Annotated[str, Field(pattern=_TRIAL_NAME)] | None = None
    marker_set: MarkerSetName
    static_trial: str | None = None
    filter: str = "none"
    subject: LabSubject = LabSubject()
    trials: Annotated[tuple[LabTrial, ...], Field(min_length=1)]
    marker_names: dict[str, str] = {}
    axes: LabAxes = LabAxes(x="x", y="y", z="z")

    @field_validator("filter")
    @classmethod
    def _known_filter(cls, text: str) -> str:
        parse_filter(text)
        return text

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [trial.name for trial in self.trials]
        # Two names that differ only in case are one folder on Windows and macOS.
        folded = [name.casefold() for name in names]
        repeated = sorted({name for name in names if folded.count(name.casefold()) > 1})
        if repeated:
            raise ValueError(f"trial names repeat: {', '.join(repeated)}")
        if self.static_trial is not None and self.static_trial not in names:
            raise ValueError(f"static_trial {self.static_trial!r} is not among the trials: {', '.join(names)}")
        targets = list(self.marker_names.values())
        twice = sorted({target for target in targets if targets.count(target) > 1})
        if twice:
            raise ValueError(f"marker_names gives several markers one name: {', '.join(twice)}")
        return self

    @property
    def conversion(self) -> MarkerConversion:
        """Names, axes and filter as the pipeline uses them."""
        return MarkerConversion(
            new_name_of=dict(self.marker_names),
            file_to_ground=file_to_ground(self.axes),
            filter=None if self.filter == "none" else self.filter,
        )


def read_lab_description(path: Path) -> LabDescription:
    """Read and check a lab session's TOML.

    Raises
    ------
    SessionReadError
        The file is absent, not TOML, or says something that is not accepted; every complaint is listed.
    """
    example = "docs/lab-sessions.md shows a complete example."
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SessionReadError(
            f"There is no lab session description {path.name}.", hint="Check the path.", file=path.name
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SessionReadError(
            f"The lab session description is not readable TOML: {error}.", hint=example, file=path.name
        ) from None
    try:
        return LabDescription.model_validate(content)
    except ValidationError as error:
        complaints = "; ".join(_complaint(item["loc"], item["msg"]) for item in error.errors())
        raise SessionReadError(
            f"The lab session description is not accepted: {complaints}.", hint=example, file=path.name
        ) from None


def _complaint(location: tuple[int | str, ...], message: str) -> str:
    place = ".".join(f"[{part}]" if isinstance(part, int) else part for part in location).replace(".[", "[")
    message = message.removeprefix("Value error, ")
    if message.startswith("Extra inputs"):
        message = "there is no such entry"
    elif "should match pattern" in message:
        message = "use letters, digits, space and . _ + - only, at most 80 of them"
    return f"{place}: {message}" if place else message


def _with_suffix(path: Path, accepted: tuple[str, ...]) -> Path:
    if path.suffix.lower() not in accepted:
        raise ValueError(f"{path.name} has not one of the accepted endings {', '.join(accepted)}")
    return path
