"""Made-up studies with known truth, for templates, notebooks and tests. They describe no person."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assessment.results_folder import SUMMARY_NAME
from assessment.study.base import INDICATOR_COLUMNS, SUBJECT_COLUMNS, Study
from assessment.study.curves import POINTS
from assessment.study.figure9 import published_peaks
from assessment.summary import Provenance, SubjectRecord, Summary
from assessment.version import SARCOSCOPE_VERSION
from pipeline.quality import Mark
from pipeline.trajectories import Array

GROUPS = ("healthy", "sarcopenia")
# MAISE measured 28 older adults; how many of them were sarcopenic was not obtained, so halves.
PER_GROUP = 14
# Width of a peak as one SD of a Gaussian, and wobble of each curve about its own; looks of the curves, no claim.
_PEAK_WIDTH_PERCENT = 14.0
_WOBBLE_NM_PER_KG = 0.02


@dataclass(frozen=True)
class _MadeUp:
    """How an indicator is drawn: level of a person, then side, visit and repetition about it.

    Means and SDs are those of `GROUPS`; ``loading`` is the correlation of the level with strength.
    """

    name: str
    activity: str
    variant: str
    unit: str
    sides: tuple[str, ...]
    repetitions: int
    mean: tuple[float, float]
    sd: tuple[float, float]
    side_sd: float
    repetition_sd: float
    visit_sd: float
    loading: float


# Means of torques: `figure9.toml`, as positive magnitudes. All other numbers are of plausible size only.
_BOTH = ("r", "l")
_FIVE_RISES = ("sit-to-stand", "five-times")
_KNEE, _HIP, _ANKLE = (
    f"peak_{joint}_moment_per_kg" for joint in ("knee_extension", "hip_extension", "ankle_plantarflexion")
)
_INDICATORS = (
    _MadeUp(_KNEE, *_FIVE_RISES, "Nm/kg", _BOTH, 5, (0.535, 0.437), (0.25, 0.21), 0.05, 0.08, 0.06, 0.6),
    _MadeUp(_HIP, *_FIVE_RISES, "Nm/kg", _BOTH, 5, (0.658, 0.782), (0.25, 0.25), 0.05, 0.08, 0.06, 0.1),
    _MadeUp(_ANKLE, "step-up", "", "Nm/kg", _BOTH, 3, (1.174, 0.943), (0.18, 0.19), 0.05, 0.08, 0.06, 0.7),
    _MadeUp("five_times_sit_to_stand_time", *_FIVE_RISES, "s", ("",), 1, (11.0, 14.5), (2.0, 3.0), 0, 0, 0.9, -0.6),
    _MadeUp("gait_speed", "walking", "overground", "m/s", ("",), 1, (1.15, 0.95), (0.18, 0.18), 0, 0, 0.05, 0.5),
)
_WITHHELD_SHARE = {"healthy": 0.04, "sarcopenia": 0.12}
_CAUTION_SHARE = 0.10


def synthetic_study(
    seed: int, *, per_group: int = PER_GROUP, effect: float = 1.0, visits: tuple[str, ...] = ("1",)
) -> Study:
    """Draw a study of two groups with repeated repetitions, both sides, withheld values and clinical measures.

    Each participant has a strength that indicators and clinical measures share; the torque differences between groups
    are those digitised from MAISE's Figure 9, the rest is of plausible size only. Nothing changes between visits.

    Parameters
    ----------
    seed : int
    per_group : int
        Participants in each of `GROUPS`.
    effect : float
        Factor on all group differences; 0 draws both groups from the first.
    visits : tuple of str

    Returns
    -------
    Study
        With ``synthetic`` true in every row.
    """
    generator = np.random.default_rng(seed)
    people, rows = [], []
    for number, group in enumerate(np.repeat(GROUPS, per_group)):
        shift = effect * GROUPS.index(group)
        strength = generator.normal()
        person = {"participant": f"S{number + 1:03d}", "group": str(group)} | _clinical(generator, shift, strength)
        usual = [_usual(generator, made_up, shift, strength) for made_up in _INDICATORS]
        for visit in visits:
            session = f"{person['participant']}-{visit}"
            people.append({"session": session, "visit": visit} | person)
            for made_up, levels in zip(_INDICATORS, usual, strict=True):
                rows += _rows(generator, session, str(group), made_up, levels)
    participants = pd.DataFrame(people)
    keys = participants[["session", "participant", "visit", "group"]]
    table = pd.DataFrame(rows, columns=list(INDICATOR_COLUMNS)).astype({"repetition": "Int64"})
    return Study(table.merge(keys, on="session", how="left"), participants)


def synthetic_torque_curves(seed: int, *, per_group: int = PER_GROUP) -> dict[tuple[str, str], pd.DataFrame]:
    """Draw torque curves of two groups whose mean peaks and bands are those digitised from MAISE's Figure 9.

    A participant's curve is one smooth peak at the published instant, its height drawn with the group's mean and SD,
    plus a small smooth wobble. Joints and tasks are drawn independently of each other and nobody differs in timing;
    real curves do neither.

    Parameters
    ----------
    seed : int
    per_group : int

    Returns
    -------
    dict
        (task, joint) to curves in Nm/kg: index ``group``, ``participant``; columns 0 ... 100 (%).
    """
    generator = np.random.default_rng(seed)
    percent = np.arange(POINTS, dtype=float)
    index = pd.MultiIndex.from_tuples(
        [(group, f"S{k * per_group + n + 1:03d}") for k, group in enumerate(GROUPS) for n in range(per_group)],
        names=["group", "participant"],
    )
    curves = {}
    for row in published_peaks():
        shape = np.exp(-0.5 * ((percent - row.at_percent) / _PEAK_WIDTH_PERCENT) ** 2)
        heights = np.concatenate(
            [
                generator.normal(mean, np.sqrt(sd**2 - _WOBBLE_NM_PER_KG**2), per_group)
                for mean, sd in zip(row.peak_nm_per_kg, row.sd_nm_per_kg, strict=True)
            ]
        )
        values = heights[:, None] * shape + _wobble(generator, len(heights), percent)
        curves[row.task, row.joint] = pd.DataFrame(values, index=index, columns=range(POINTS))
    return curves


def write_synthetic_results(study: Study, folder: Path) -> Path:
    """Write a synthetic study as results folders of sessions, as far as a study reads them, and its table of people.

    Parameters
    ----------
    study : Study
        As `synthetic_study` returns it.
    folder : Path
        Gets one results folder a session, and ``participants.csv``.

    Returns
    -------
    Path
        The table of participants.
    """
    for person in study.participants.to_dict("records"):
        session = folder / person["session"]
        (session / "Tables").mkdir(parents=True)
        rows = study.indicators[study.indicators["session"] == person["session"]]
        rows[list(INDICATOR_COLUMNS)].to_csv(session / "Tables" / "indicators.csv", index=False)
        (session / SUMMARY_NAME).write_text(_summary(person).model_dump_json(), encoding="utf-8")
    path = folder / "participants.csv"
    study.participants.drop(columns=list(SUBJECT_COLUMNS)).to_csv(path, index=False)
    return path


def _summary(person: dict[Hashable, Any]) -> Summary:
    """The record of a session that never was: whose it is, and no trial."""
    provenance = Provenance(
        created="", sarcoscope_version=SARCOSCOPE_VERSION, opensim_version="", python_version="", settings={},
        generic_model_sha256="", input_sha256={},
    )  # fmt: skip
    return Summary(
        session=person["session"],
        kind="opencap",
        synthetic=True,
        subject=SubjectRecord(**{str(name): person[name] for name in SUBJECT_COLUMNS}),
        models=[],
        trials=[],
        warnings=["Synthetic: only what a study reads is here."],
        provenance=provenance,
    )


def _clinical(generator: np.random.Generator, shift: float, strength: float) -> dict[str, object]:
    sex = str(generator.choice(["f", "m"]))
    tall = sex == "m"
    height_m = generator.normal(1.67 if tall else 1.54, 0.06)
    mean_grip_kg = (34.0 if tall else 22.0) - 7.0 * shift
    return {
        "sex": sex,
        "age_years": round(generator.normal(74.0 + 3.0 * shift, 5.0)),
        "height_m": round(height_m, 2),
        "mass_kg": round((24.0 - 1.5 * shift) * height_m**2 + generator.normal(0.0, 5.0), 1),
        "grip_kg": round(mean_grip_kg + 3.0 * strength + generator.normal(0.0, 2.0), 1),
        "sppb": int(np.clip(round(11.0 - 2.0 * shift + 0.8 * strength + generator.normal(0.0, 0.7)), 0, 12)),
    }


def _usual(generator: np.random.Generator, made_up: _MadeUp, shift: float, strength: float) -> dict[str, float]:
    """A person's own level, by side."""
    mean, sd = (first + shift * (second - first) for first, second in (made_up.mean, made_up.sd))
    own = mean + sd * (made_up.loading * strength + np.sqrt(1.0 - made_up.loading**2) * generator.normal())
    return {side: own + generator.normal(0.0, made_up.side_sd) for side in made_up.sides}


