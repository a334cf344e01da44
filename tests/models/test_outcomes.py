"""Batches in which some fail: everyone's result in their own place."""

from __future__ import annotations

import pytest

from models.errors import ScalingError
from models.outcomes import attempt, for_each_left, for_those_left, result_of


def half(number: int) -> int:
    if number % 2:
        raise ScalingError(f"{number} is odd.", hint="Give an even number.")
    return number // 2


def test_errors_are_values_in_their_places_and_nobody_works_on_them() -> None:
    seen: list[list[int]] = []

    def negative(numbers: list[int]) -> list[int]:
        seen.append(numbers)
        return [-number for number in numbers]

    first = [attempt(half, number) for number in (4, 3, 8, 12)]
    second = for_each_left(half, first)
    third = for_those_left(negative, second)
    assert [getattr(one, "message", one) for one in third] == [-1, "3 is odd.", -2, -3]
    assert seen == [[1, 2, 3]]
    assert third[1] is first[1]
    assert for_those_left(negative, [first[1]]) == [first[1]]
    assert len(seen) == 1


def test_an_error_that_is_nobodys_own_is_not_taken_for_a_result() -> None:
    with pytest.raises(ZeroDivisionError):
        attempt(lambda: 1 // 0)
    with pytest.raises(ScalingError, match="3 is odd"):
        result_of(attempt(half, 3))
    assert result_of(attempt(half, 2)) == 1
