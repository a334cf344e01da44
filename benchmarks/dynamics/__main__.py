"""Run the comparison: rows, means against what is wanted, peaks, and the simulation."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
import torch

import benchmarks.dynamics as described
from assessment.validation import JOINTS, peak_errors
from benchmarks.dynamics import own, shipped, simulation, video
from benchmarks.dynamics.rows import Movement, Row, compare, peak_table
from benchmarks.dynamics.seat_offs import summary
from benchmarks.dynamics.targets import TARGETS, verdicts
from benchmarks.saving import save
from models.errors import SarcoscopeError
from models.subject import ACCEPTED_SEXES

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("shipped", "own", "video", "simulation")


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Print, save and return all figures."""
    given = _options().parse_args(arguments)
    torch.set_num_threads(1)
    if not (given.data / shipped.FOLDER).is_dir():
        sys.exit(f"The recordings are not in {given.data}. Give their folder as --data.")
    figures: dict[str, Any] = {"rows": {}, "wanted": {}, "failed": {}}
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for part in PARTS[:3]:
            of_part = list(_rows(part, Path(folder) / part, given, figures["failed"]))
            figures["rows"][part] = {row.name: row.saved() for row in of_part}
            figures["wanted"][part] = _print_wanted(of_part)
            rows += [row for row in of_part if part == "shipped"]
    figures["peaks"] = _print_peaks(rows)
    figures["seat_offs"] = _print_seat_offs(rows)
    figures["simulation"] = {
        trial: _print_simulation(trial, given.data)
        for trial in simulation.TRIALS
        if fnmatch(f"simulation/{trial}", given.only)
    }
    if given.only == "*" and given.sex is None:
        print(f"saved {save('dynamics', figures).name}")
    else:
        print("\nOnly a part was run, or a sex supposed: nothing is saved.")
    return figures


def _rows(part: str, work: Path, given: argparse.Namespace, failed: dict[str, str]) -> Iterator[Row]:
    """Rows of a part as they are finished, printed; a trial that fails is named and takes no other with it."""

    def wanted(trial: str) -> bool:
        return fnmatch(f"{part}/{trial}", given.only)

    work.mkdir()
    printed = False
    found: Iterator[tuple[str, str, Movement, Movement | None]]
    if part == "video":
        found = ((name, "video", true, filmed) for name, true, filmed in video.movements(work, wanted))
    elif part == "own":
        found = ((name, group, movement, None) for name, group, movement in own.movements(work, wanted, given.sex))
    else:
        found = ((name, group, movement, None) for name, group, movement in shipped.movements(given.data, work, wanted))
    for name, group, measured, estimated in found:
        try:
            row = compare(name, group, measured, estimated)
        except SarcoscopeError as error:
            failed[f"{part}/{name}"] = str(error)
            print(f"{name:24s} failed: {error.message}")
            continue
        if not printed:
            _print_header(part)
            printed = True
        _print_row(row)
        yield row


def _print_header(part: str) -> None:
    print(f"\n{part}")
    print(
        f"{'':24s} {'GRF':>5s} {'fwd':>5s} {'up':>5s} {'right':>5s} {'CoP':>4s} {'split':>5s}  "
        f"{'hip':>5s} {'add.':>5s} {'knee':>5s} {'ankle':>5s}  {'knee peaks %':>12s} {'cover':>5s} {'time':>5s}"
    )
    print(
        f"{'':24s} {'N/kg':>5s} {'RMSE N/kg':>17s} {'mm':>4s} {'pts':>5s}  {'RMSE Nm/kg':>23s}  "
        f"{'bias':>6s}{'abs.':>6s}"
    )


