"""The scales that AddBiomechanics' engine found, judged on our skeleton with the generic marker offsets.

Only body scales are taken over; where the engine moved the markers on the bodies is left out.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.addbiomechanics.people import FILMED_SUBJECT, synthetic_people
from models.errors import ScalingError
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.pose_fit import fit_poses
from models.skeleton.scale_factors import ScaleFactors
from pipeline.files.trc import read_trc
from pipeline.kinematics import solve_kinematics
from pipeline.scaling import apply_factors, load_generic
from rl_scaling.judging.evaluate import LONG_AXES
from rl_scaling.learning.drawing import generic_tree
from rl_scaling.people.anthropometry import parameters
from rl_scaling.tasks.scaling_tasks import joint_centres_m, segment_lengths_m

Array = NDArray[np.float64]

FILMED_TRIALS = ("neutral", "Squats_0", "Asym_0")
# The body whose factor is compared where a segment has several.
_BODY_OF = {"foot": "calcn", "forearm": "radius"}


@dataclass(frozen=True)
class TruthErrors:
    """How far scale factors are from the truth of a synthetic person, and how well they fit the markers.

    Attributes
    ----------
    lengths_mm : float
        Mean error of the segment lengths.
    joints_mm : float
        Mean error of the joint centres over the frames of the person's task, poses fitted with these factors.
    long_axes_percent : float
        Median error of the factors along the long segments, in percent (of log factors).
    static_rms_mm, static_max_mm : float
        Markers of the standing pose: root mean square and worst.
    moving_rms_mm, moving_max_mm : float
        The same, means over the frames of movement.
    """

    lengths_mm: float
    joints_mm: float
    long_axes_percent: float
    static_rms_mm: float
    static_max_mm: float
    moving_rms_mm: float
    moving_max_mm: float


class SyntheticJudge:
    """Judges scale factors of the synthetic people.

    Attributes
    ----------
    people : SyntheticPeople
    tasks : ScalingTasks
        What other scalers are given of them.
    """

    def __init__(self) -> None:
        self.people, self.tasks = synthetic_people(generic_tree())
        if self.tasks.truth is None:
            raise ScalingError("The synthetic people's truth is not known.", hint="Draw them with their truth.")
        self._truth = self.tasks.truth
        self.tree = SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL)))

    def judge(self, place: int, factors: ScaleFactors) -> TruthErrors:
        """Errors of the factors of the person at this place."""
        log_scales = torch.as_tensor(np.log([factors.of(body) for body in self.tree.bodies]))
        values, errors_m = self._posed(self.tasks.markers_m[place].double(), log_scales)
        joints_m = joint_centres_m(self.tree, values, log_scales) - self._truth.joints_m[place].double()
        lengths_m = segment_lengths_m(self.tree, log_scales) - self._truth.lengths_m[place].double()
        of_frame_m = np.sqrt(np.nanmean(errors_m**2, axis=1))
        worst_m = np.nanmax(errors_m, axis=1)
        return TruthErrors(
            lengths_mm=1000.0 * float(lengths_m.abs().mean()),
            joints_mm=1000.0 * float(joints_m.norm(dim=-1).mean()),
            long_axes_percent=100.0 * float(np.median(np.abs(self._long(factors) - self._true_long(place)))),
            static_rms_mm=1000.0 * float(of_frame_m[0]),
            static_max_mm=1000.0 * float(worst_m[0]),
            moving_rms_mm=1000.0 * float(of_frame_m[1:].mean()),
            moving_max_mm=1000.0 * float(worst_m[1:].mean()),
        )

    def true_factors(self, place: int) -> ScaleFactors:
        """Return the factors that the person at this place was made with."""
        return ScaleFactors(self.tree.bodies, np.exp(self.people.log_scales[place].double().numpy()), "truth")

    def _posed(self, markers_m: torch.Tensor, log_scales: torch.Tensor) -> tuple[torch.Tensor, Array]:
        """Poses and marker errors of the task's frames, each found on its own: they come from different recordings."""
        weights = np.ones(len(self.tree.markers))
        fits = [fit_poses(self.tree, frame[None], weights, log_scales=log_scales) for frame in markers_m]
        values = torch.as_tensor(np.concatenate([one.values for one in fits]))
        return values, np.concatenate([one.marker_errors_m for one in fits])

    def _long(self, factors: ScaleFactors) -> Array:
        """Log factors along the long segments, mean of both sides."""
        found = []
        for name in LONG_AXES:
            segment, axis = name.split("_")
            body = _BODY_OF.get(segment, segment)
            sides = [side for side in (body, f"{body}_r", f"{body}_l") if side in factors.bodies]
            found.append(np.mean([np.log(factors.of(side)["xyz".index(axis)]) for side in sides]))
        return np.array(found)

    def _true_long(self, place: int) -> Array:
        long = [parameters().index(name) for name in LONG_AXES]
        return self.people.log_factors[place, long].double().numpy()


def filmed_errors_cm(session: Path, factors: ScaleFactors) -> dict[str, dict[str, float]]:
    """Marker errors of the field-study subject's trials under OpenSim's inverse kinematics with OpenCap's weights.

    Parameters
    ----------
    session : Path
        Folder of OpenCap's field-study subject.
    factors : ScaleFactors

    Returns
    -------
    dict of str to dict of str to float
        Trial -> ``rms_cm`` and ``max_cm``: root mean square over markers and worst marker, means over frames.
    """
    model, _ = load_generic(GENERIC_MODEL, "study")
    apply_factors(model, factors, FILMED_SUBJECT.mass_kg)
    errors: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "scaled.osim"
        model.printToXML(str(path))
        for trial in FILMED_TRIALS:
            found = solve_kinematics(path, read_trc(session / "MarkerData" / f"{trial}.trc"), "study")
            errors[trial] = {
                "rms_cm": 100.0 * float(np.nanmean(found.marker_rms_m)),
                "max_cm": 100.0 * float(np.nanmean(found.marker_max_m)),
            }
    return errors
