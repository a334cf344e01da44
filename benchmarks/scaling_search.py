"""What the choices of the scaling search rest on, and whether its standard errors hold.

``python -m benchmarks.scaling_search OPENCAP_SESSION LAB_SESSION``: the sessions of
`benchmarks.measurement_scaling`. Each person is scaled by the optimiser on the standing pose and one movement; the
scaled model, markers at their generic offsets, is judged on movements that the search never saw. Errors: root mean
square and largest over markers, means over frames [cm].
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.measurement_scaling import FIELD_SUBJECT, LAB_SUBJECT
from benchmarks.saving import save
from models.markers import MarkerTrajectories, ScalingMarkers
from models.skeleton import GENERIC_MODEL, load_model, without_patellae
from models.skeleton.kinematics import SkeletonTree
from models.skeleton.marker_sets import MarkerSetName, marker_set
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from pipeline.files.trc import read_trc
from pipeline.kinematics import solve_kinematics
from pipeline.scaling import apply_factors, load_generic
from pipeline.scaling.marker_placement import remove_unplaced
from pipeline.scaling.measurements import with_hip_centres
from pipeline.scaling.static_window import SETTLING_S, find_static_window
from rl_scaling.people.anthropometry import parameters
from rl_scaling.people.population import ADULTS, OLDER_ADULTS
from rl_scaling.people.subjects import RATE_HZ, SubjectGenerator
from rl_scaling.policy import ScalingPolicy
from rl_scaling.search.objective import ObjectiveWeights

N_PEOPLE = 20
SIMULATED = {"standing": 60, "squat": 200, "sit_to_stand": 200}


def variants() -> Iterator[tuple[str, ScalingPolicy]]:
    """The optimiser as it is, and with one thing changed at a time."""
    usual = ScalingPolicy.optimiser()
    yield "as it is", usual
    for sd_mm in (3.0, 12.0):
        weight = ObjectiveWeights().total_per_m2 * (1e-3 * sd_mm) ** 2
        objective = replace(usual.settings.objective, prior=weight)
        yield f"prior of {sd_mm:g} mm markers", replace(usual, settings=replace(usual.settings, objective=objective))
    for n_frames in (5, 20):
        yield f"{n_frames} frames", replace(usual, n_frames=n_frames)


def real_person(
    session: Path, subject: Subject, set_name: MarkerSetName, static: str, movement: str, unseen: tuple[str, ...]
) -> dict[str, float]:
    """Marker errors on movements that the search did not see."""

    def read(trial: str) -> MarkerTrajectories:
        markers = read_trc(session / "MarkerData" / f"{trial}.trc")
        markers = with_hip_centres(markers)[0] if set_name == "optical" else markers
        return markers.select(marker_set(set_name).names)

    window = find_static_window(read(static), settling_s=SETTLING_S if set_name == "study" else 0.0).markers
    tree = SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL, set_name)))
    given = {label: ScalingMarkers(window, (read(movement),)) for label, _ in variants()}
    figures: dict[str, float] = {}
    for label, policy in [*variants(), ("standing pose alone", ScalingPolicy.optimiser())]:
        start = time.process_time()
        found = policy.scale(given.get(label, ScalingMarkers(window)), subject, tree)
        seconds = time.process_time() - start
        if label == "as it is":
            _tell(figures, f"{movement}: CPU seconds", seconds)
        for trial in unseen:
            rms, worst = _judged(found.factors, subject, set_name, read(trial))
            _tell(figures, f"{movement} -> {trial}, {label}: RMS [cm]", rms)
            _tell(figures, f"{movement} -> {trial}, {label}: worst marker [cm]", worst)
    return figures


def simulated_people() -> dict[str, float]:
    """How often true factors lie within their standard errors."""
    tree = SkeletonTree.from_model(without_patellae(load_model(GENERIC_MODEL)))
    people = SubjectGenerator(tree, (*ADULTS, *OLDER_ADULTS)).sample(N_PEOPLE, SIMULATED, 11)  # type: ignore[arg-type]
    scores, apart = [], []
    for index, person in enumerate(people.people):
        static, *movements = (
            MarkerTrajectories(tree.markers, one.measured_m[index].numpy(), np.arange(one.values.shape[1]) / RATE_HZ)
            for one in people.recordings.values()
        )
        found = ScalingPolicy.optimiser().scale(ScalingMarkers(static, tuple(movements)), person.subject, tree)
        apart.append(found.log_factors - person.log_factors)
        scores.append(apart[-1] / found.standard_errors_log)
    figures: dict[str, float] = {}
    _tell(
        figures, "simulated: true factors within 1.96 standard errors [%]", 100 * float(np.mean(np.abs(scores) < 1.96))
    )
    _tell(figures, "simulated: RMS of error over standard error", float(np.sqrt(np.mean(np.square(scores)))))
    for name in ("femur_y", "tibia_y", "torso_y", "humerus_y"):
        column = np.array(apart)[:, parameters().index(name)]
        _tell(figures, f"simulated: mean error of {name} [%]", 100 * float(column.mean()))
        _tell(figures, f"simulated: RMS error of {name} [%]", 100 * float(np.sqrt(np.mean(column**2))))
    return figures


def _judged(
    factors: ScaleFactors, subject: Subject, set_name: MarkerSetName, markers: MarkerTrajectories
) -> tuple[float, float]:
    model, _ = load_generic(GENERIC_MODEL, set_name)
    apply_factors(model, factors, subject.mass_kg)
    remove_unplaced(model, None, set_name)
    model.finalizeConnections()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scaled.osim"
        model.printToXML(str(path))
        kinematics = solve_kinematics(path, markers, set_name)
    return 100 * float(kinematics.marker_rms_m.mean()), 100 * float(kinematics.marker_max_m.mean())


def _tell(figures: dict[str, float], label: str, value: float) -> None:
    figures[label] = round(value, 3)
    print(f"{label:75s} {value:8.3f}", flush=True)


def main(field_session: Path, lab_session: Path) -> None:
    """Print and save all figures."""
    figures = real_person(field_session, FIELD_SUBJECT, "study", "neutral", "Squats_0", ("Asym_0",))
    figures |= real_person(lab_session, LAB_SUBJECT, "optical", "static1", "squats1", ("walking1", "STS1"))
    figures |= simulated_people()
    print(f"saved: {save('scaling_search', figures)}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("python -m benchmarks.scaling_search OPENCAP_SESSION LAB_SESSION")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
