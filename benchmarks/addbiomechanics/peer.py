"""What AddBiomechanics' engine is given, how it is run, and what of it is kept and read again."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.addbiomechanics.people import EnginePerson
from benchmarks.saving import RESULTS, save
from models.errors import ScalingError, SettingsError
from models.skeleton import GENERIC_MODEL
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from pipeline.files.trc_writer import write_trc

ENGINE = Path(__file__).with_name("engine.py")
SAVED = RESULTS / "addbiomechanics"
SCALER = "addbiomechanics"
FORMAT = 1
# Micrometres: the engine gets what every other scaler gets.
_DECIMALS = 6
_SEXES = ("f", "m")
_LAST_WORDS = 3
_HINT = "Make the saved run again: `python -m benchmarks.addbiomechanics fit --python ...`; see docs/peers.md."


@dataclass(frozen=True)
class EngineTrial:
    """The engine's own marker errors of one trial, with the markers where it moved them on the body.

    Attributes
    ----------
    n_frames : int
        Frames that were fitted.
    rms_m, max_m : float
        Root mean square over markers and worst marker, each a mean over frames, against the raw markers [m].
    """

    n_frames: int
    rms_m: float
    max_m: float


@dataclass(frozen=True)
class EngineFit:
    """A saved run of the engine.

    Attributes
    ----------
    name : str
        Of the person.
    subject : dict of str to str or float
        What the engine knew of the person: ``sex``, ``height_m``, ``mass_kg``.
    factors : ScaleFactors
        By the engine's bodies: all of the skeleton but the patellae.
    trials : dict of str to EngineTrial
    cpu_s, wall_s : float
        Of the whole run, model and prior included; wall time on a machine that may have been shared.
    n_iterations : int
        Ipopt iterations of the last, largest problem.
    converged : bool
        Whether that ended by its tolerance rather than by the limit of iterations.
    largest_move_m : float
        Farthest the engine moved a marker on its body [m].
    made : str
        Commit, machine and date of the run.
    """

    name: str
    subject: dict[str, str | float]
    factors: ScaleFactors
    trials: dict[str, EngineTrial]
    cpu_s: float
    wall_s: float
    n_iterations: int
    converged: bool
    largest_move_m: float
    made: str


def write_job(person: EnginePerson, folder: Path) -> Path:
    """Write one .trc a trial and the job that names them; return the job's path.

    Raises
    ------
    SettingsError
        The engine has no prior for a person of unspecified sex.
    """
    subject = person.subject
    if subject.sex not in _SEXES:
        raise SettingsError(
            f"AddBiomechanics' engine has no body measures for sex {subject.sex!r}.",
            hint=f"Accepted: {', '.join(_SEXES)}.",
        )
    files = {trial: folder / f"{trial}.trc" for trial in person.trials}
    for trial, path in files.items():
        write_trc(path, person.trials[trial], source=person.name, decimals=_DECIMALS)
    job = {
        "model": str(GENERIC_MODEL),
        "subject": _known(subject),
        "every": person.every,
        "tracking": list(person.tracking),
        "trials": {trial: str(path) for trial, path in files.items()},
    }
    path = folder / "job.json"
    path.write_text(json.dumps(job, indent=1) + "\n", encoding="utf-8")
    return path


def check_person(saved: EngineFit, subject: Subject) -> None:
    """Refuse a saved run of somebody else, who had the name before.

    Raises
    ------
    ScalingError
    """
    if saved.subject != _known(subject):
        raise ScalingError(
            f"The saved run of {saved.name} is of another person than is drawn now: "
            f"{saved.subject} instead of {_known(subject)}.",
            hint=f"Delete it. {_HINT}",
        )


def fit(person: EnginePerson, python: Path) -> Path:
    """Run the engine on a person and save what it says; return the saved file.

    Parameters
    ----------
    person : EnginePerson
    python : Path
        Interpreter of the engine's environment.

    Raises
    ------
    ScalingError
        The engine cannot be started, or ends without a result.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job, result, log = write_job(person, folder), folder / "result.json", folder / "log.txt"
        with log.open("w", encoding="utf-8") as words:
            try:
                code = subprocess.run(  # noqa: S603
                    [str(python), str(ENGINE), str(job), str(result)],
                    stdout=words, stderr=subprocess.STDOUT, check=False,
                    env={**os.environ, "OMP_NUM_THREADS": "1"},
                ).returncode  # fmt: skip
            except OSError as reason:
                raise ScalingError(
                    f"AddBiomechanics' engine cannot be started: {reason.strerror or 'unknown reason'}.",
                    hint="Give --python the interpreter of its environment; `make addbiomechanics` makes one.",
                ) from None
        text = log.read_text(encoding="utf-8", errors="replace")
        if code or not result.is_file():
            raise ScalingError(
                f"AddBiomechanics' engine ended with code {code}. Last words: {' / '.join(_last_words(text))}",
                hint="A crash (negative code) mostly means other packages than those of "
                "benchmarks/addbiomechanics/requirements.txt, numpy 2 above all.",
            )
        SAVED.mkdir(parents=True, exist_ok=True)
        said = json.loads(result.read_text(encoding="utf-8"))
        return save(f"{SAVED.name}/{person.name}", said | {"ipopt": ipopt_ends(text)})


