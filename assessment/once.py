"""What is derived from an object is derived once."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def once_per_object(derive: Callable[P, T]) -> Callable[P, T]:
    """Remember what a function returns for the very objects it was given, for as long as all of them live.

    Movements hold arrays, so that they have no hash and cannot be compared: what counts is which object it is. They are
    never changed in place; who needs another movement makes another object. Errors are not remembered.

    Parameters
    ----------
    derive : callable
        Its arguments are objects that can be referred to weakly, or None.
    """
    known: dict[tuple[int, ...], tuple[tuple[weakref.ref[Any] | None, ...], T]] = {}

    @wraps(derive)
    def derived(*args: P.args, **kwargs: P.kwargs) -> T:
        given: tuple[object, ...] = (*args, *kwargs.values())
        key = tuple(id(one) for one in given)
        if key in known:
            references, result = known[key]
            if all(ref is None or ref() is one for ref, one in zip(references, given, strict=True)):
                return result
        result = derive(*args, **kwargs)

        def forget(_: object) -> None:
            known.pop(key, None)

        known[key] = tuple(None if one is None else weakref.ref(one, forget) for one in given), result
        return result

    return derived
