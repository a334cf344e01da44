"""What a model file holds, read once: the model itself, and its skeleton with and without patellae.

All who ask get the same objects: nobody changes them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import opensim as osim

from models.files import once_per_file
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.model_files import load_model
from models.skeleton.patellae import coupled_end_joints
from models.skeleton.tree import read_tree
from models.skeleton.tree_tensors import tensors_of

# Angles of a group of people are found together, then each person's landmarks: models take 4 MB each, trees 0.4 MB.
_MODELS, _TREES = 8, 64


@partial(once_per_file, remembered=_MODELS)
def model_of_file(path: Path) -> osim.Model:
    """Read a model; who wants to change it copies it first.

    Raises
    ------
    ModelError
        See `load_model`.
    """
    return load_model(path)


@partial(once_per_file, remembered=_TREES)
def tree_of_file(path: Path) -> SkeletonTree:
    """Read the tree of a model as it is.

    Raises
    ------
    ModelError
        See `load_model` and `SkeletonTree.from_model`.
    """
    return SkeletonTree.from_model(model_of_file(path))


@partial(once_per_file, remembered=_TREES)
def tree_without_patellae(path: Path) -> SkeletonTree:
    """Read the tree of a model whose patellae are left out.

    Where markers are does not depend on masses: this is the tree of what `models.skeleton.without_patellae` makes.

    Raises
    ------
    ModelError
        See `load_model` and `SkeletonTree.from_model`.
    """
    model = model_of_file(path)
    return SkeletonTree(**tensors_of(read_tree(model, leaving_out=coupled_end_joints(model))))
