"""The model that scaling starts from: its markers, and the body height it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import opensim as osim
from numpy.typing import NDArray

from models.files import once_per_file
from models.markers import MarkerTrajectories
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.marker_sets import MarkerSetName
from models.skeleton.marker_sets import marker_set as marker_set_of
from models.skeleton.model_files import replace_markers
from models.skeleton.scale_factors import ScaleFactors

if TYPE_CHECKING:
    from models.skeleton.kinematics import SkeletonTree

# Rajagopal et al. 2016 (IEEE Trans Biomed Eng 63:2068), from which LaiUhlrich2022 descends: a man of 170 cm, 75 kg.
GENERIC_HEIGHT_M = 1.70
# A model whose height is this close to the generic skeleton's is not scaled: our marker offsets fit it.
UNSCALED_WITHIN_M = 0.01
# Between these joint centres lie the legs and the trunk.
SIDED_JOINTS = ("hip", "walker_knee", "ankle", "acromial")
JOINTS = ("back", *(f"{joint}_{side}" for joint in SIDED_JOINTS for side in "rl"))


def load_generic(model_file: Path, marker_set: MarkerSetName) -> tuple[osim.Model, tuple[str, ...]]:
    """Load the model that is to be scaled, and say where its markers come from if they are not its own.

    Our skeleton carries the markers of the set. Any other model keeps its own; if none of the set's is among them
    (OpenCap's LaiUhlrich2022.osim has no markers at all), and its bodies have the names and its legs and trunk the
    length of our unscaled skeleton, it gets the set's. A scaled model cannot: marker offsets hold for the unscaled
    body.

    Returns
    -------
    model : opensim.Model
        Connected; without muscles. The caller's own.
    notes : tuple of str

    Raises
    ------
    ModelError
        The file cannot be used as a model.
    """
    generic = generic_model(model_file, marker_set)
    return generic.copy(), generic.notes


@dataclass(frozen=True)
class GenericModel:
    """A model that people are scaled from, and what is derived from it, worked out once.

    Attributes
    ----------
    read : opensim.Model
        As it was read; never changed.
    notes : tuple of str
        Where its markers come from if they are not its own.
    """

    read: osim.Model
    notes: tuple[str, ...]

    def copy(self) -> osim.Model:
        """A model of the caller's own, connected."""
        return _connected_copy(self.read)

    def copy_without_patellae(self) -> osim.Model:
        """The same without its patellae (`models.skeleton.without_patellae`)."""
        return _connected_copy(self._without_patellae)

    @cached_property
    def _without_patellae(self) -> osim.Model:
        return without_patellae(self.read)

    @cached_property
    def tree(self) -> SkeletonTree:
        """Tree of that, shared by all who ask."""
        # Loaded when it is needed: torch takes seconds.
        from models.skeleton.kinematics import SkeletonTree

        return SkeletonTree.from_model(self._without_patellae)

    @cached_property
    def bodies(self) -> frozenset[str]:
        """Names of its bodies."""
        bodies = self.read.getBodySet()
        return frozenset(bodies.get(index).getName() for index in range(bodies.getSize()))

    @cached_property
    def bodies_of_joints(self) -> dict[str, str] | None:
        """Body that each of `JOINTS` carries; None for a model with other joint names."""
        joints = self.read.getJointSet()
        if not all(joints.contains(name) for name in JOINTS):
            return None
        return {name: joints.get(name).getChildFrame().findBaseFrame().getName() for name in JOINTS}

    @cached_property
    def markers(self) -> MarkerTrajectories:
        """Its markers in the default pose, as one frame."""
        model = self.copy()
        state = model.initSystem()
        model.realizePosition(state)
        found = [model.getMarkerSet().get(index) for index in range(model.getMarkerSet().getSize())]
        positions = np.array([marker.getLocationInGround(state).to_numpy() for marker in found]).reshape(1, -1, 3)
        return MarkerTrajectories(tuple(marker.getName() for marker in found), positions, np.zeros(1))


def generic_model(model_file: Path, marker_set: MarkerSetName) -> GenericModel:
    """Return a model that people are scaled from, as `load_generic` describes it; shared by all who ask.

    Raises
    ------
    ModelError
        The file cannot be used as a model.
    """
    of_sets = _read_so_far(model_file)
    if marker_set not in of_sets:
        of_sets[marker_set] = _read(model_file, marker_set)
    return of_sets[marker_set]


@once_per_file
def _read_so_far(model_file: Path) -> dict[MarkerSetName, GenericModel]:  # noqa: ARG001 - kept for each file
    return {}


def _read(model_file: Path, marker_set: MarkerSetName) -> GenericModel:
    if model_file == GENERIC_MODEL:
        return GenericModel(load_model(model_file, marker_set), ())
    model = load_model(model_file)
    wanted = marker_set_of(marker_set).markers
    has_own = any(model.getMarkerSet().contains(marker.name) for marker in wanted)
    if has_own or not all(model.getBodySet().contains(marker.body) for marker in wanted):
        return GenericModel(model, ())
    height_m = body_height_m(model)
    if height_m is None or abs(height_m - GENERIC_HEIGHT_M) > UNSCALED_WITHIN_M:
        return GenericModel(model, ())
    replace_markers(model, wanted)
    note = (
        f"The model {model_file.name} has none of the session's markers: the {len(wanted)} markers of the {marker_set} "
        "set were put on it where LaiUhlrich2022 has them."
    )
    return GenericModel(model, (note,))


def _connected_copy(model: osim.Model) -> osim.Model:
    copy = osim.Model(model)
    copy.finalizeConnections()
    return copy


def body_height_m(model: osim.Model) -> float | None:
    """Body height that a model's legs and trunk stand for [m]; None for a model with other joint names.

    The generic skeleton's 1.70 m times the ratio of lengths: ankle to knee to hip (mean of both legs), middle of the
    hips to the lumbar joint to the middle of the shoulders. Legs and trunk together tell more than either: people
    of one height differ in how they share it between the two, and old people lose it in the trunk. In ANSUR II (US Army
    2012) what remains, head and neck, varies by 1.1 cm among people of one height.
    """
    if not all(model.getJointSet().contains(name) for name in JOINTS):
        return None
    return GENERIC_HEIGHT_M * _legs_and_trunk_m(_joint_centres_m(model)) / _generic_legs_and_trunk_m()


def scaled_height_m(generic: GenericModel, factors: ScaleFactors) -> float | None:
    """`body_height_m` of a model that is scaled by these factors, without making it."""
    carried = generic.bodies_of_joints
    if carried is None:
        return None
    import torch

    tree = generic.tree
    rows = {body: np.log(row) for body, row in zip(factors.bodies, factors.factors, strict=True)}
    scales = torch.from_numpy(np.array([rows.get(body, np.zeros(3)) for body in tree.bodies]))
    values, offsets = tree.batch_last(tree.default, scales)
    pose = tree.kinematics(values, offsets, twists=False)
    centres = {}
    for joint, body in carried.items():
        place = tree.bodies.index(body)
        in_body = offsets.on_child[place]
        centres[joint] = (pose.origins[place + 1] + pose.rotations[place + 1] @ in_body).numpy()
    return GENERIC_HEIGHT_M * _legs_and_trunk_m(centres) / _generic_legs_and_trunk_m()


@cache
def _generic_legs_and_trunk_m() -> float:
    return _legs_and_trunk_m(_joint_centres_m(load_model(GENERIC_MODEL)))


def _joint_centres_m(model: osim.Model) -> dict[str, NDArray[np.float64]]:
    """Where joints sit in the default pose."""
    joints, state = model.getJointSet(), model.initSystem()
    model.realizePosition(state)
    return {name: joints.get(name).getChildFrame().getPositionInGround(state).to_numpy() for name in JOINTS}


def _legs_and_trunk_m(centre: dict[str, NDArray[np.float64]]) -> float:
    middle = {joint: (centre[f"{joint}_r"] + centre[f"{joint}_l"]) / 2 for joint in SIDED_JOINTS}
    legs_m = [
        _distance(centre[f"hip_{side}"], centre[f"walker_knee_{side}"])
        + _distance(centre[f"walker_knee_{side}"], centre[f"ankle_{side}"])
        for side in "rl"
    ]
    trunk_m = _distance(middle["hip"], centre["back"]) + _distance(centre["back"], middle["acromial"])
    return float(np.mean(legs_m)) + trunk_m


def _distance(first_m: NDArray[np.float64], second_m: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(first_m - second_m))
