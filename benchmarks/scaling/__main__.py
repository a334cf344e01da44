"""Run the comparison of all scalers: synthetic older adults, real recordings, what is wanted and whether it is met."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.addbiomechanics.peer import addbiomechanics_factors, saved_names
from benchmarks.saving import save
from benchmarks.scaling.acceptance import compared, pooled
from benchmarks.scaling.methods import (
    ADDBIOMECHANICS,
    MEASUREMENT,
    OPTIMISER,
    PUBLISHED_FORWARD,
    PUBLISHED_TRANSFORMER,
    RESIDUAL,
    TUNED,
    Methods,
)
from benchmarks.scaling.peers import QUICK, Budget, regressors, tuned_prior
from benchmarks.scaling.printing import NOT_RUN, REAL_COLUMNS, SYNTHETIC_COLUMNS, print_table
from benchmarks.scaling.real import OWN_MODEL, REFUSED, Numbers, cost_of, real_table
from benchmarks.scaling.recordings import OC_A, RECORDINGS
from benchmarks.scaling.synthetic import Table, engine_table, synthetic_table
from models.skeleton.kinematics import SkeletonTree
from rl_scaling.learning.drawing import generic_tree
from rl_scaling.policy import ScalingPolicy

ROOT = Path(__file__).resolve().parents[2]
POOLED = f"{RESIDUAL}, all seeds"
MOST_CM, MOST_S, TIMES_LESS = 1.15, 1.0, 300.0


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Print, save and return all figures."""
    given = _options().parse_args(arguments)
    torch.set_num_threads(1)
    budget, n_people = (QUICK, 8) if given.quick else (Budget(), given.people)
    tree = generic_tree()
    tuned, tried = tuned_prior(tree, budget)
    residual = _rows(RESIDUAL, given.residual)
    searches = {OPTIMISER: ScalingPolicy.optimiser(), TUNED: tuned}
    searches |= _rows(PUBLISHED_FORWARD, given.published_feed_forward)
    searches |= _rows(PUBLISHED_TRANSFORMER, given.published_transformer) | residual
    methods = Methods(searches, regressors(tree, budget, given.cache))
    figures: dict[str, Any] = {
        "people": n_people,
        "policies": {row: f"{policy.name} {policy.version}" for row, policy in searches.items()},
        "prior weights tried, on other people": tried,
        "prior weight tuned": tuned.settings.objective.prior,
    }
    figures["synthetic"], lines = _synthetic(tree, methods, list(residual), n_people)
    figures["synthetic, AddBiomechanics' people"] = _engine(tree, methods)
    if not given.quick:
        figures["real"] = _real(methods, given.data)
        lines["1: OC-A, movement kept back"] = _wanted_on_oc_a(figures["real"].get(OC_A, {}), list(residual))
        timed = next(iter(residual.values()), searches[OPTIMISER])
        lines["4: time"] = _wanted_of_time(timed, given.data, RESIDUAL if residual else OPTIMISER)
    figures["acceptance"] = lines
    for title, texts in lines.items():
        print(f"\nAcceptance {title}")
        for text in texts:
            print(f"    {text}")
    if given.quick:
        print("\nA smoke run: nothing is saved, and no figure means anything.")
    else:
        print(f"\nsaved: {save('scaling', figures)}")
    return figures


