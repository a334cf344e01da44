"""From the neutral trial to a scaled OpenSim model: scale factors, mass, marker placement.

A `Scaler` turns markers and anthropometry into scale factors; this module holds the measurement-based one, the
equivalent of OpenSim's ScaleTool and the baseline for every other. `build_scaled_model` does the rest, the same way
for all scalers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import opensim as osim

from models.errors import ModelError, ScalingError, SettingsError
from models.markers import MarkerTrajectories
from models.skeleton import GENERIC_MODEL, load_model
from models.skeleton.marker_sets import MarkerSetName, marker_set
from models.skeleton.scale_factors import PLAUSIBLE_FACTORS, ScaleFactors
from models.subject import Subject
from pipeline.marker_placement import place_markers, remove_unplaced, static_errors_m
from pipeline.measurements import Measurement, mean_distance_m, measurements, with_hip_centres
from pipeline.settings import Settings
from pipeline.static_window import SETTLING_S, find_static_window, most_complete_frame

# Rajagopal et al. 2016 (IEEE Trans Biomed Eng 63:2068), from which LaiUhlrich2022 descends: a man of 170 cm, 75 kg.
GENERIC_HEIGHT_M = 1.70


class Scaler(Protocol):
    """Finds scale factors. Measurement-based here; learned policies implement the same."""

    @property
    def name(self) -> str:
        """How the method is called in settings and results."""

    def scale(self, markers: MarkerTrajectories, subject: Subject) -> ScaleFactors:
        """Scale factors of every body from the markers of a static window and the subject's anthropometry."""


@dataclass(frozen=True)
class MeasurementScaler:
    """Scale factors as measured distances between markers over the generic model's, as OpenSim's ScaleTool does.

    Attributes
    ----------
    model_file : Path
        The generic model. Its markers are replaced by the marker set's if it is our own skeleton.
    marker_set : {'study', 'optical'}
    """

    model_file: Path = GENERIC_MODEL
    marker_set: MarkerSetName = "study"
    name: str = field(default="measurement", init=False)

    def scale(self, markers: MarkerTrajectories, subject: Subject) -> ScaleFactors:
        """Measure, and fall back where markers are missing: the other side, then body height; each is noted.

        Raises
        ------
        ScalingError
            Not one measurement can be taken.
        """
        model = load_generic(self.model_file, self.marker_set)
        generic = _default_positions(model)
        table = measurements(self.marker_set)
        factors = {entry.name: _factor(entry, markers, generic) for entry in table}
        if all(factor is None for factor, _ in factors.values()):
            raise ScalingError(
                "No distance between markers can be measured in the neutral trial.",
                hint=f"Markers present: {', '.join(markers.names)}. Needed are pairs such as "
                f"{' and '.join(table[0].pairs[0])}.",
                stage="scaling",
            )
        notes: list[str] = []
        bodies = tuple(dict.fromkeys(b for entry in table for b in entry.bodies if model.getBodySet().contains(b)))
        values = np.ones((len(bodies), 3))
        for entry in table:
            factor, missing = factors[entry.name]
            if factor is not None and missing:
                pairs = ", ".join(" to ".join(pair) for pair in missing)
                notes.append(f"Scaling of {entry.name}: not seen, left out: {pairs}.")
            if factor is None and entry.mirror is not None and factors[entry.mirror][0] is not None:
                factor = factors[entry.mirror][0]
                notes.append(f"Scaling of {entry.name}: its markers are not seen, {entry.mirror} was used.")
            if factor is None:
                factor = subject.height_m / GENERIC_HEIGHT_M
                notes.append(
                    f"Scaling of {entry.name}: its markers are not seen, the ratio of body heights was used "
                    f"({subject.height_m:.2f} m / {GENERIC_HEIGHT_M:.2f} m)."
                )
            for body in entry.bodies:
                if body in bodies:
                    values[bodies.index(body), list(entry.axes)] = factor
        return ScaleFactors(bodies, values, scaler=self.name, notes=tuple(notes))


SCALERS: dict[str, Callable[[Path, MarkerSetName], Scaler]] = {"measurement": MeasurementScaler}
"""Name in the settings -> what makes the scaler for a generic model and a marker set."""


def make_scaler(name: str, *, model_file: Path = GENERIC_MODEL, marker_set: MarkerSetName = "study") -> Scaler:
    """Return the scaler of this name.

    Raises
    ------
    SettingsError
        There is none.
    """
    if name not in SCALERS:
        raise SettingsError(f"There is no scaler {name!r}.", hint=f"Accepted: {', '.join(sorted(SCALERS))}.")
    return SCALERS[name](model_file, marker_set)


@dataclass(frozen=True)
class ScaledModel:
    """A scaled model on disk, and how it came about.

    Attributes
    ----------
    path : Path
    factors : ScaleFactors
    mass_kg : float
        Total mass of the model [kg], the subject's.
    static_marker_errors_m : dict of str to float
        Distance measured - modelled on the static pose [m], with the markers as they are in the model.
    notes : tuple of str
        Fallbacks, implausible factors, a restless neutral trial.
    unplaced_marker_errors_m : dict of str to float
        The same before marker placement: what the scale factors alone achieve [m].
    """

    path: Path
    factors: ScaleFactors
    mass_kg: float
    static_marker_errors_m: dict[str, float]
    notes: tuple[str, ...] = ()
    unplaced_marker_errors_m: dict[str, float] = field(default_factory=dict)


