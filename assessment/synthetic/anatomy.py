"""A participant's true skeleton: scale factors, masses of their sex, and where their markers sit."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from assessment.synthetic.body import Body
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.scale_factors import ScaleFactors
from models.skeleton.segment_inertia import TabulatedSex, set_segment_inertia
from pipeline.scaling.scaled_model import apply_factors
from rl_scaling.people.population import Person

if TYPE_CHECKING:
    import opensim as osim

Array = NDArray[np.float64]

FACTOR_DECIMALS = 4


def scale_factors(person: Person) -> ScaleFactors:
    """The person's true scale factors, per body and axis (X forward, Y up, Z right)."""
    names = tuple(body.getName() for body in _generic().getBodyList())
    return ScaleFactors(
        bodies=names,
        factors=np.asarray(np.round(np.exp(person.log_scales(names)), FACTOR_DECIMALS), dtype=np.float64),
        scaler="synthetic truth",
        notes=("SYNTHETIC: no such person exists.",),
    )


def marker_names() -> tuple[str, ...]:
    """Markers of the skeleton, in its order."""
    return tuple(marker.getName() for marker in _generic().getMarkerSet())


def skeleton(person: Person, factors: ScaleFactors, placement_m: Array) -> Body:
    """The scaled skeleton with the mass distribution of the person's sex.

    Parameters
    ----------
    person : Person
    factors : ScaleFactors
    placement_m : ndarray, shape (n_markers, 3)
        How far each marker sits from its generic place, in its body's frame, in the order of `marker_names`.
    """
    import opensim as osim

    model = osim.Model(_generic())
    apply_factors(model, factors, person.subject.mass_kg)
    set_segment_inertia(model, cast(TabulatedSex, person.subject.sex))
    for marker, shift_m in zip(model.getMarkerSet(), placement_m, strict=True):
        marker.set_location(osim.Vec3(*(marker.get_location().to_numpy() + shift_m)))
    model.finalizeConnections()
    return Body(without_patellae(model))


@cache
def _generic() -> osim.Model:
    return load_model(GENERIC_MODEL)
