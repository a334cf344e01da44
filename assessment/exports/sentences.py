"""Which sentences of a result may leave a de-identified export: those this program is known to write, numbers aside.

A sentence may carry a trial's name, a marker's label with a name in front of it, or a file's. No list of names can find
them all; a list of sentences can.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from assessment.gates import MOMENT_GATES, MOVEMENT_GATES

SENTENCES = Path(__file__).with_name("known_sentences.txt")
LEFT_OUT = "A reason was left out here: the de-identified export keeps only sentences that cannot hold a name."
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def known(sentences: Iterable[str]) -> list[str]:
    """Those that are known; the others fall away."""
    return [sentence for sentence in sentences if _shape(sentence) in _shapes()]


def known_reasons(reasons: Iterable[str]) -> list[str]:
    """Those that are known; one sentence stands for all others, so that no mark is without its reason."""
    return list(dict.fromkeys(reason if _shape(reason) in _shapes() else LEFT_OUT for reason in reasons))


def _shape(sentence: str) -> str:
    return _NUMBER.sub("#", sentence)


@cache
def _shapes() -> frozenset[str]:
    lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    return frozenset(_shape(line) for line in [*lines, *_of_gates(), LEFT_OUT])


def _of_gates() -> Iterable[str]:
    for gate in (*MOVEMENT_GATES, *MOMENT_GATES):
        value = "#" if not gate.unit else f"# {gate.unit}"
        bound = "at least" if gate.low_is_bad else "at most"
        yield f"{gate.label} cannot be determined."
        yield gate.plain
        for word in ("accepted", "expected"):
            yield f"{gate.label}: {value} ({bound} {value} is {word})."