def build_scaled_model(
    static: MarkerTrajectories,
    subject: Subject,
    settings: Settings,
    marker_set: str,
    path: Path,
    *,
    moving: bool = False,
) -> ScaledModel:
    """Scale the generic model to a subject and write it.

    Parameters
    ----------
    static : MarkerTrajectories
        The neutral trial, cleaned; or a movement.
    moving : bool
        ``static`` is a movement, because there is no neutral trial (OpenCap Monocular): distances are averaged over all
        its frames, and markers are not placed, since no pose is known to be upright and still.
    settings : Settings
        ``scaler``, ``model`` and ``marker_placement`` are used.
    marker_set : {'study', 'optical'}
    path : Path
        Where the .osim goes; folders are made.

    Raises
    ------
    ModelError
        ``settings.model`` lacks markers.
    ScalingError
        Nobody stands still, or no distance can be measured.
    """
    set_name = cast(MarkerSetName, marker_set)
    generic_file = settings.model or GENERIC_MODEL
    model = load_generic(generic_file, set_name)
    names = [model.getMarkerSet().get(index).getName() for index in range(model.getMarkerSet().getSize())]
    _check_markers(names, static, set_name, generic_file)
    hip_notes: tuple[str, ...] = ()
    if set_name == "optical":
        static, hip_notes = with_hip_centres(static)
    measured, pose, window_notes = _measured_and_pose(static.select(names), set_name, moving=moving)
    factors = make_scaler(settings.scaler, model_file=generic_file, marker_set=set_name).scale(measured, subject)
    apply_factors(model, factors, subject.mass_kg)
    model.setName(f"{generic_file.stem.removesuffix('_scaled')}_scaled")

    notes = [*hip_notes, *window_notes, *factors.notes, *_implausible(factors)]
    place = settings.marker_placement and not moving
    unplaced = static_errors_m(model, pose, set_name)
    if place:
        place_markers(model, pose, set_name)
    removed = remove_unplaced(model, pose if place else None, set_name)
    if removed:
        notes.append(f"Markers without a place of their own on the body were left out: {', '.join(removed)}.")
    model.finalizeConnections()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not model.printToXML(str(path)):
        raise ModelError("The scaled model cannot be written.", hint="Check the folder's permissions.", file=path.name)
    errors = static_errors_m(model, pose, set_name) if place else unplaced
    return ScaledModel(path, factors, subject.mass_kg, errors, tuple(notes), unplaced)


def _measured_and_pose(
    static: MarkerTrajectories, set_name: MarkerSetName, *, moving: bool
) -> tuple[MarkerTrajectories, MarkerTrajectories, tuple[str, ...]]:
    """Frames that distances are measured in, one frame as the pose that marker errors are taken in, and notes."""
    if moving:
        note = (
            "There is no neutral trial: the model is scaled on all frames of the movement, and its markers not placed."
        )
        return static, most_complete_frame(static), (note,)
    settling_s = SETTLING_S if set_name == "study" else 0.0
    window = find_static_window(static, settling_s=settling_s)
    return window.markers, window.mean, window.notes


def load_generic(model_file: Path, marker_set: MarkerSetName) -> osim.Model:
    """Load a generic model; ours gets the markers of the set, any other keeps its own."""
    return load_model(model_file, marker_set if model_file == GENERIC_MODEL else None)


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


def _check_markers(names: list[str], static: MarkerTrajectories, set_name: MarkerSetName, model_file: Path) -> None:
    wanted = marker_set(set_name).ik_weights
    missing = [name for name in wanted if name in static.names and name not in names]
    if missing:
        raise ModelError(
            f"The model lacks {len(missing)} markers of the session: {', '.join(missing)}.",
            hint="Add them to the model under these names, or leave out --model to use LaiUhlrich2022.",
            file=model_file.name,
        )


def _default_positions(model: osim.Model) -> MarkerTrajectories:
    """Markers of a model in its default pose, as one frame."""
    state = model.initSystem()
    model.realizePosition(state)
    markers = model.getMarkerSet()
    found = [markers.get(index) for index in range(markers.getSize())]
    positions = np.array([[marker.getLocationInGround(state).to_numpy() for marker in found]])
    return MarkerTrajectories(tuple(marker.getName() for marker in found), positions, np.zeros(1))


def _factor(
    entry: Measurement, measured: MarkerTrajectories, generic: MarkerTrajectories
) -> tuple[float | None, list[tuple[str, str]]]:
    """Mean ratio over the pairs that are seen, and those that are not."""
    ratios, missing = [], []
    for pair in entry.pairs:
        distance_m, generic_m = mean_distance_m(measured, pair), mean_distance_m(generic, pair)
        if distance_m is None or generic_m is None:
            missing.append(pair)
        else:
            ratios.append(distance_m / generic_m)
    return (float(np.mean(ratios)) if ratios else None), missing


def _implausible(factors: ScaleFactors) -> list[str]:
    low, high = PLAUSIBLE_FACTORS
    return [
        f"Scale factors of {body} are implausible ({', '.join(f'{value:.2f}' for value in factor)}; adults have "
        f"{low:g} to {high:g}): check its markers in the neutral trial."
        for body, factor in factors.implausible.items()
    ]
