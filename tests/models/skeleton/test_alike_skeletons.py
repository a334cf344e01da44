"""One person's skeleton with another's lengths is in every pose where the other's is; what differs in more is told."""

from __future__ import annotations

import numpy as np
import opensim as osim
import pytest
import torch

from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.alike_skeletons import offsets_on
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.trees_of_files import tree_without_patellae


def person(factors: tuple[float, float, float], path) -> SkeletonTree:
    """A scaled model, written and read again as a session's is."""
    model = load_model(GENERIC_MODEL)
    state = model.initSystem()
    scales = osim.ScaleSet()
    for index in range(model.getBodySet().getSize()):
        scale = osim.Scale()
        scale.setSegmentName(model.getBodySet().get(index).getName())
        scale.setScaleFactors(osim.Vec3(*factors))
        scale.setApply(True)
        scales.cloneAndAppend(scale)
    model.scale(state, scales, True)
    model.printToXML(str(path))
    return tree_without_patellae(path)


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    return person((0.9, 0.95, 1.02), folder / "small.osim"), person((1.1, 1.07, 0.98), folder / "tall.osim")


def test_markers_are_where_the_other_skeleton_has_them(people):
    small, tall = people
    values = torch.from_numpy(np.random.default_rng(3).uniform(-0.5, 0.8, (len(small.coordinates), 20)))
    offsets = offsets_on(small, tall, tall.offsets())
    assert offsets is not None
    own = tall.kinematics(values, tall.offsets(), twists=False).markers
    np.testing.assert_allclose(small.kinematics(values, offsets, twists=False).markers, own, rtol=0.0, atol=1e-12)
    assert np.abs(small.kinematics(values, small.offsets(), twists=False).markers - own).max() > 0.01


def test_a_skeleton_that_differs_in_more_is_told(people):
    model = without_patellae(load_model(GENERIC_MODEL))
    model.getCoordinateSet().get("knee_angle_r").setRangeMax(1.0)
    stiff = SkeletonTree.from_model(model)
    assert offsets_on(people[0], stiff, stiff.offsets()) is None
