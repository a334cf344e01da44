"""Names of columns are read back as what they were made of."""

from __future__ import annotations

import itertools

import pytest

from assessment.activities.names import VARIANTS
from assessment.catalogue import catalogue
from assessment.cohort.columns import value_columns
from assessment.cohort.rows import column_of
from assessment.uncertainty.measured import Measured


@pytest.mark.parametrize("side", ["r", "l", None])
def test_every_column_tells_what_it_holds(side: str | None) -> None:
    activities = ["", "squat", "pick-up", *(f"{name}/{kind}" for name, kinds in VARIANTS.items() for kind in kinds)]
    for activity, definition in itertools.product(activities, catalogue().values()):
        made = Measured(definition.name, definition.unit, activity, 1.0, None, side)  # type: ignore[arg-type]
        (found,) = value_columns({column_of(made): definition.unit})
        assert (found.indicator, found.activity, found.side) == made.key
        assert (found.label, found.unit) == (definition.label, definition.unit)


def test_what_the_catalogue_does_not_know_is_shown_by_its_name() -> None:
    (found,) = value_columns({"juggling__balls_in_the_air__r": "1"})
    assert (found.activity, found.label, found.side) == ("juggling", "balls in the air", "r")
    assert not found.needs_moments
