"""Scale factors from distances between markers: the scaler that every other is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.errors import SarcoscopeError, ScalingError
from models.markers import MarkerTrajectories, ScalingMarkers
from models.outcomes import attempt
from models.skeleton import GENERIC_MODEL
from models.skeleton.marker_sets import MarkerSetName
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from pipeline.scaling.generic import JOINTS, body_height_m, generic_model, load_generic
from pipeline.scaling.measurements import Measurement, mean_distance_m, measurements


@dataclass(frozen=True)
class MeasurementScaler:
    """Scale factors as measured distances between markers over the generic model's, as OpenSim's ScaleTool does.

    Attributes
    ----------
    model_file : Path
        The model to be scaled; its markers as of `load_generic`.
    marker_set : {'study', 'optical'}
    """

    model_file: Path = GENERIC_MODEL
    marker_set: MarkerSetName = "study"
    name: str = field(default="measurement", init=False)
    uses_movements: bool = field(default=False, init=False)

    def scale(self, markers: ScalingMarkers, subject: Subject) -> ScaleFactors:
        """Measure, and fall back where markers are missing: the other side, then body height; each is noted.

        Parameters
        ----------
        markers : ScalingMarkers
            The static recording is measured; where there is none, all frames of the first movement, which a moving
            limb does not bias as long as both markers sit on one body.
        subject : Subject

        Raises
        ------
        ScalingError
            Not one measurement can be taken, or one must be replaced by body height and the model's is not known.
        """
        measured = markers.movements[0] if markers.static is None else markers.static
        generic = generic_model(self.model_file, self.marker_set)
        table = measurements(self.marker_set)
        factors = {entry.name: _factor(entry, measured, generic.markers) for entry in table}
        if all(factor is None for factor, _ in factors.values()):
            raise ScalingError(
                "No distance between markers can be measured in the neutral trial.",
                hint=f"Markers present: {', '.join(measured.names)}. Needed are pairs such as "
                f"{' and '.join(table[0].pairs[0])}.",
                stage="scaling",
            )
        notes: list[str] = []
        bodies = tuple(dict.fromkeys(b for entry in table for b in entry.bodies if b in generic.bodies))
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
                height_m = self._height_m(entry)
                factor = subject.height_m / height_m
                notes.append(
                    f"Scaling of {entry.name}: its markers are not seen, the ratio of body heights was used "
                    f"({subject.height_m:.2f} m / {height_m:.2f} m)."
                )
            for body in entry.bodies:
                if body in bodies:
                    values[bodies.index(body), list(entry.axes)] = factor
        return ScaleFactors(bodies, values, scaler=self.name, notes=tuple(notes))

    def scale_many(
        self,
        people: Sequence[tuple[ScalingMarkers, Subject]],
        device: str = "cpu",  # noqa: ARG002 - no search
    ) -> list[ScaleFactors | SarcoscopeError]:
        """Measure each; why somebody cannot be scaled is in the place of their factors."""
        return [attempt(self.scale, markers, subject) for markers, subject in people]

    def check(self) -> None:
        """Raise what everybody's scaling would end in.

        Raises
        ------
        ModelError
            The model cannot be used.
        """
        generic_model(self.model_file, self.marker_set)

    def _height_m(self, entry: Measurement) -> float:
        height_m = body_height_m(load_generic(self.model_file, self.marker_set)[0])
        if height_m is None:
            raise ScalingError(
                f"Scaling of {entry.name}: its markers are not seen, and how tall a person the model "
                f"{self.model_file.name} is cannot be told.",
                hint="Record these markers in the neutral trial, or use a model with LaiUhlrich2022's joints: "
                f"{', '.join(JOINTS)}.",
                stage="scaling",
            )
        return height_m


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
