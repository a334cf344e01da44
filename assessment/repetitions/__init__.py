"""Where each repetition of a movement begins and ends, and its events."""

from __future__ import annotations

from assessment.repetitions.base import Repetition
from assessment.repetitions.find import find_repetitions

__all__ = ["Repetition", "find_repetitions"]