def _rows(
    generator: np.random.Generator, session: str, group: str, made_up: _MadeUp, usual: dict[str, float]
) -> list[dict[str, object]]:
    today = generator.normal(0.0, made_up.visit_sd)
    rows = []
    for side, level in usual.items():
        for repetition in range(1, made_up.repetitions + 1):
            mark, reasons = _mark(generator, group)
            value = level + today + generator.normal(0.0, made_up.repetition_sd)
            rows.append(
                {
                    "session": session,
                    "synthetic": True,
                    "trial": made_up.activity,
                    "activity": made_up.activity,
                    "variant": made_up.variant,
                    "indicator": made_up.name,
                    "repetition": repetition if made_up.repetitions > 1 else None,
                    "side": side,
                    "value": np.nan if mark is Mark.WITHHELD else value,
                    "unit": made_up.unit,
                    "standard_error": np.nan,
                    "quality": mark.value,
                    "reasons": reasons,
                }
            )
    return rows


def _mark(generator: np.random.Generator, group: str) -> tuple[Mark, str]:
    drawn = generator.uniform()
    if drawn < _WITHHELD_SHARE[group]:
        return Mark.WITHHELD, "Synthetic: withheld at random."
    if drawn < _WITHHELD_SHARE[group] + _CAUTION_SHARE:
        return Mark.WITH_CAUTION, "Synthetic: caution at random."
    return Mark.REPORTED, ""


def _wobble(generator: np.random.Generator, n: int, percent: Array) -> Array:
    """Smooth deviations of constant variance along the curve: one random wave a participant."""
    phase = generator.uniform(0.0, 2.0 * np.pi, n)[:, None]
    return _WOBBLE_NM_PER_KG * np.sqrt(2.0) * np.sin(4.0 * np.pi * percent / 100.0 + phase)