def ipopt_ends(log: str) -> list[dict[str, Any]]:
    """Iterations and last word of every Ipopt problem in a log, in order."""
    iterations = re.findall(r"^Number of Iterations\.+:\s*(\d+)", log, re.MULTILINE)
    ends = re.findall(r"^EXIT: (.+?)\.?$", log, re.MULTILINE)
    return [{"iterations": int(count), "exit": end.strip()} for count, end in zip(iterations, ends, strict=False)]


def addbiomechanics_factors(name: str) -> EngineFit:
    """Scale factors that the engine found for a person, and what they cost, from the saved run.

    Parameters
    ----------
    name : str
        `people.FILMED`, `people.FILMED_GUESSED`, or `people.synthetic_name` of a place.

    Raises
    ------
    ScalingError
        There is no saved run of this person, or it is not one of ours.
    """
    path = SAVED / f"{name}.json"
    if not path.is_file():
        raise ScalingError(
            f"There is no saved run of AddBiomechanics' engine for {name!r}.",
            hint=f"Saved: {', '.join(saved_names()) or 'none'}. {_HINT}",
        )
    return read_fit(path)


def saved_names() -> tuple[str, ...]:
    """People with a saved run."""
    return tuple(sorted(path.stem for path in SAVED.glob("*.json")))


def read_fit(path: Path) -> EngineFit:
    """Read a saved run.

    Raises
    ------
    ScalingError
        The file is damaged or of another format.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        format_of_file = record["figures"]["format"]
        fit_read = _fit_of(path.stem, record) if format_of_file == FORMAT else None
    except ScalingError as error:
        raise error.within(file=path.name) from None
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as reason:
        raise ScalingError(
            "The saved run of AddBiomechanics' engine is damaged.", hint=_HINT, file=path.name
        ) from reason
    if fit_read is None:
        raise ScalingError(
            f"The saved run is of format {format_of_file}; {FORMAT} is known.", hint=_HINT, file=path.name
        )
    return fit_read


def _fit_of(name: str, record: dict[str, Any]) -> EngineFit:
    said = record["figures"]
    bodies = tuple(said["body_scales"])
    last = said["ipopt"][-1]
    return EngineFit(
        name=name,
        subject=said["subject"],
        factors=ScaleFactors(bodies, np.array([said["body_scales"][body] for body in bodies], float), SCALER),
        trials={trial: EngineTrial(**one) for trial, one in said["trials"].items()},
        cpu_s=float(said["cpu_s"]),
        wall_s=float(said["wall_s"]),
        n_iterations=int(last["iterations"]),
        converged="Optimal" in last["exit"],
        largest_move_m=max(float(np.linalg.norm(move)) for move in said["marker_moves_m"].values()),
        made=f"{record['commit']}, {record['machine']}, {record['date']}",
    )


def _known(subject: Subject) -> dict[str, str | float]:
    return {"sex": subject.sex, "height_m": subject.height_m, "mass_kg": subject.mass_kg}


def _last_words(log: str) -> list[str]:
    lines = [line.strip() for line in log.splitlines() if line.strip() and "WeldJoint" not in line]
    return lines[-_LAST_WORDS:] or ["none"]
