"""The generic skeleton as published parameters, its OpenSim model, its marker sets and its scale factors.

OpenSim is loaded only when a model is asked for: the parameters, marker sets and scale factors are also read on
machines that have no OpenSim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.skeleton.model_files import GENERIC_MODEL, load_model
    from models.skeleton.patellae import without_patellae

__all__ = ["GENERIC_MODEL", "load_model", "without_patellae"]


def __getattr__(name: str) -> Any:
    if name == "without_patellae":
        from models.skeleton.patellae import without_patellae

        return without_patellae
    if name in __all__:
        from models.skeleton import model_files

        return getattr(model_files, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
