"""What the pipeline makes of a trial, station by station: angles, contact forces, joint moments.

All arrays share the trial's time axis; SI units and radians inside; ground frame (Y up, right-handed, metres).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TRANSLATIONS = frozenset({"pelvis_tx", "pelvis_ty", "pelvis_tz"})
"""Coordinates in metres; all others are angles."""

ForceOrigin = Literal["measured", "estimated", "simulated"]
"""Measured by plates, estimated from the movement, or simulated (the synthetic example). Never mixed."""


@dataclass(frozen=True)
class Kinematics:
    """Joint coordinates over time and how well they explain the markers.

    Attributes
    ----------
    time_s : ndarray, shape (n_frames,)
    coordinates : tuple of str
        OpenSim coordinate names, the model's free coordinates in the model's order.
    values : ndarray, shape (n_frames, n_coordinates)
        Radians; metres for pelvis_tx, pelvis_ty, pelvis_tz. As solved, not filtered.
    marker_names : tuple of str
    marker_errors_m : ndarray, shape (n_frames, n_markers)
        Distance measured - modelled [m]; NaN where the marker is not seen.
    interpolated : tuple of int
        Frames without a solution, filled in from their neighbours; their marker errors are NaN.
    notes : tuple of str
        What the reader must know, e.g. coordinates that no marker shows.
    """

    time_s: Array
    coordinates: tuple[str, ...]
    values: Array
    marker_names: tuple[str, ...]
    marker_errors_m: Array
    interpolated: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def coordinate(self, name: str) -> Array:
        """One coordinate over time, shape (n_frames,) [rad or m]."""
        return self.values[:, self.coordinates.index(name)]

    @property
    def rate_hz(self) -> float:
        """Frames per second."""
        return float(1.0 / np.median(np.diff(self.time_s)))

    @property
    def marker_rms_m(self) -> Array:
        """Root mean square over markers, per frame, shape (n_frames,) [m]."""
        return np.sqrt(np.nanmean(self.marker_errors_m**2, axis=1))

    @property
    def marker_max_m(self) -> Array:
        """Worst marker per frame, shape (n_frames,) [m]."""
        return np.nanmax(self.marker_errors_m, axis=1)


@dataclass(frozen=True)
class ContactForce:
    """One force on one body, in the ground frame.

    Attributes
    ----------
    body : str
        OpenSim body it acts on (``calcn_r``, ``calcn_l``, ``pelvis`` for the seat, ``hand_r`` for an object).
    force_n : ndarray, shape (n_frames, 3)
        Force of the environment on the body [N].
    point_m : ndarray, shape (n_frames, 3)
        Centre of pressure [m]; NaN-free, meaningless where the force is zero.
    free_moment_nm : ndarray, shape (n_frames, 3)
        Free moment about the point [Nm].
    covariance : ndarray, shape (n_frames, 6, 6), or None
        Of the moment about the body's origin [Nm] and the force [N], in this order; None where it is not known.
    """

    body: str
    force_n: Array
    point_m: Array
    free_moment_nm: Array
    covariance: Array | None = None


@dataclass(frozen=True)
class SeatOff:
    """The pelvis leaves a seat.

    Attributes
    ----------
    time_s, sd_s : float
        When, and with which standard deviation [s].
    """

    time_s: float
    sd_s: float


@dataclass(frozen=True)
class HandSupport:
    """A stretch of time in which a hand may bear load that nothing measures.

    Attributes
    ----------
    side : str
        ``r`` or ``l``: which hand.
    place : {'thigh', 'knee', 'rest'}
        On the own thigh or knee, or on something that stands still (armrest, seat, walker, wall).
    start_s, stop_s : float
        On the trial's clock [s].
    coordinates : tuple of str
        Coordinates whose moments cannot be known meanwhile.
    """

    side: str
    place: Literal["thigh", "knee", "rest"]
    start_s: float
    stop_s: float
    coordinates: tuple[str, ...]

    def frames(self, time_s: Array) -> NDArray[np.bool_]:
        """Frames of the stretch, shape (n_frames,)."""
        return np.asarray((time_s >= self.start_s) & (time_s <= self.stop_s))

    @property
    def text(self) -> str:
        """The finding in a sentence."""
        hand = {"r": "right", "l": "left"}[self.side]
        what = (
            "stays where it is while the pelvis rises or lowers: it may bear on an armrest, a seat, a walker or a wall"
            if self.place == "rest"
            else f"is on a {self.place} and goes with it: it may bear on it"
        )
        return f"From {self.start_s:.1f} to {self.stop_s:.1f} s the {hand} hand {what}."


@dataclass(frozen=True)
class ContactForces:
    """All contact forces of a trial.

    Attributes
    ----------
    forces : dict of str to ContactForce
        Keys ``r``, ``l``; where somebody sits ``seat``; where something is held ``load_r``, ``load_l``.
    origin : {'measured', 'estimated', 'simulated'}
    floor_height_m : float
        Height of the floor in the ground frame [m]: estimated, never assumed zero.
    steps_m : tuple of float
        Heights of the steps that were stood on, over the floor, ascending [m].
    residual_force_n, residual_moment_nm : ndarray, shape (n_frames, 3)
        What the movement needs and the contacts do not give; moment about the centre of mass [N], [Nm].
    valid : ndarray of bool, shape (n_frames,)
        Frames in which moments may be quoted (filter edges, plate misses are not).
    notes : tuple of str
        What the reader must know, e.g. how plates were assigned.
    unknown : dict of str to ndarray of bool, shape (n_frames,)
        By coordinate: frames in which its moment cannot be known, because something unmeasured bears on it.
    seat_offs : tuple of SeatOff
        Where somebody rises from a seat.
    hand_supports : tuple of HandSupport
        Where hands may bear load; ``unknown`` has taken it into account.
    """

    time_s: Array
    forces: dict[str, ContactForce]
    origin: ForceOrigin
    floor_height_m: float
    residual_force_n: Array
    residual_moment_nm: Array
    valid: NDArray[np.bool_]
    notes: tuple[str, ...] = ()
    unknown: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    seat_offs: tuple[SeatOff, ...] = ()
    steps_m: tuple[float, ...] = ()
    hand_supports: tuple[HandSupport, ...] = ()

    @property
    def total_vertical_n(self) -> Array:
        """Sum of all vertical contact forces, shape (n_frames,) [N]."""
        return np.sum([contact.force_n[:, 1] for contact in self.forces.values()], axis=0)

    @property
    def partly_borne_by_hands(self) -> NDArray[np.bool_]:
        """Frames in which a hand may bear on a rest, so that estimated forces may be wrong, shape (n_frames,)."""
        frames = np.zeros(len(self.time_s), dtype=bool)
        for support in self.hand_supports:
            frames |= support.frames(self.time_s) & (support.place == "rest") & (self.origin == "estimated")
        return frames


@dataclass(frozen=True)
class JointMoments:
    """Inverse dynamics: what acts across every joint.

    Attributes
    ----------
    coordinates : tuple of str
    values, speeds : ndarray, shape (n_frames, n_coordinates)
        Low-pass filtered coordinates [rad or m] and their speeds [rad/s or m/s].
    moments_nm : ndarray, shape (n_frames, n_coordinates)
        Generalised forces [Nm; N for the pelvis translations], OpenSim's sign: positive drives the coordinate up.
    cutoff_hz : float
        Low-pass cut-off used for the coordinates.
    valid : ndarray of bool, shape (n_frames,)
        Frames in which any moment may be quoted; see also `known`.
    centre_of_mass_m : ndarray, shape (n_frames, 3)
        Whole-body centre of mass from the filtered movement, with the masses of a body that bends [m].
    mass_shifts : dict of str to ContactForce
        Loads on the rigid model that stand for these masses, see `pipeline.motion.mass_shift`.
    unknown : dict of str to ndarray of bool, shape (n_frames,)
        See `ContactForces`.
    standard_errors_nm : ndarray, shape (n_frames, n_coordinates), or None
        Of ``moments_nm``, from the uncertainty of contacts, masses and movement; NaN on the pelvis, where only what is
        not explained is left; None where the forces carry none.
    """

    time_s: Array
    coordinates: tuple[str, ...]
    values: Array
    speeds: Array
    moments_nm: Array
    cutoff_hz: float
    valid: NDArray[np.bool_]
    centre_of_mass_m: Array
    mass_shifts: dict[str, ContactForce] = field(default_factory=dict)
    unknown: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    standard_errors_nm: Array | None = None

    def known(self, coordinate: str) -> NDArray[np.bool_]:
        """Frames in which the moment of one coordinate may be quoted, shape (n_frames,)."""
        return self.valid & ~self.unknown.get(coordinate, np.zeros_like(self.valid))

    def standard_error_nm(self, coordinate: str) -> Array | None:
        """Standard error of one coordinate's moment, shape (n_frames,) [Nm]; None where it is not known."""
        if self.standard_errors_nm is None:
            return None
        return self.standard_errors_nm[:, self.coordinates.index(coordinate)]

    def moment_nm(self, coordinate: str) -> Array:
        """Moment of one coordinate, shape (n_frames,) [Nm]."""
        return self.moments_nm[:, self.coordinates.index(coordinate)]

    def power_w(self, coordinate: str) -> Array:
        """Power of one coordinate, shape (n_frames,) [W]; positive generates."""
        index = self.coordinates.index(coordinate)
        return self.moments_nm[:, index] * self.speeds[:, index]

    def power_standard_error_w(self, coordinate: str) -> Array | None:
        """Standard error of one coordinate's power from that of its moment, shape (n_frames,) [W]; None if not known.

        The error of the speed is left out.
        """
        error_nm = self.standard_error_nm(coordinate)
        return None if error_nm is None else error_nm * np.abs(self.speeds[:, self.coordinates.index(coordinate)])
