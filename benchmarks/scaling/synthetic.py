"""The table of synthetic older adults, and of the few whom AddBiomechanics' engine was run on."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.addbiomechanics.peer import addbiomechanics_factors, check_person, saved_names
from benchmarks.addbiomechanics.people import N_SYNTHETIC, synthetic_name, synthetic_people
from benchmarks.scaling.measures import Judge
from benchmarks.scaling.methods import ADDBIOMECHANICS, Methods, log_scales_of
from benchmarks.scaling.people import TEST_SEED, TestPeople, draw_people, people_of
from models.skeleton.kinematics import SkeletonTree

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One scaler on one group of people.

    Attributes
    ----------
    errors : dict of str to ndarray
        Person by person, see `benchmarks.scaling.measures.Judge.measured`.
    cpu_s : float
        Per person; of synthetic people all are scaled at once.
    """

    errors: dict[str, Array]
    cpu_s: float

    @property
    def summary(self) -> dict[str, float]:
        """Means over people; of the errors along the segments the median over people and segments."""
        numbers = {
            name: float(np.median(values) if name == "long_axes_percent" else values.mean())
            for name, values in self.errors.items()
        }
        return {name: round(value, 4) for name, value in (numbers | {"cpu_s": self.cpu_s}).items()}


Table = dict[str, Row]


def synthetic_table(tree: SkeletonTree, methods: Methods, n_people: int) -> Table:
    """Every method on people of the test."""
    return _table(tree, methods, draw_people(tree, n_people, TEST_SEED))


def engine_table(tree: SkeletonTree, methods: Methods) -> Table:
    """Every method on the synthetic people of AddBiomechanics' saved runs, and these; empty where there are none.

    Raises
    ------
    ScalingError
        A saved run is of somebody else, who had the name before.
    """
    saved = [place for place in range(N_SYNTHETIC) if synthetic_name(place) in saved_names()]
    if not saved:
        return {}
    people = people_of(tree, *synthetic_people(tree)).chosen(np.array(saved))
    fits = [addbiomechanics_factors(synthetic_name(place)) for place in saved]
    for fit, subject in zip(fits, people.subjects, strict=True):
        check_person(fit, subject)
    found = log_scales_of(tree, [fit.factors for fit in fits])
    row = Row(Judge(tree, people).measured(found), float(np.mean([fit.cpu_s for fit in fits])))
    return {ADDBIOMECHANICS: row} | _table(tree, methods, people)


def _table(tree: SkeletonTree, methods: Methods, people: TestPeople) -> Table:
    judge, table = Judge(tree, people), Table()
    for name, find in methods.on_synthetic(tree).items():
        began_s = time.process_time()
        found = find(people)
        cpu_s = (time.process_time() - began_s) / len(people)
        table[name] = Row(judge.measured(found), cpu_s)
        print(f"    {name}: done", flush=True)
    return table
