"""A fine-tuned policy under a name of its own: its files and its card in one folder, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.errors import SettingsError
from models.policy_folders import ABOUT_FILE, CARD_FILE, NAME, POLICY_FILE, SHIPPED, VARIABLE, own_folder
from rl_scaling.fine_tuning.before_after import LABELS, Comparison
from rl_scaling.fine_tuning.study import SMALLEST_CELL, Study
from rl_scaling.learning.train import CURVE
from rl_scaling.policy import ScalingPolicy

COMPARISON = "before_after.json"
_TEMPLATE = Path(__file__).parents[1] / "data" / "policy_card.md.j2"
_SEXES = {"f": "female", "m": "male", "unspecified": "not specified"}


@dataclass(frozen=True)
class Registration:
    """What is said of a policy that is registered.

    Attributes
    ----------
    name : str
    parent : ScalingPolicy
        What fine-tuning began with.
    study : Study
    comparison : Comparison
    verdict : str
        What came out, in a sentence.
    """

    name: str
    parent: ScalingPolicy
    study: Study
    comparison: Comparison
    verdict: str


def check_name(name: str, *, overwrite: bool) -> None:
    """Refuse, before anything is trained, a name that cannot be registered or a folder that cannot be written.

    Raises
    ------
    SettingsError
    """
    if not NAME.fullmatch(name):
        raise SettingsError(
            f"{name[:60]!r} cannot be the name of a policy.",
            hint="Accepted: small letters a-z, digits, - and _, 48 at most, a letter or digit first; e.g. my-study.",
        )
    if name in SHIPPED:
        raise SettingsError(
            f"The policy {name!r} comes with Sarcoscope and is not replaced.", hint="Give another --name."
        )
    if (own_folder() / name).exists() and not overwrite:
        raise SettingsError(
            f"There is a policy {name!r} already.", hint="Give another --name, or replace it with --overwrite."
        )
    try:
        own_folder().mkdir(parents=True, exist_ok=True)
        writable = os.access(own_folder(), os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise SettingsError(
            "Policies cannot be registered here: the folder cannot be written.",
            hint=f"Set {VARIABLE} to a folder of your own, for fine-tuning and for assessments alike.",
            file=own_folder().name,
        )


def register(trained: Path, registration: Registration, *, overwrite: bool) -> Path:
    """Register a policy and return its folder.

    Parameters
    ----------
    trained : Path
        Folder of the training.
    registration : Registration
    overwrite : bool
        Whether one of this name, if there is one, is replaced.

    Raises
    ------
    SettingsError
        The name or the folder cannot be used.
    """
    check_name(registration.name, overwrite=overwrite)
    about = json.loads((trained / ABOUT_FILE).read_text("utf-8")) | _about(registration)
    place = own_folder() / registration.name
    unfinished, replaced = (place.with_name(f".{place.name}.{what}") for what in ("unfinished", "replaced"))
    try:
        for left in (unfinished, replaced):
            shutil.rmtree(left, ignore_errors=True)
        unfinished.mkdir()
        for name in (POLICY_FILE, CURVE):
            shutil.copyfile(trained / name, unfinished / name)
        (unfinished / ABOUT_FILE).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        (unfinished / CARD_FILE).write_text(_card(registration, about), encoding="utf-8")
        save_comparison(unfinished, registration.comparison)
        if place.exists():
            place.rename(replaced)
        unfinished.rename(place)
    except OSError as reason:
        if replaced.exists() and not place.exists():
            replaced.rename(place)
        raise SettingsError(
            f"The policy cannot be registered: {reason.strerror or 'unknown reason'}.",
            hint=f"Make space, or set {VARIABLE} to another folder; then run the same command with --resume.",
            file=place.name,
        ) from None
    finally:
        for left in (unfinished, replaced):
            shutil.rmtree(left, ignore_errors=True)
    return place


def save_comparison(folder: Path, comparison: Comparison) -> Path:
    """Write the table of before and after as JSON; return its path."""
    rows = [{"label": LABELS[row.measure]} | asdict(row) for row in comparison.rows]
    told = {"is_better": comparison.is_better, "lost": comparison.lost, "rows": rows}
    path = folder / COMPARISON
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return path


def numbers(comparison: Comparison) -> list[dict[str, str]]:
    """Rows of the table as they are shown."""
    return [
        {
            "label": LABELS[row.measure],
            "n": str(row.n),
            "before": f"{row.before:.2f}",
            "after": f"{row.after:.2f}",
            **{name: f"{getattr(row, name):+.2f}" for name in ("difference", "low", "high")},
        }
        for row in comparison.rows
    ]


def _about(registration: Registration) -> dict[str, Any]:
    return {
        "parent": {"name": registration.parent.name, "version": registration.parent.version},
        "study": asdict(registration.study),
        "is_better": registration.comparison.is_better,
        "created": datetime.now(UTC).date().isoformat(),
        "code": _code(),
    }


def _card(registration: Registration, about: dict[str, Any]) -> str:
    # Loaded when asked for: nobody who only trains needs it.
    from jinja2 import Environment, StrictUndefined

    study = registration.study
    template = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701
    return template.from_string(_TEMPLATE.read_text("utf-8")).render(
        about,
        name=registration.name,
        study=study,
        sexes=_listed([f"{count} {_SEXES[sex]}" for sex, count in study.sexes.items()]),
        ages="not told" if study.ages_years is None else "{:g} to {:g} years".format(*study.ages_years),
        populations=", ".join(about["experiment"]["populations"]),
        smallest_cell=SMALLEST_CELL,
        rows=numbers(registration.comparison),
        verdict=registration.verdict,
    )


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) or "not told"


def _code() -> str:
    """Commit of the checkout that trained; not known where Sarcoscope is no checkout."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"],  # noqa: S607
            capture_output=True, text=True, check=False, cwd=Path(__file__).parent,
        ).stdout.strip()  # fmt: skip
    except OSError:
        found = ""
    return found or "of no Git checkout"
