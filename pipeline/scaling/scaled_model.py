"""From scale factors to a scaled OpenSim model on disk: mass, marker placement, the same for all scalers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import opensim as osim

from models.errors import ModelError, ScalingError
from models.markers import MarkerTrajectories
from models.skeleton import GENERIC_MODEL
from models.skeleton.marker_sets import MarkerSetName, marker_set
from models.skeleton.scale_factors import PLAUSIBLE_FACTORS, ScaleFactors
from models.skeleton.segment_inertia import set_segment_inertia
from models.subject import Subject
from pipeline.kinematics.pose_solver import PoseSolver
from pipeline.scaling.generic import body_height_m, scaled_height_m
from pipeline.scaling.marker_placement import place_markers, remove_unplaced, solve_static, static_errors_m, static_pose
from pipeline.scaling.measurement_scaler import MeasurementScaler
from pipeline.scaling.recorded import Recorded
from pipeline.scaling.standing import judge_standing, move_trunk_mass

MassDistribution = Literal["f", "m", "model"]


@dataclass(frozen=True)
class ScaledModel:
    """A scaled model on disk, and how it came about.

    Attributes
    ----------
    path : Path
    factors : ScaleFactors
    mass_kg : float
        Total mass of the model [kg], the subject's.
    mass_distribution : {'f', 'm', 'model'}
        Whose: mean of women or of men (`models.skeleton.segment_inertia`), or the generic model's own.
    body_height_m : float or None
        Height that legs and trunk stand for, as distances between markers have them [m] (see
        `pipeline.scaling.generic`); None where that is not known.
    static_marker_errors_m : dict of str to float
        Distance measured - modelled on the static pose [m], with the markers as they are in the model.
    notes : tuple of str
        Fallbacks, implausible factors, a restless neutral trial.
    unplaced_marker_errors_m : dict of str to float
        The same before marker placement: what the scale factors alone achieve [m]; without markers that have no
        place of their own on the unplaced model (laboratory clusters).
    scaled_on : tuple of str
        Trials whose markers decided the scale factors.
    measured_factors : ScaleFactors or None
        From distances between markers, to compare with; None where ``factors`` are these, or the markers do not tell.
    """

    path: Path
    factors: ScaleFactors
    mass_kg: float
    mass_distribution: MassDistribution
    body_height_m: float | None
    static_marker_errors_m: dict[str, float]
    notes: tuple[str, ...] = ()
    unplaced_marker_errors_m: dict[str, float] = field(default_factory=dict)
    scaled_on: tuple[str, ...] = ()
    measured_factors: ScaleFactors | None = None


def finished_model(given: Recorded, factors: ScaleFactors) -> ScaledModel:
    """Scale the generic model by these factors and write it.

    Raises
    ------
    SarcoscopeError
        The pose of the markers cannot be found, or the model not be written.
    """
    task, pose = given.task, given.pose
    model, bare = task.generic.copy(), task.generic.copy_without_patellae()
    for one in (model, bare):
        apply_factors(one, factors, task.subject.mass_kg)
    distribution = _distribute_mass(model, task.subject, task.generic_file)
    model.setName(f"{task.generic_file.stem.removesuffix('_scaled')}_scaled")

    notes = [*given.notes, *factors.notes, *_implausible(factors)]
    solver = solve_static(osim.Model(bare), pose, task.set_name)
    errors = unplaced = _unplaced_errors_m(solver, pose, task.set_name)
    if task.places_markers:
        place_markers((model, bare), pose, solver)
    for one in (bare, model):
        removed = remove_unplaced(one, pose if task.places_markers else None, task.set_name)
    if removed:
        notes.append(f"Markers without a place of their own on the body were left out: {', '.join(removed)}.")
    model.finalizeConnections()
    if task.places_markers:
        bare.finalizeConnections()
        solver = solve_static(bare, pose, task.set_name)
        errors = static_errors_m(solver, pose, task.set_name)
        if distribution != "model":
            # Only here: with another's masses the load's place says little about where this person carries the trunk's.
            notes.append(move_trunk_mass(model, judge_standing(model, static_pose(solver))))
    task.path.parent.mkdir(parents=True, exist_ok=True)
    if not model.printToXML(str(task.path)):
        raise ModelError(
            "The scaled model cannot be written.", hint="Check the folder's permissions.", file=task.path.name
        )
    by_distances = _by_distances(given, factors)
    return ScaledModel(
        path=task.path,
        factors=factors,
        mass_kg=task.subject.mass_kg,
        mass_distribution=distribution,
        body_height_m=_height_m(model, given, factors, by_distances),
        static_marker_errors_m=errors,
        notes=tuple(notes),
        unplaced_marker_errors_m=unplaced,
        measured_factors=by_distances,
    )


def _distribute_mass(model: osim.Model, subject: Subject, model_file: Path) -> MassDistribution:
    """Women and men carry their mass differently; whoever brings a model of their own has decided that with it."""
    if subject.sex == "unspecified" or model_file != GENERIC_MODEL:
        return "model"
    set_segment_inertia(model, subject.sex)
    return subject.sex


def _unplaced_errors_m(solver: PoseSolver, pose: MarkerTrajectories, set_name: MarkerSetName) -> dict[str, float]:
    """Errors that the factors are to answer for: not of markers that have no place of their own yet."""
    placeholders = marker_set(set_name).placeholders
    return {name: error for name, error in static_errors_m(solver, pose, set_name).items() if name not in placeholders}


def apply_factors(model: osim.Model, factors: ScaleFactors, mass_kg: float) -> None:
    """Scale a model in place: lengths by the factors, inertias with them, masses in proportion to ``mass_kg``."""
    scale_set = osim.ScaleSet()
    for body, factor in zip(factors.bodies, factors.factors, strict=True):
        if model.getBodySet().contains(body):
            scale = osim.Scale()
            scale.setSegmentName(body)
            scale.setScaleFactors(osim.Vec3(*(float(value) for value in factor)))
            scale.setApply(True)
            scale_set.cloneAndAppend(scale)
    state = model.initSystem()
    # Leaves the model initialised as it is then.
    model.scale(state, scale_set, True, float(mass_kg))


def _by_distances(given: Recorded, factors: ScaleFactors) -> ScaleFactors | None:
    """Factors from distances between markers; None where these are they already, or the markers do not tell."""
    if not factors.estimates:
        return None
    try:
        return MeasurementScaler(given.task.generic_file, given.task.set_name).scale(given.markers, given.task.subject)
    except ScalingError:
        return None


def _height_m(
    model: osim.Model, given: Recorded, factors: ScaleFactors, by_distances: ScaleFactors | None
) -> float | None:
    """Body height that the markers stand for [m]; None where they do not tell.

    A search is drawn towards the height given, which this is there to check: then distances between markers tell it.
    """
    if not factors.estimates:
        return body_height_m(model)
    if by_distances is None:
        return None
    return scaled_height_m(given.task.generic, by_distances)


def _implausible(factors: ScaleFactors) -> list[str]:
    low, high = PLAUSIBLE_FACTORS
    return [
        f"Scale factors of {body} are implausible ({', '.join(f'{value:.2f}' for value in factor)}; adults have "
        f"{low:g} to {high:g}): check its markers in the neutral trial."
        for body, factor in factors.implausible.items()
    ]
