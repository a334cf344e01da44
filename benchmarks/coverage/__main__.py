"""Run the draws and print how often each indicator's 95 % interval holds its truth."""

from __future__ import annotations

import argparse
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from assessment.uncertainty import Z95
from assessment.workers import default_workers
from benchmarks.coverage.draws import Drawn, assess_draw
from benchmarks.saving import save

WANTED = 0.90
# What is withheld in more than nine of ten draws has too few values for a share of them.
OFTEN_ENOUGH = 0.10


def main() -> None:
    """Print the table and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--first", type=int, default=1, help="seed of the first draw")
    arguments = parser.parse_args()
    found: dict[tuple[str, str], list[Drawn]] = defaultdict(list)
    seeds = range(arguments.first, arguments.first + arguments.draws)
    with ProcessPoolExecutor(default_workers(), mp_context=get_context("spawn")) as pool:
        for done, drawn in enumerate(pool.map(assess_draw, seeds), start=1):
            for one in drawn:
                found[one.trial, one.key[0]].append(one)
            print(f"{done} of {len(seeds)} draws", flush=True)
    rows = {f"{trial}: {name}": _row(ones) for (trial, name), ones in found.items()}
    print(f"{'indicator':60} {'truth':>8} {'bias':>8} {'error':>8} {'stated':>8} {'held':>6} {'worst':>6} {'given':>6}")
    for name, row in sorted(rows.items()):
        print(
            f"{name:60} {row['truth']:8.3g} {row['bias']:8.3g} {row['rms_error']:8.3g} {row['stated_error']:8.3g} "
            f"{row['held_share']:6.0%} {row['worst_held_share']:6.0%} {row['given_share']:6.0%}"
        )
    given = {name: row for name, row in rows.items() if row["given_share"] >= OFTEN_ENOUGH}
    short = [name for name, row in given.items() if row["held_share"] < WANTED]
    print(f"{len(given) - len(short)} of {len(given)} indicators hold the truth in {WANTED:.0%} of draws or more")
    withheld = [name for name, row in rows.items() if name not in given]
    print(f"withheld in nine of ten draws or more: {', '.join(withheld) or 'none'}")
    print(f"short of it: {', '.join(short) or 'none'}")
    single = [name for name, row in given.items() if row["worst_held_share"] < WANTED and name not in short]
    print(f"a single side or repetition short of it: {', '.join(single) or 'none'}")
    print(f"saved {save('coverage', {'draws': arguments.draws, 'short': short, 'rows': rows}).name}")


def _row(ones: list[Drawn]) -> dict[str, float]:
    """Of one indicator of a trial, over draws, sides and repetitions; worst: of the single side and repetition."""
    with_value = [one for one in ones if one.value is not None]
    if not with_value:
        return dict.fromkeys(("truth", "bias", "rms_error", "stated_error", "held_share", "worst_held_share"), 0.0) | {
            "given_share": 0.0
        }
    errors = np.array([one.value - one.truth for one in with_value if one.value is not None])
    stated = np.array([one.standard_error or 0.0 for one in with_value])
    # What rounding does to a count or a time is no error.
    held = np.abs(errors) <= Z95 * stated + 1e-6
    single: dict[object, list[bool]] = defaultdict(list)
    for one, holds in zip(with_value, held, strict=True):
        single[one.key].append(bool(holds))
    return {
        "truth": float(np.mean([one.truth for one in with_value])),
        "bias": float(errors.mean()),
        "rms_error": float(np.sqrt(np.mean(errors**2))),
        "stated_error": float(np.sqrt(np.mean(stated**2))),
        "held_share": float(held.mean()),
        "worst_held_share": float(min(np.mean(each) for each in single.values())),
        "given_share": len(with_value) / len(ones),
    }


if __name__ == "__main__":
    main()
