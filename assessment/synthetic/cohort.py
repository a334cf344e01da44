"""A synthetic cohort: sessions of fictional people, the manifest that `cohort` takes, and what is true of each."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from assessment.synthetic.people import Population
from assessment.workers import Workers
from models.errors import SarcoscopeError, SettingsError

# Study codes have six digits.
MOST_SESSIONS = 999_999
MANIFEST, SESSIONS, TRUTH = "manifest.csv", "sessions", "truth"
COLUMNS = (
    *("participant", "visit", "session", "height_m", "mass_kg", "sex", "age_years", "seat_height_m", "grip_kg"),
    "group",
)
README = """# A synthetic cohort

SYNTHETIC: computed, not recorded. None of these people exists. Written by `python -m assessment synthesise`;
docs/synthetic-cohorts.md says how, and what is unlike people.

- manifest.csv: one line a session, as `python -m assessment cohort manifest.csv` takes it.
- sessions/: the sessions, in the layout of an OpenCap download.
- truth/values.csv: what an assessment should find, one line a session.
- truth/CODE_V1.json: the person, true scale factors, events and values; truth/CODE_V1.parquet: every frame's true
  angles, contact forces and joint moments.
"""


def synthesise(
    out: Path, n: int, population: Population, seed: int, workers: Workers, on_done: Callable[[], None]
) -> None:
    """Write a cohort; `check_request` says what is accepted.

    Parameters
    ----------
    out : Path
        New or empty folder.
    n : int
        How many sessions; those of a smaller cohort are the first of a larger one.
    population : Population
    seed : int
        The same seed gives the same files, however many workers there are.
    workers : Workers
    on_done : callable
        Called after every session.

    Raises
    ------
    SettingsError
        As `check_request`.
    """
    check_request(out, n, seed)
    out.mkdir(parents=True, exist_ok=True)
    (out / "README.md").write_text(README, encoding="utf-8")
    rows: list[dict[str, dict[str, object]]] = [{}] * n
    for place, made in workers.run_all(make, [(out, population, seed, number) for number in range(1, n + 1)]):
        if isinstance(made, SarcoscopeError):
            raise made
        rows[place] = made
        on_done()
    _write_rows(out / MANIFEST, [row["manifest"] for row in rows])
    _write_rows(out / TRUTH / "values.csv", [row["truth"] for row in rows])


def check_request(out: Path, n: int, seed: int) -> None:
    """Refuse what no cohort can be made of.

    Raises
    ------
    SettingsError
        There is no such number of sessions or seed, or the folder holds something or is none.
    """
    if not 1 <= n <= MOST_SESSIONS:
        raise SettingsError(f"{n} sessions cannot be made.", hint=f"Accepted: 1 to {MOST_SESSIONS}.")
    if seed < 0:
        raise SettingsError(f"{seed} is no seed.", hint="Accepted: 0 or a positive whole number.")
    if out.exists() and not out.is_dir():
        raise SettingsError(f"{out} is a file.", hint="Give a new folder; the manifest is written into it.")
    if out.exists() and any(out.iterdir()):
        raise SettingsError(f"{out} is there already and not empty.", hint="Give a new folder.")


def make(out: Path, population: Population, seed: int, number: int) -> dict[str, dict[str, object]]:
    """Write one participant's session and truth; returns its lines of the manifest and of the table of truth."""
    from assessment.synthetic.files import VISIT, write_session, write_truth
    from assessment.synthetic.session import make_session
    from assessment.synthetic.true_values import true_values

    session = make_session(population, seed, number)
    person, subject = session.participant, session.participant.person.subject
    folder = f"{SESSIONS}/OpenCapData_{person.code}"
    write_session(session, out / folder)
    write_truth(session, out / TRUTH)
    key: dict[str, object] = {"participant": person.code, "visit": VISIT, "group": person.group or ""}
    told = {
        "session": folder,
        "height_m": subject.height_m,
        "mass_kg": subject.mass_kg,
        "sex": subject.sex,
        "age_years": subject.age_years,
        "seat_height_m": person.seat_height_m,
        "grip_kg": person.grip_kg,
    }
    row = key | told
    return {"manifest": {column: row[column] for column in COLUMNS}, "truth": {**key, **true_values(session)}}


def _write_rows(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
