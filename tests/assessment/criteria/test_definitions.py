"""The data files: complete, in order, and refused where they are not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from assessment.criteria.definitions import FRAMEWORKS, Framework, criteria_sha256, framework

MINIMAL: dict[str, Any] = {
    "key": "own", "title": "Own", "edition": "1", "citation": "none", "doi": "10.0/0", "region": "none",
    "population": "nobody",
    "criteria": {
        "low": {
            "quantity": "grip_kg", "operator": "<", "protocol": "any", "cut_offs": [{"value": 1.0, "provenance": "M"}],
        }
    },
    "stages": [{"label": "low", "rule": "low"}],
}  # fmt: skip


@pytest.mark.parametrize("key", FRAMEWORKS)
def test_everything_a_reader_needs_is_there(key: str) -> None:
    rules = framework(key)
    assert rules.doi.startswith("10.")
    assert rules.citation
    assert rules.population
    for criterion in rules.criteria.values():
        assert criterion.protocol
        for row in criterion.cut_offs:
            assert (row.sources is not None) == (row.provenance == "S"), (key, criterion.quantity)


@pytest.mark.parametrize("key", FRAMEWORKS)
def test_one_cut_off_for_everybody(key: str) -> None:
    """No gap and no overlap: any sex, age and method finds exactly one row."""
    rules = framework(key)
    first = int(rules.applies_from_age_years or 18)
    for name, criterion in rules.criteria.items():
        methods = {row.method for row in criterion.cut_offs}
        for sex in ("m", "f"):
            for age in (first, 49.9, 50, 64.9, 65, 120):
                for method in methods:
                    rows = [
                        row
                        for row in criterion.cut_offs
                        if row.in_band(max(age, first)) and row.sex in (None, sex) and row.method == method
                    ]
                    assert len(rows) == 1, (name, sex, age, method)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stages": [{"label": "low", "rule": "lwo"}]}, "'lwo' is neither a rule nor a criterion"),
        ({"stages": [{"label": "low", "rule": {"some_of": ["low"]}}]}, "A rule is written"),
        ({"stages": []}, r"criteria that no rule uses: \['low'\]"),
        ({"criteria": {"low": {**MINIMAL["criteria"]["low"], "quantity": "grip"}}}, r"unknown quantities \['grip'\]"),
        ({"criteria": {"low": {**MINIMAL["criteria"]["low"], "operator": "=<"}}}, "operator"),
        ({"cutoff": 3}, "cutoff"),
    ],
)
def test_a_faulty_file_is_refused(change: dict[str, Any], said: str) -> None:
    Framework(**MINIMAL)
    with pytest.raises(ValidationError, match=said):
        Framework(**(MINIMAL | change))


def test_the_data_can_be_told_by_their_hash() -> None:
    assert len(criteria_sha256()) == 64
