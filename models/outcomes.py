"""Work on many things at once, of which some fail: an error is then a value in the place of its result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

from models.errors import SarcoscopeError

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


def attempt(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R | SarcoscopeError:
    """What a piece of work returns, or why it failed."""
    try:
        return work(*args, **kwargs)
    except SarcoscopeError as error:
        return error


def result_of(outcome: T | SarcoscopeError) -> T:
    """The result, where there is one.

    Raises
    ------
    SarcoscopeError
        The error that is in its place.
    """
    if isinstance(outcome, SarcoscopeError):
        raise outcome
    return outcome


def for_those_left(
    work: Callable[[list[T]], Sequence[R | SarcoscopeError]], given: Sequence[T | SarcoscopeError]
) -> list[R | SarcoscopeError]:
    """Work on all at once that are no errors yet; errors stay in their places."""
    left = [one for one in given if not isinstance(one, SarcoscopeError)]
    results = iter(work(left) if left else ())
    return [one if isinstance(one, SarcoscopeError) else next(results) for one in given]


def for_each_left(work: Callable[[T], R], given: Sequence[T | SarcoscopeError]) -> list[R | SarcoscopeError]:
    """Work on each that is no error yet; errors stay in their places."""
    return [one if isinstance(one, SarcoscopeError) else attempt(work, one) for one in given]