def _print_row(row: Row) -> None:
    errors, knee = row.agreement, peak_errors(row.peaks).get("knee_extension")
    forces = " ".join(f"{error:5.2f}" for error in errors.force_rmse_n_per_kg.values())
    moments = " ".join(f"{errors.moment_rmse_nm_per_kg.get(joint, np.nan):5.3f}" for joint in JOINTS)
    peaks = f"{knee.bias_percent:+6.0f}{knee.mean_absolute_percent:6.0f}" if knee else f"{'-':>12s}"
    covered = f"{np.mean(list(errors.interval_coverage.values())):5.0%}" if errors.interval_coverage else f"{'-':>5s}"
    print(
        f"{row.name:24s} {errors.grf_n_per_kg:5.2f} {forces} {_or_dash(errors.pressure_point_mm, 4)} "
        f"{_or_dash(errors.load_split_points, 5)}  {moments}  {peaks} {covered} {row.seconds:4.1f}s",
        flush=True,
    )


def _or_dash(value: float | None, width: int) -> str:
    return f"{'-':>{width}s}" if value is None else f"{value:{width}.0f}"


def _print_wanted(rows: list[Row]) -> dict[str, Any]:
    """Means by kind of trial and mass, against what is wanted."""
    wanted = {}
    for group, target in TARGETS.items():
        # Subject 4's walks come twice, with both of the person's masses.
        for mass in dict.fromkeys(_mass_in(row) for row in rows if row.group == group):
            of_group = [row for row in rows if row.group == group and _mass_in(row) == mass]
            if target is None:
                continue
            name = f"{group} {mass}".strip()
            found = verdicts(of_group, target)
            wanted[name] = {column: asdict(verdict) | {"met": verdict.met} for column, verdict in found.items()}
            texts = (f"{column} {verdict.text}" for column, verdict in found.items())
            print(f"  mean of {len(of_group)} {name}: {', '.join(texts)}")
    return wanted


def _mass_in(row: Row) -> str:
    return " ".join(row.name.split()[-2:]) if row.name.endswith(" kg") else ""


def _print_peaks(rows: list[Row]) -> dict[str, dict[str, float]]:
    table = peak_table(rows)
    if table:
        print("\nPeaks of all repetitions, shipped model and angles [Nm/kg]")
    for joint, line in table.items():
        print(
            f"{joint:24s} n {line['n']:3.0f}  plates {line['plates_nm_per_kg']:.2f}  "
            f"bias {line['bias_nm_per_kg']:+.2f}  RMS {line['rms_nm_per_kg']:.2f}"
        )
    return table


def _print_seat_offs(rows: list[Row]) -> dict[str, float]:
    errors = [error for row in rows for error in row.seat_offs]
    if not errors:
        return {}
    line = summary(errors)
    print(
        f"\nSeat-off against the plates, shipped model and angles: n {line['n']:.0f}  bias {line['bias_s']:+.3f} s  "
        f"RMS {line['rms_s']:.3f} s  stated standard deviation {line['stated_sd_s']:.3f} s"
    )
    return line


def _print_simulation(trial: str, data: Path) -> dict[str, Any]:
    print(f"\nsimulation: {trial}, RMS per body mass, ours to OpenSimAD / between OpenSimAD's repetitions")
    found = simulation.differences(data, trial)
    for quantity, one in found.items():
        print(f"{quantity:24s} {one.ours:.3f} / {one.repetitions:.3f}  {'met' if one.met else 'missed'}")
    pushes = simulation.pushes(data, trial)
    print("feet push apart [N/kg]:  " + ", ".join(f"{name} {push:.2f}" for name, push in pushes.items()))
    return {quantity: asdict(one) | {"met": one.met} for quantity, one in found.items()} | {"feet_push_apart": pushes}


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.dynamics",
        description=described.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="real recordings")
    options.add_argument(
        "--only",
        default="*",
        metavar="PATTERN",
        help=f"trials as PART/TRIAL, e.g. 'own/STS*'; parts: {', '.join(PARTS)}",
    )
    options.add_argument("--sex", choices=ACCEPTED_SEXES, help="suppose this of the people of the part `own`")
    return options


if __name__ == "__main__":
    main()
