"""Marker trajectories: the one form in which markers travel through Sarcoscope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.errors import MarkerDataError


@dataclass(frozen=True)
class MarkerTrajectories:
    """Marker positions in the ground frame: metres, Y up, right-handed; NaN where a marker is not seen.

    Attributes
    ----------
    names : tuple of str
        Marker names, unique; always looked up by name, never by place.
    positions_m : ndarray, shape (n_frames, n_markers, 3)
    time_s : ndarray, shape (n_frames,)
        Strictly increasing [s].

    Raises
    ------
    MarkerDataError
        Shapes disagree, names repeat, or time does not increase.
    """

    names: tuple[str, ...]
    positions_m: NDArray[np.float64]
    time_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        expected = (len(self.time_s), len(self.names), 3)
        if self.positions_m.shape != expected:
            raise MarkerDataError(
                f"Marker positions have shape {self.positions_m.shape}; frames, names and axes say {expected}.",
                hint="Every frame must hold three coordinates for every named marker.",
            )
        if len(set(self.names)) != len(self.names):
            repeated = sorted({name for name in self.names if self.names.count(name) > 1})
            raise MarkerDataError(
                f"Marker names repeat: {', '.join(repeated)}.", hint="Give every marker a name of its own."
            )
        if len(self.time_s) > 1 and not np.all(np.diff(self.time_s) > 0):
            raise MarkerDataError("Time does not increase from frame to frame.", hint="Export the trial again.")

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.time_s)

    @property
    def rate_hz(self) -> float:
        """Frames per second, from the median step, so that one dropped frame does not change it."""
        return float(1.0 / np.median(np.diff(self.time_s)))

    @property
    def duration_s(self) -> float:
        """Time from the first to the last frame [s]."""
        return float(self.time_s[-1] - self.time_s[0])

    def has(self, *names: str) -> bool:
        """Whether all these markers are present."""
        return set(names) <= set(self.names)

    @property
    def missing_share(self) -> float:
        """Share of positions that are not there."""
        return float(np.isnan(self.positions_m).any(axis=2).mean())

    def position_m(self, name: str) -> NDArray[np.float64]:
        """Trajectory of one marker, shape (n_frames, 3) [m]."""
        if name not in self.names:
            raise MarkerDataError(f"There is no marker {name!r}.", hint=f"Markers present: {', '.join(self.names)}.")
        return self.positions_m[:, self.names.index(name)]

    def select(self, names: Sequence[str]) -> MarkerTrajectories:
        """Keep these markers, in this order; those absent are left out."""
        kept = tuple(name for name in names if name in self.names)
        index = [self.names.index(name) for name in kept]
        return replace(self, names=kept, positions_m=self.positions_m[:, index])

    def rename(self, new_name_of: dict[str, str]) -> MarkerTrajectories:
        """Give markers new names; those not in the map keep theirs."""
        return replace(self, names=tuple(new_name_of.get(name, name) for name in self.names))

    def frames(self, start: int, stop: int) -> MarkerTrajectories:
        """Frames ``start`` to ``stop`` (exclusive)."""
        return replace(self, positions_m=self.positions_m[start:stop], time_s=self.time_s[start:stop])

    def with_positions(self, positions_m: NDArray[np.float64]) -> MarkerTrajectories:
        """Same names and times, other positions."""
        return replace(self, positions_m=positions_m)


@dataclass(frozen=True)
class ScalingMarkers:
    """What scale factors are found from: a person standing still, and recordings of the person moving.

    Attributes
    ----------
    static : MarkerTrajectories or None
        Frames in which the person stands still, no others; None where nobody stood still (OpenCap Monocular).
    movements : tuple of MarkerTrajectories
        Whole recordings; may be empty where there is a standing pose.

    Raises
    ------
    MarkerDataError
        There is neither.
    """

    static: MarkerTrajectories | None
    movements: tuple[MarkerTrajectories, ...] = ()

    def __post_init__(self) -> None:
        recordings = (*(() if self.static is None else (self.static,)), *self.movements)
        if not any(recording.n_frames for recording in recordings):
            raise MarkerDataError(
                "There is no recording to scale from.", hint="Give a neutral trial, a movement, or both."
            )
