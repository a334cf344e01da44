"""Which sentences of a result may stand in a de-identified export: those of which every word is this program's own.

A sentence may carry a trial's name, a marker's label with a name in front of it, or a file's. No list of names can find
them all. The messages that results can carry are known (`assessment.language`), each with its places where something is
filled in: what is filled in must be numbers, units, names of `vocabulary`, or a known message itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from assessment.exports.vocabulary import FILLED_IN, coordinates, markers
from assessment.language.catalogues import catalogue
from assessment.language.templates import Template, placeholders

LEFT_OUT = "A reason was left out here: de-identified exports keep only sentences that cannot hold a name."
# A message within a message within a message; no sentence is made of more.
DEEPEST = 3
_WORD = re.compile(r"[^\W\d_]")


def known(sentences: Iterable[str]) -> list[str]:
    """Those that are known; the others fall away."""
    return [sentence for sentence in sentences if is_known(sentence)]


def known_reasons(reasons: Iterable[str]) -> list[str]:
    """Those that are known; one sentence stands for all others, so that no mark is without its reason."""
    return list(dict.fromkeys(reason if is_known(reason) else LEFT_OUT for reason in reasons))


@lru_cache(maxsize=4096)
def is_known(sentence: str, depth: int = 0) -> bool:
    """Whether every word of a sentence is this program's own."""
    whole, templates = _messages()
    if sentence in whole:
        return True
    return depth < DEEPEST and any(
        values is not None and all(_harmless(value, depth + 1) for value in values.values())
        for values in (template.match(sentence) for template in templates)
    )


def _harmless(value: str, depth: int) -> bool:
    text = value.strip(" ,;.()")
    if not _WORD.search(text):
        return True
    words = [word.strip(".,;:()") for word in re.split(r"[ /]+|(?<=\d)-(?=\d)|(?<=\d)(?=[a-z%])", text)]
    if all(not _WORD.search(word) or _is_plain(word) for word in words):
        return True
    return is_known(text[0].upper() + text[1:], depth) or is_known(text, depth)


def _is_plain(word: str) -> bool:
    return word in FILLED_IN or word in coordinates() or word in markers()


@cache
def _messages() -> tuple[frozenset[str], tuple[Template, ...]]:
    """Whole messages and those with places; the catalogue of any language lists them all in English."""
    found = {message.id.strip() for message in catalogue("ko", "results") if isinstance(message.id, str) and message.id}
    templates = tuple(Template.of(message, "") for message in found if placeholders(message))
    # Where everything is filled in there is no message: the parts alone would be judged.
    return frozenset(one for one in found if not placeholders(one)), tuple(one for one in templates if one.length)
