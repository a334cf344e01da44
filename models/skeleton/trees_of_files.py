"""The skeleton of a model file, as inverse kinematics knows it."""

from __future__ import annotations

from pathlib import Path

from models.files import once_per_file
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.model_files import load_model
from models.skeleton.patellae import without_patellae


@once_per_file
def tree_without_patellae(path: Path) -> SkeletonTree:
    """Read the tree of a model whose patellae are taken out; shared by all who ask.

    Raises
    ------
    ModelError
        See `load_model`, `without_patellae` and `SkeletonTree.from_model`.
    """
    return SkeletonTree.from_model(without_patellae(load_model(path)))
