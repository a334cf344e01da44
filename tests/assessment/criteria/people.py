"""Short ways to ask the evaluator."""

from __future__ import annotations

from assessment.criteria import FrameworkResult, Measurement, Person, evaluate
from models.subject import Sex


def ask(
    framework: str,
    sex: Sex = "m",
    age: float | None = 70,
    *,
    height: float | None = None,
    mass: float | None = None,
    **given: float | Measurement,
) -> FrameworkResult:
    """Ask for one framework's result; plain numbers are exact values."""
    measurements = {
        name: value if isinstance(value, Measurement) else Measurement(value) for name, value in given.items()
    }
    return evaluate(Person(sex, age, height, mass), measurements, [framework])[0]


def asm(kg: float, method: str = "bia", standard_error: float = 0.0) -> Measurement:
    return Measurement(kg, standard_error, protocol=method)
