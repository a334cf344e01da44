"""Synthetic recordings of people whose true scale factors are known: what the scaler learns from and is measured on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.errors import SettingsError
from models.skeleton.kinematics import SkeletonTree
from rl_scaling.people.marker_errors import MarkerErrors, PosedMarkers, Regime
from rl_scaling.people.movements import MOVEMENTS, MovementName, sample_movement
from rl_scaling.people.population import Person, sample_people

# From this age on people move as older adults.
OLDER_FROM_YEARS = 65.0
# OpenCap records at 60 Hz; its floor is not at zero, and the heading is arbitrary (assumed spread of the floor).
RATE_HZ, FLOOR_SD_M = 60.0, 0.05
_REGIME: dict[MovementName, Regime] = {"standing": "standing", "gait": "gait"}


@dataclass(frozen=True)
class Recordings:
    """One movement of every person; tensors of the generator's dtype and device.

    Attributes
    ----------
    values : Tensor, shape (n_people, n_frames, n_coordinates)
        True pose while facing X [rad, m].
    true_m, measured_m : Tensor, shape (n_people, n_frames, n_markers, 3)
        Markers in the recording's ground: without and with the errors of video; NaN where lost.
    """

    values: Tensor
    true_m: Tensor
    measured_m: Tensor


@dataclass(frozen=True)
class SyntheticPeople:
    """People and their recordings.

    Attributes
    ----------
    people : tuple of Person
    log_scales : Tensor, shape (n_people, n_bodies, 3)
        True log factors, bodies in the tree's order.
    log_factors : Tensor, shape (n_people, n_params)
        The same, mean of both sides, in the order of `rl_scaling.people.anthropometry.parameters`.
    placement_m : Tensor, shape (n_people, n_markers, 3)
        Where their markers lie relative to generic offset times scale, in the bodies' frames.
    heading_rad : Tensor, shape (n_people,)
        The session's ground is the person's turned by this about Y.
    floor_m : Tensor, shape (n_people,)
        Height of the session's ground above that of the person's poses.
    recordings : dict
        By movement.
    rate_hz : float
    """

    people: tuple[Person, ...]
    log_scales: Tensor
    log_factors: Tensor
    placement_m: Tensor
    heading_rad: Tensor
    floor_m: Tensor
    recordings: dict[MovementName, Recordings]
    rate_hz: float


class SubjectGenerator:
    """Draws people, lets them move, and records them as OpenCap would.

    Parameters
    ----------
    tree : SkeletonTree
        The generic skeleton with study markers; gives dtype and device.
    populations : tuple of str
        E.g. `rl_scaling.people.population.OLDER_ADULTS`.
    dropout_chance : float
        See `MarkerErrors`.
    """

    def __init__(self, tree: SkeletonTree, populations: tuple[str, ...], dropout_chance: float = 0.0) -> None:
        self.tree = tree
        self.populations = populations
        self.errors = MarkerErrors(tree.markers, dropout_chance)
        self._knees = [tree.coordinates.index(f"knee_angle_{side}") for side in ("r", "l")]
        self._feet = [index for index, name in enumerate(tree.markers) if name.endswith(("_calc_study", "_toe_study"))]

    def sample(self, n_people: int, n_frames: dict[MovementName, int], seed: int) -> SyntheticPeople:
        """Draw people and their recordings; the same seed gives the same (on the same kind of device).

        Parameters
        ----------
        n_people : int
        n_frames : dict
            Length of the recording of each movement; standing is what scaling calls the static trial.
        seed : int

        Raises
        ------
        SettingsError
            There is no such movement.
        """
        if unknown := [name for name in n_frames if name not in MOVEMENTS]:
            raise SettingsError(
                f"There is no movement {', '.join(unknown)}.", hint=f"Accepted: {', '.join(MOVEMENTS)}."
            )
        like = self.tree.default
        generator = np.random.default_rng(seed)
        noise = torch.Generator(like.device).manual_seed(int(generator.integers(2**62)))
        people = sample_people(self.populations, n_people, generator)
        log_scales = torch.as_tensor(np.array([person.log_scales(self.tree.bodies) for person in people])).to(like)
        placement_m = self.errors.placement(n_people, noise, like)
        bias_m = self.errors.session_bias(n_people, noise, like)
        heading_rad = torch.as_tensor(generator.uniform(-np.pi, np.pi, n_people)).to(like)
        floor_m = torch.as_tensor(generator.normal(0.0, FLOOR_SD_M, n_people)).to(like)
        older = np.array([(person.subject.age_years or 0.0) >= OLDER_FROM_YEARS for person in people])

        recordings: dict[MovementName, Recordings] = {}
        for movement, frames in n_frames.items():
            planned = sample_movement(movement, older, frames, RATE_HZ, self.tree.coordinates, generator)
            values, posed = self._posed(torch.as_tensor(planned).to(like), log_scales, placement_m)
            seen_m = self.errors.disturb(posed, bias_m, _REGIME.get(movement, "task"), RATE_HZ, noise)
            true_m, measured_m = (in_room(m, heading_rad, floor_m) for m in (posed.positions_m, seen_m))
            recordings[movement] = Recordings(values, true_m, measured_m)
        log_factors = torch.as_tensor(np.array([person.log_factors for person in people])).to(like)
        return SyntheticPeople(people, log_scales, log_factors, placement_m, heading_rad, floor_m, recordings, RATE_HZ)

    def _posed(self, values: Tensor, log_scales: Tensor, placement_m: Tensor) -> tuple[Tensor, PosedMarkers]:
        """Markers of these poses, the lowest foot marker of every frame at zero height."""
        pose = self.tree.kinematics(
            values.permute(2, 0, 1), self.tree.offsets(log_scales.permute(1, 2, 0).unsqueeze(3)), twists=False
        )
        of_marker = pose.rotations[self.tree.marker_bodies + 1].permute(3, 4, 0, 1, 2)
        positions = pose.markers.permute(2, 3, 0, 1) + torch.einsum("btmij,bmj->btmi", of_marker, placement_m)
        lift = positions[:, :, self._feet, 1].amin(dim=2)
        positions = positions - lift[..., None, None] * lift.new_tensor([0.0, 1.0, 0.0])
        height = self.tree.coordinates.index("pelvis_ty")
        values = values.clone()
        values[..., height] -= lift
        return values, PosedMarkers(positions, of_marker, values[..., self._knees])


def in_room(positions_m: Tensor, heading_rad: Tensor, floor_m: Tensor) -> Tensor:
    """Turn about Y by each person's heading, and lift onto the session's floor."""
    cos, sin = heading_rad.cos()[:, None, None], heading_rad.sin()[:, None, None]
    x, y, z = positions_m.unbind(-1)
    return torch.stack([cos * x + sin * z, y + floor_m[:, None, None], cos * z - sin * x], -1)
