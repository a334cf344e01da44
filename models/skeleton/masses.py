"""How heavy a model's bodies are, and where: what dynamics needs besides kinematics; plain NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import opensim as osim

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Masses:
    """Masses of bodies and the field they are in.

    Attributes
    ----------
    masses_kg : ndarray, shape (n_bodies,)
    centres_m : ndarray, shape (n_bodies, 3)
        Centre of mass in the body's frame.
    inertias_kg_m2 : ndarray, shape (n_bodies, 3, 3)
        About the centre of mass, in the body's axes.
    gravity_m_per_s2 : ndarray, shape (3,)
        In ground.
    """

    masses_kg: Array
    centres_m: Array
    inertias_kg_m2: Array
    gravity_m_per_s2: Array


def read_masses(model: osim.Model, bodies: tuple[str, ...]) -> Masses:
    """Masses of the named bodies, in that order."""
    found = [model.getBodySet().get(name) for name in bodies]
    return Masses(
        masses_kg=np.array([body.getMass() for body in found]),
        centres_m=np.array([body.get_mass_center().to_numpy() for body in found]),
        inertias_kg_m2=np.array([central_inertia_kg_m2(body) for body in found]),
        gravity_m_per_s2=model.getGravity().to_numpy().copy(),
    )


def central_inertia_kg_m2(body: osim.Body) -> Array:
    """Inertia of a body about its centre of mass, in its own axes, shape (3, 3)."""
    xx, yy, zz, xy, xz, yz = (body.get_inertia().get(index) for index in range(6))
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
