"""AddBiomechanics' marker fitter on one person, run by `benchmarks.addbiomechanics.peer` in an environment of its own.

``python engine.py JOB.json RESULT.json``, with the packages of ``requirements.txt`` beside this file and nothing of
Sarcoscope. The settings are those of the kinematics pass of AddBiomechanics (its ``server/engine/src/kinematics_pass/
subject.py``, 500 iterations); the fitter, the prior and the bone meshes are those of the nimblephysics wheel.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nimblephysics as nimble
import numpy as np

ITERATIONS = 500
RESTARTS = 150
SAMPLES = 150
MAX_TRIALS, MAX_TIMESTEPS = 5, 4000
PRIOR_WEIGHT = 0.1
LEAST_ANATOMICAL = 10
"""The engine takes a model's `fixed` flags as "anatomical" only if more markers than this have it."""

DATA = Path(nimble.__file__).parent / "models" / "rajagopal_data"
PRIOR_TABLE = {"m": "ANSUR_II_MALE_Public.csv", "f": "ANSUR_II_FEMALE_Public.csv"}


def read_model(model_file: Path, folder: Path) -> Any:
    """Parse the model with the bone meshes beside it, and tie left and right as the engine does."""
    (folder / "Geometry").symlink_to(DATA / "Geometry")
    raw, rational = folder / "raw.osim", folder / "rational.osim"
    shutil.copy(model_file, raw)
    parser = nimble.biomechanics.OpenSimParser
    parser.rationalizeJoints(str(raw), str(rational))
    model = parser.parseOsim(str(rational))
    skeleton = model.skeleton
    skeleton.autogroupSymmetricSuffixes()
    if skeleton.getBodyNode("hand_r") is not None:
        skeleton.setScaleGroupUniformScaling(skeleton.getBodyNode("hand_r"))
    skeleton.autogroupSymmetricPrefixes("ulna", "radius")
    for place in (3, 4, 5):
        skeleton.setPositionUpperLimit(place, 1000)
        skeleton.setPositionLowerLimit(place, -1000)
    return model


def write_metrics(model: Any, path: Path) -> None:
    """Write the wheel's body measures in the form that its own reader takes.

    The reader of this version looks bodies up by the name of a bone mesh (``MeshNode``, the file's name without
    ending); the file in the wheel still names bodies (``BodyNode``), on which the reader crashes. Of names that are no
    mesh it takes a measure to be the mean, whatever the scales: the prior would silently do nothing.
    """
    mesh_of = {body: mesh.split(".")[0] for mesh, (body, _) in reversed(list(model.meshMap.items()))}
    document = ElementTree.parse(DATA / "ANSUR_Rajagopal_metrics.xml")  # noqa: S314  # a file of the wheel
    for element in document.getroot().iter("BodyNode"):
        element.tag, element.text = "MeshNode", mesh_of[element.text]
    document.write(path)


def make_fitter(model: Any, subject: dict[str, Any], tracking: list[str], folder: Path) -> Any:
    """Set up the fitter with the engine's weights and the ANSUR prior of the person's sex, stature and mass.

    Without names of tracking markers the engine's own rule holds: the model's flags if enough markers have one, else
    names that end in 1, 2 or 3.
    """
    fitter = nimble.biomechanics.MarkerFitter(model.skeleton, model.markersMap)
    fitter.setInitialIKSatisfactoryLoss(1e-5)
    fitter.setInitialIKMaxRestarts(RESTARTS)
    fitter.setIterationLimit(ITERATIONS)
    fitter.setIgnoreJointLimits(False)
    if tracking:
        fitter.setTrackingMarkers(tracking)
    elif len(model.anatomicalMarkers) > LEAST_ANATOMICAL:
        fitter.setTrackingMarkers(model.trackingMarkers)
    else:
        fitter.setTriadsToTracking()
    fitter.setRegularizeAnatomicalMarkerOffsets(10.0)
    fitter.setRegularizeTrackingMarkerOffsets(0.05)
    fitter.setMinSphereFitScore(0.01)
    fitter.setMinAxisFitScore(0.001)
    fitter.setMaxJointWeight(1.0)
    write_metrics(model, folder / "metrics.xml")
    prior = nimble.biomechanics.Anthropometrics.loadFromFile(str(folder / "metrics.xml"))
    columns = [*prior.getMetricNames(), "weightkg"]
    table = str(DATA / PRIOR_TABLE[subject["sex"]])
    in_metres = 0.001  # the tables' lengths are in mm; masses, in units of 0.1 kg, become units of 100 kg
    spread = nimble.math.MultivariateGaussian.loadFromCSV(table, columns, in_metres)
    known = {"stature": subject["height_m"], "weightkg": 0.01 * subject["mass_kg"]}
    prior.setDistribution(spread.condition(known))
    if not np.any(prior.getGradientOfLogPDFWrtBodyScales(model.skeleton)):
        sys.exit("The prior does not depend on the scales: its measures were not found on the skeleton.")
    fitter.setAnthropometricPrior(prior, PRIOR_WEIGHT)
    fitter.setExplicitHeightPrior(subject["height_m"], PRIOR_WEIGHT)
    fitter.setRegularizePelvisJointsWithVirtualSpring(0.1)
    return fitter