def _synthetic(
    tree: SkeletonTree, methods: Methods, residual: list[str], n_people: int
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    table = synthetic_table(tree, methods, n_people)
    if residual:
        table[POOLED] = pooled(table, residual)
    rows = _with_absent({name: row.summary for name, row in table.items()})
    print_table(f"{n_people} synthetic older adults, errors in mm", rows, SYNTHETIC_COLUMNS)
    return rows, _wanted_of_policies(table, residual)


def _wanted_of_policies(table: Table, residual: list[str]) -> dict[str, list[str]]:
    """Lines of acceptance 2: every seed and all together, against both optimisers."""
    if not residual:
        return {f"2: {RESIDUAL} against {OPTIMISER}": [NOT_RUN]}
    return {
        f"2: {row} against {optimiser}": [str(line) for line in compared(table[row], table[optimiser])]
        for optimiser in (OPTIMISER, TUNED)
        for row in (POOLED, *residual)
    }


def _engine(tree: SkeletonTree, methods: Methods) -> dict[str, Any]:
    table = engine_table(tree, methods)
    rows: dict[str, Any] = {name: row.summary for name, row in table.items()} or {ADDBIOMECHANICS: {"": NOT_RUN}}
    title = f"Other synthetic older adults, those with a saved run of {ADDBIOMECHANICS}, errors in mm"
    print_table(title, rows, SYNTHETIC_COLUMNS)
    return rows


def _real(methods: Methods, data: Path) -> dict[str, dict[str, Numbers]]:
    table = real_table(methods, data)
    for recording in RECORDINGS:
        if recording.name in table:
            rows = table[recording.name] = _with_absent(table[recording.name])
            rows.setdefault(ADDBIOMECHANICS, {"": NOT_RUN})
            print_table(f"{recording.name}: {recording.text}, errors in cm", rows, REAL_COLUMNS)
    return table


def _wanted_on_oc_a(rows: dict[str, Numbers], residual: list[str]) -> list[str]:
    """Lines of acceptance 1."""
    found = [rows[row] for row in residual if row in rows and "unseen_rms_cm" in rows[row]]
    if not found:
        return [NOT_RUN if not rows else f"{RESIDUAL}: {rows.get(next(iter(residual), ''), {}).get(REFUSED, NOT_RUN)}"]
    rms_cm, max_cm = (
        sum(float(row[name]) for row in found) / len(found) for name in ("unseen_rms_cm", "unseen_max_cm")
    )
    lines = [f"E_rms {rms_cm:.2f} cm, wanted <= {MOST_CM:g} cm: {_met(rms_cm <= MOST_CM)}"]
    for peer in (MEASUREMENT, *RECORDINGS[0].addbiomechanics, OWN_MODEL):
        theirs = rows.get(peer, {}).get("unseen_max_cm")
        if theirs is None:
            lines.append(f"E_max {max_cm:.2f} cm, wanted below that of {peer}: {peer} {NOT_RUN}")
        else:
            verdict = _met(max_cm < float(theirs))
            lines.append(f"E_max {max_cm:.2f} cm, wanted below that of {peer}, {float(theirs):.2f} cm: {verdict}")
    return lines


def _wanted_of_time(policy: ScalingPolicy, data: Path, row: str) -> list[str]:
    """Lines of acceptance 4 that concern one person's scaling."""
    if not (data / RECORDINGS[0].folder).is_dir():
        return [NOT_RUN]
    cost = cost_of(policy, data)
    lines = [
        f"{row}, ScalingPolicy.scale on OC-A, two threads: {cost.wall_s:.2f} s ({cost.cpu_s:.2f} CPU s), "
        f"wanted <= {MOST_S:g} s: {_met(cost.wall_s <= MOST_S)}"
    ]
    for peer, run in RECORDINGS[0].addbiomechanics.items():
        if run not in saved_names():
            lines.append(f"CPU time against {peer}: {NOT_RUN}")
            continue
        theirs_s = addbiomechanics_factors(run).cpu_s
        times = theirs_s / cost.cpu_s
        lines.append(
            f"{peer}: {theirs_s:.0f} CPU s (saved run), {times:.0f} times more, "
            f"wanted >= {TIMES_LESS:g}: {_met(times >= TIMES_LESS)}"
        )
    return lines


def _with_absent(rows: dict[str, Any]) -> dict[str, Any]:
    """Rows, and those of policies that were not given."""
    absent = [
        name
        for name in (PUBLISHED_FORWARD, PUBLISHED_TRANSFORMER, RESIDUAL)
        if not any(row.startswith(name) for row in rows)
    ]
    return rows | {name: {"": NOT_RUN} for name in absent}


def _rows(name: str, paths: list[str]) -> dict[str, ScalingPolicy]:
    """Policies by row; seeds are counted where there are several."""
    policies = [ScalingPolicy.load(path) for path in paths]
    return {f"{name}, seed {seed}" if len(paths) > 1 else name: policy for seed, policy in enumerate(policies)}


def _met(is_met: bool) -> str:
    return "met" if is_met else "not met"


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    options.add_argument("--people", type=int, default=500, help="synthetic older adults")
    options.add_argument("--quick", action="store_true", help="8 people, no real data: only to see that it runs")
    options.add_argument("--cache", type=Path, default=ROOT / "results" / "scaling", help="folder of the regressors")
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="real recordings")
    for option, text in (
        ("--residual", "residual policy, one a seed: names or files"),
        ("--published-feed-forward", "published policy with feed-forward networks, one a seed"),
        ("--published-transformer", "published policy with Transformers, one a seed"),
    ):
        options.add_argument(option, nargs="*", default=[], metavar="POLICY", help=text)
    return options


if __name__ == "__main__":
    main()
