"""``python -m benchmarks.addbiomechanics fit|score``: see the package."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.addbiomechanics.judge import SyntheticJudge, filmed_errors_cm
from benchmarks.addbiomechanics.peer import EngineFit, addbiomechanics_factors, check_person, fit, saved_names
from benchmarks.addbiomechanics.people import (
    FILMED,
    FILMED_GUESSED,
    N_SYNTHETIC,
    EnginePerson,
    engine_person,
    filmed_person,
    synthetic_name,
    synthetic_people,
)
from benchmarks.saving import save
from models.errors import SarcoscopeError, SettingsError
from models.skeleton.marker_sets import marker_set
from rl_scaling.learning.drawing import generic_tree

FILMED_NAMES = (FILMED, FILMED_GUESSED)
SYNTHETIC = tuple(synthetic_name(place) for place in range(N_SYNTHETIC))
_SESSION_HINT = "Give --session, the folder of OpenCap's field-study subject."


def fit_missing(names: tuple[str, ...], python: Path, session: Path | None) -> None:
    """Run the engine on everyone of these who has no saved run yet."""
    for name in names:
        if name in saved_names():
            print(f"{name}: saved already")
            continue
        print(f"{name}: {fit(_person(name, session), python)}", flush=True)


def score(session: Path | None) -> dict[str, Any]:
    """Judge every saved run; print and return the table."""
    figures: dict[str, Any] = {}
    synthetic: SyntheticJudge | None = None
    for name in saved_names():
        saved = addbiomechanics_factors(name)
        if name in SYNTHETIC:
            synthetic = synthetic or SyntheticJudge()
            place = SYNTHETIC.index(name)
            check_person(saved, synthetic.people.people[place].subject)
            figures[name] = asdict(synthetic.judge(place, saved.factors))
            figures[name]["with_true_scales"] = asdict(synthetic.judge(place, synthetic.true_factors(place)))
        elif session is not None:
            figures[name] = filmed_errors_cm(session, saved.factors)
        else:
            raise SettingsError(f"{name} is a filmed person.", hint=_SESSION_HINT)
        figures[name] = _rounded(figures[name]) | _rounded(_of_engine(saved)) | {"from_saved_run": saved.made}
        _print(name, figures[name])
    return figures


def _person(name: str, session: Path | None) -> EnginePerson:
    if name in FILMED_NAMES:
        if session is None:
            raise SettingsError(f"{name} is a filmed person.", hint=_SESSION_HINT)
        return filmed_person(session, name)
    if name not in SYNTHETIC:
        raise SettingsError(
            f"There is no person {name!r}.", hint=f"Accepted: {', '.join((*FILMED_NAMES, *SYNTHETIC))}."
        )
    people, _ = synthetic_people(generic_tree())
    return engine_person(people, SYNTHETIC.index(name), marker_set("study").names)


def _of_engine(saved: EngineFit) -> dict[str, Any]:
    own = {trial: {"rms_cm": 100.0 * one.rms_m, "max_cm": 100.0 * one.max_m} for trial, one in saved.trials.items()}
    return {
        "engine_own_marker_errors": own,
        "largest_marker_move_cm": 100.0 * saved.largest_move_m,
        "cpu_s": saved.cpu_s,
        "wall_s": saved.wall_s,
        "n_iterations": saved.n_iterations,
        "converged": saved.converged,
    }


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _rounded(value) if isinstance(value, dict) else round(value, 3) if isinstance(value, float) else value
        for key, value in figures.items()
    }


def _print(name: str, figures: dict[str, Any]) -> None:
    print(f"{name} (from saved run: {figures['from_saved_run']})")
    for key, value in figures.items():
        if key != "from_saved_run":
            print(f"    {key:28s} {value}")


def main(arguments: list[str]) -> None:
    """Fit or score."""
    parser = argparse.ArgumentParser("python -m benchmarks.addbiomechanics")
    commands = parser.add_subparsers(dest="command", required=True)
    fitting = commands.add_parser("fit", help="run the engine on people without a saved run")
    fitting.add_argument("names", nargs="*", default=[*FILMED_NAMES, *SYNTHETIC], metavar="NAME")
    fitting.add_argument("--python", type=Path, required=True, help="interpreter of the engine's environment")
    scoring = commands.add_parser("score", help="judge the saved runs")
    for command in (fitting, scoring):
        command.add_argument("--session", type=Path, help="folder of OpenCap's field-study subject")
    given = parser.parse_args(arguments)
    try:
        if given.command == "fit":
            fit_missing(tuple(given.names), given.python, given.session)
        else:
            print(f"saved: {save('addbiomechanics', score(given.session))}")
    except SarcoscopeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
