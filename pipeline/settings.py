"""Everything a user can set about a run, in one place; saved with every result."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import SettingsError

ForceMode = Literal["auto", "measured", "estimated"]
IkEngine = Literal["batched", "opensim"]

SCALER_NAMES = ("measurement", "optimiser", "rl")
DEFAULT_SCALER = "optimiser"
"""The scaler of every run that names none: command line, app and `Settings` take it from here."""


LOAD_LIMIT_KG = 60.0
"""Heaviest object that the hands may lift in a trial."""

SEAT_HEIGHT_RANGE_M = (0.25, 0.75)
"""Seats people rise from, children's stools and bar stools left out: a value beyond is a slip of the unit."""

CUTOFF_RANGE_HZ = (0.5, 30.0)
"""A low-pass beyond these leaves nothing of a movement, or all of the noise."""

ACCEPTED = {
    "cutoff_hz": f"above {CUTOFF_RANGE_HZ[0]:g} and at most {CUTOFF_RANGE_HZ[1]:g} [Hz]",
    "seat_height_m": f"{SEAT_HEIGHT_RANGE_M[0]:g} to {SEAT_HEIGHT_RANGE_M[1]:g} [m]",
    "load_kg": f"above 0 and at most {LOAD_LIMIT_KG:g} [kg]",
}
"""Ranges of the numbers among the settings, in words, for help texts and messages alike."""


class Settings(BaseModel):
    """Settings of one run; frozen, so that what is saved is what was used.

    ``None`` for the cut-off and for locked feet means: chosen for each trial (see `pipeline.motion`), and the choice is
    recorded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    forces: ForceMode = Field("auto", description="plates where they exist (auto), plates only, or estimates only")
    scaler: str = Field(DEFAULT_SCALER, description=f"how scale factors are found: {', '.join(SCALER_NAMES)}")
    policy: str | None = Field(None, description="name or file of the rl scaler's policy; null: chosen by age")
    model: Path | None = Field(None, description="another generic .osim in place of LaiUhlrich2022")
    marker_placement: bool = Field(True, description="move model markers onto the static pose after scaling")
    ik_engine: IkEngine = Field("batched", description="inverse kinematics: all frames at once, or OpenSim's solver")
    cutoff_hz: float | None = Field(
        None, gt=CUTOFF_RANGE_HZ[0], le=CUTOFF_RANGE_HZ[1], description="low-pass cut-off of coordinates and forces"
    )
    lock_feet: bool | None = Field(
        None, description="keep feet that stand from slipping before forces are found; null: in slow movements on video"
    )
    load_kg: float | None = Field(
        None, gt=0.0, le=LOAD_LIMIT_KG, description="mass of the object in pick-up trials; null: not known, left out"
    )
    seat_height_m: float | None = Field(
        None,
        ge=SEAT_HEIGHT_RANGE_M[0],
        le=SEAT_HEIGHT_RANGE_M[1],
        description="height of the seat over the floor in sit-to-stand trials; null: not known",
    )
    activities: dict[str, str] = Field(
        default={}, description="trial -> movement as the user says, NAME or NAME/VARIANT; others are recognised"
    )


def make_settings(**values: object) -> Settings:
    """Make settings from what a user gave.

    Raises
    ------
    SettingsError
        A value is not accepted; the message names the option and what is accepted.
    """
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        reason = f"it must be {ACCEPTED[name]}" if name in ACCEPTED else first["msg"]
        raise SettingsError(
            f"--{name.replace('_', '-')} {first['input']!r} is not accepted: {reason}.",
            hint="Give another value, or leave the option out; --help tells what happens then.",
        ) from None