def read_trial(fitter: Any, path: str, every: int) -> tuple[list[Any], list[Any]]:
    """Markers as they are in the file and as the engine's repair leaves them, both of every n-th frame.

    The repair sees all frames: at 12 Hz it takes steps for errors and moves the feet far off.
    """
    trc = nimble.biomechanics.OpenSimParser.loadTRC(path)
    raw = [{name: place for name, place in frame.items() if np.isfinite(place).all()} for frame in trc.markerTimesteps]
    if not fitter.checkForEnoughMarkers(raw):
        sys.exit(f"{path}: fewer than 8 markers of the model are seen.")
    report = fitter.generateDataErrorsReport(
        raw,
        1.0 / trc.framesPerSecond,
        rippleReduce=True,
        rippleReduceUseSparse=True,
        rippleReduceUseIterativeSolver=True,
        rippleReduceSolverIterations=100_000,
    )
    repaired = [
        {name: report.getMarkerPositionOnTimestep(frame, name) for name in report.getMarkerNamesOnTimestep(frame)}
        for frame in range(report.getNumTimesteps())
    ]
    return raw[::every], repaired[::every]


def main(job_file: Path, result_file: Path) -> None:
    """Fit one person and write what was found."""
    job = json.loads(job_file.read_text(encoding="utf-8"))
    began_s = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        model = read_model(Path(job["model"]), Path(name))
        fitter = make_fitter(model, job["subject"], job["tracking"], Path(name))
        trials = {trial: read_trial(fitter, path, job["every"]) for trial, path in job["trials"].items()}
        settings = nimble.biomechanics.InitialMarkerFitParams()
        settings.setMaxTrialsToUseForMultiTrialScaling(MAX_TRIALS)
        settings.setMaxTimestepsToUseForMultiTrialScaling(MAX_TIMESTEPS)
        fits = fitter.runMultiTrialKinematicsPipeline([repaired for _, repaired in trials.values()], settings, SAMPLES)
    skeleton = model.skeleton
    skeleton.setGroupScales(fits[0].groupScales)
    generic = {marker: place for marker, (_, place) in model.markersMap.items()}
    fitted = fits[0].updatedMarkerMap
    errors = {}
    for (trial, (raw, _)), fit in zip(trials.items(), fits, strict=True):
        report = nimble.biomechanics.IKErrorReport(skeleton, fitted, fit.poses, raw)
        errors[trial] = {
            "n_frames": len(raw),
            "rms_m": float(report.averageRootMeanSquaredError),
            "max_m": float(report.averageMaxError),
        }
    used = resource.getrusage(resource.RUSAGE_SELF)
    bodies = [skeleton.getBodyNode(index) for index in range(skeleton.getNumBodyNodes())]
    result = {
        "format": 1,
        "subject": job["subject"],
        "body_scales": {body.getName(): [float(factor) for factor in body.getScale()] for body in bodies},
        "marker_moves_m": {marker: [float(x) for x in fitted[marker][1] - generic[marker]] for marker in fitted},
        "tracking_markers": [marker for marker in fitted if fitter.getMarkerIsTracking(marker)],
        "trials": errors,
        "cpu_s": used.ru_utime + used.ru_stime,
        "wall_s": time.perf_counter() - began_s,
        "iteration_limit": ITERATIONS,
        "nimblephysics": version("nimblephysics"),
        "numpy": version("numpy"),
    }
    result_file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
