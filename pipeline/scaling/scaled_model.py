"""From the neutral trial to a scaled OpenSim model: scale factors, mass, marker placement, the same for all scalers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

import opensim as osim

from models.errors import ModelError, ScalingError
from models.markers import MarkerTrajectories, ScalingMarkers
from models.skeleton import GENERIC_MODEL
from models.skeleton.marker_sets import MarkerSetName, marker_set
from models.skeleton.scale_factors import PLAUSIBLE_FACTORS, ScaleFactors
from models.skeleton.segment_inertia import set_segment_inertia
from models.subject import Subject
from pipeline.scaling.generic import body_height_m, load_generic
from pipeline.scaling.marker_placement import place_markers, remove_unplaced, static_errors_m, static_pose
from pipeline.scaling.measurement_scaler import MeasurementScaler
from pipeline.scaling.measurements import with_hip_centres
from pipeline.scaling.scalers import make_scaler
from pipeline.scaling.standing import judge_standing, move_trunk_mass
from pipeline.scaling.static_window import SETTLING_S, find_static_window, most_complete_frame
from pipeline.settings import Settings

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


def build_scaled_model(
    static: MarkerTrajectories,
    subject: Subject,
    settings: Settings,
    marker_set: str,
    path: Path,
    *,
    moving: bool = False,
    movements: tuple[MarkerTrajectories, ...] = (),
) -> ScaledModel:
    """Scale the generic model to a subject and write it.

    Parameters
    ----------
    static : MarkerTrajectories
        The neutral trial, cleaned; or a movement.
    settings : Settings
        ``scaler``, ``policy``, ``model`` and ``marker_placement`` are used.
    marker_set : {'study', 'optical'}
    path : Path
        Where the .osim goes; folders are made.
    moving : bool
        ``static`` is a movement, because there is no neutral trial (OpenCap Monocular): the scaler is given it as such,
        and markers are not placed, since no pose is known to be upright and still.
    movements : tuple of MarkerTrajectories
        Further recordings of the person, cleaned, for scalers that use them.

    Raises
    ------
    ModelError
        ``settings.model`` lacks markers.
    SettingsError
        There is no such scaler or policy.
    ScalingError
        Nobody stands still, or the markers do not tell the factors.
    """
    set_name = cast(MarkerSetName, marker_set)
    generic_file = settings.model or GENERIC_MODEL
    model, marker_notes = load_generic(generic_file, set_name)
    names = [model.getMarkerSet().get(index).getName() for index in range(model.getMarkerSet().getSize())]
    _check_markers(names, static, set_name, generic_file)
    hip_notes: tuple[str, ...] = ()
    if set_name == "optical":
        static, hip_notes = with_hip_centres(static)
        movements = tuple(with_hip_centres(movement)[0] for movement in movements)
    movements = tuple(movement.select(names) for movement in movements)
    measured, pose, window_notes = _measured_and_pose(static.select(names), movements, set_name, moving=moving)
    scaler = make_scaler(settings.scaler, model_file=generic_file, marker_set=set_name, policy=settings.policy)
    factors = scaler.scale(measured, subject)
    apply_factors(model, factors, subject.mass_kg)
    distribution = _distribute_mass(model, subject, generic_file)
    model.setName(f"{generic_file.stem.removesuffix('_scaled')}_scaled")

    notes = [*marker_notes, *hip_notes, *window_notes, *factors.notes, *_implausible(factors)]
    place = settings.marker_placement and not moving
    unplaced = _unplaced_errors_m(model, pose, set_name)
    if place:
        place_markers(model, pose, set_name)
    removed = remove_unplaced(model, pose if place else None, set_name)
    if removed:
        notes.append(f"Markers without a place of their own on the body were left out: {', '.join(removed)}.")
    model.finalizeConnections()
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(model, path)
    if place and distribution != "model":
        # Only here: with another's masses the load's place says little about where this person carries the trunk's.
        notes.append(move_trunk_mass(model, judge_standing(path, static_pose(model, pose, set_name))))
        _write(model, path)
    errors = static_errors_m(model, pose, set_name) if place else unplaced
    by_distances = _by_distances(factors, measured, subject, generic_file, set_name)
    return ScaledModel(
        path=path,
        factors=factors,
        mass_kg=subject.mass_kg,
        mass_distribution=distribution,
        body_height_m=_height_m(model, factors, by_distances, subject, generic_file, set_name),
        static_marker_errors_m=errors,
        notes=tuple(notes),
        unplaced_marker_errors_m=unplaced,
        measured_factors=by_distances,
    )


def _write(model: osim.Model, path: Path) -> None:
    if not model.printToXML(str(path)):
        raise ModelError("The scaled model cannot be written.", hint="Check the folder's permissions.", file=path.name)


def _distribute_mass(model: osim.Model, subject: Subject, model_file: Path) -> MassDistribution:
    """Women and men carry their mass differently; whoever brings a model of their own has decided that with it."""
    if subject.sex == "unspecified" or model_file != GENERIC_MODEL:
        return "model"
    set_segment_inertia(model, subject.sex)
    return subject.sex


def _unplaced_errors_m(model: osim.Model, pose: MarkerTrajectories, set_name: MarkerSetName) -> dict[str, float]:
    """Errors that the factors are to answer for: not of markers that have no place of their own yet."""
    placeholders = marker_set(set_name).placeholders
    return {name: error for name, error in static_errors_m(model, pose, set_name).items() if name not in placeholders}


def _measured_and_pose(
    static: MarkerTrajectories, movements: tuple[MarkerTrajectories, ...], set_name: MarkerSetName, *, moving: bool
) -> tuple[ScalingMarkers, MarkerTrajectories, tuple[str, ...]]:
    """What the scaler is given, one frame as the pose that marker errors are taken in, and notes."""
    if moving:
        note = "There is no neutral trial: the model is scaled on the movement itself, and its markers are not placed."
        return ScalingMarkers(None, (static, *movements)), most_complete_frame(static), (note,)
    settling_s = SETTLING_S if set_name == "study" else 0.0
    window = find_static_window(static, settling_s=settling_s)
    return ScalingMarkers(window.markers, movements), window.mean, window.notes


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
    model.scale(state, scale_set, True, float(mass_kg))
    model.initSystem()


def _by_distances(
    factors: ScaleFactors, measured: ScalingMarkers, subject: Subject, model_file: Path, set_name: MarkerSetName
) -> ScaleFactors | None:
    """Factors from distances between markers; None where these are they already, or the markers do not tell."""
    if not factors.estimates:
        return None
    try:
        return MeasurementScaler(model_file, set_name).scale(measured, subject)
    except ScalingError:
        return None


def _height_m(
    model: osim.Model,
    factors: ScaleFactors,
    by_distances: ScaleFactors | None,
    subject: Subject,
    model_file: Path,
    set_name: MarkerSetName,
) -> float | None:
    """Body height that the markers stand for [m]; None where they do not tell.

    A search is drawn towards the height given, which this is there to check: then distances between markers tell it.
    """
    if not factors.estimates:
        return body_height_m(model)
    if by_distances is None:
        return None
    as_measured, _ = load_generic(model_file, set_name)
    apply_factors(as_measured, by_distances, subject.mass_kg)
    return body_height_m(as_measured)


def _check_markers(names: list[str], static: MarkerTrajectories, set_name: MarkerSetName, model_file: Path) -> None:
    wanted = marker_set(set_name).ik_weights
    missing = [name for name in wanted if name in static.names and name not in names]
    if missing:
        raise ModelError(
            f"The model lacks {len(missing)} markers of the session: {', '.join(missing)}.",
            hint="Add them to the model under these names, or leave out --model to use LaiUhlrich2022. A model without "
            "any of them gets them only if it is the unscaled LaiUhlrich2022.",
            file=model_file.name,
        )


def _implausible(factors: ScaleFactors) -> list[str]:
    low, high = PLAUSIBLE_FACTORS
    return [
        f"Scale factors of {body} are implausible ({', '.join(f'{value:.2f}' for value in factor)}; adults have "
        f"{low:g} to {high:g}): check its markers in the neutral trial."
        for body, factor in factors.implausible.items()
    ]
