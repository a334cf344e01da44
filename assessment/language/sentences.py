"""Finished English sentences put into another language: whole ones, templates, several in a row, and their parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from assessment.language.templates import Template, placeholders

# A page asks for some hundred sentences, most of them again at its next run.
REMEMBERED = 4096
# Longer texts are whole sentences, not phrases put together.
MOST_WORDS = 40

_SENTENCE_END = re.compile(r"(?<=[.!?]) +(?=\S)")
_CLAUSE_END = re.compile(r"(?<=[.!?;]) +(?=\S)")
_SEMICOLON = re.compile("(; )")
_LISTED = re.compile(r"(; |, | and | or | \(|\)|: )")
# "grip strength 25.0 kg": a label and what is said of it; "9 points": a number and what it counts.
_LABEL_AND_VALUE = re.compile(r"(?P<label>.*?[^\W\d_]\)?)(?P<value> [-+−–<>≤≥±\[]? ?\d.*)", re.DOTALL)
_COUNTED = re.compile(r"(?P<number>[^A-Za-z]*\d\S* )(?P<counted>[a-z ]+)")
_WORD = re.compile(r"[^\W\d_]\w*")
_UNITS = frozenset({"deg", "Nms", "min"})
_SHORT_WORDS = frozenset({"as", "at", "by", "if", "in", "is", "it", "no", "of", "on", "or", "to"})


class Sentences:
    """What is known of one language.

    Parameters
    ----------
    messages : mapping of str to str
        English to translated; both with ``{placeholders}`` where something is filled in.
    """

    def __init__(self, messages: Mapping[str, str]) -> None:
        # The space around a text is that of the sentence it stands in.
        known = {one.strip(): other.strip() for one, other in messages.items()}
        self._whole = {_plain(one): _plain(other) for one, other in known.items() if not placeholders(one)}
        templates = [Template.of(one, other) for one, other in known.items() if placeholders(one)]
        templates.sort(key=lambda template: template.length, reverse=True)
        self._templates = templates
        self._known: Callable[[str], str | None] = lru_cache(REMEMBERED)(self._find)

    def translate(self, text: str) -> str:
        """The text in the language; English where it is not known."""
        return self._inner(text) or text

    def _inner(self, text: str) -> str | None:
        """Translate between the spaces around a text; None where it is not known."""
        core = text.strip()
        if not core or not self._whole:
            return None
        found = self._known(core)
        return None if found is None else text.replace(core, found, 1)

    def _find(self, text: str) -> str | None:
        sentences = _SENTENCE_END.split(text)
        return (
            self._one(text)
            or self._listed(text, _SEMICOLON)
            or (self._row(sentences, partly=False) if len(sentences) > 1 else None)
            or self._template(text, several=True)
            or (self._row(sentences, partly=True) if len(sentences) > 1 else None)
            or self._named(text)
            or self._template(text, several=True, weak=True)
            or self._listed(text, _LISTED)
            or self._phrases(text)
        )

    def _one(self, text: str) -> str | None:
        """A message, or a template without a second sentence inside."""
        return self._message(text) or self._template(text, several=False)

    def _message(self, text: str) -> str | None:
        """A message as it stands, or with its first letter raised or lowered, or a value like ``not_assessable``."""
        first, rest = text[0], text[1:]
        ways = (text, first.upper() + rest, first.lower() + rest, text.replace("_", " "))
        return next((self._whole[way] for way in ways if way in self._whole), None)

    def _template(self, text: str, *, several: bool, weak: bool = False) -> str | None:
        """The template whose values are all known or need no translation; else the one with the most letters.

        Parameters
        ----------
        text : str
        several : bool
            Whether a value may be several sentences.
        weak : bool
            Whether a template of few letters is taken although a value is not known.
        """
        second_best = None
        for template in self._templates:
            stop = "." if text.endswith(".") and not template.is_sentence else ""
            values = template.match(text.removesuffix(stop))
            if values is None or (not several and any(_CLAUSE_END.search(value) for value in values.values())):
                continue
            known = {name: self._or_neutral(value) for name, value in values.items()}
            shown = {name: value if known[name] is None else known[name] for name, value in values.items()}
            translation = template.translation.format(**shown) + stop
            if None not in known.values():
                return translation
            if second_best is None and (weak or not template.is_weak):
                second_best = translation
        return second_best

    def _row(self, sentences: list[str], *, partly: bool) -> str | None:
        """Sentence after sentence, the longest known run first; None where nothing, or not all, is known."""
        done, translated, at = [], False, 0
        while at < len(sentences):
            runs = (" ".join(sentences[at:end]) for end in range(len(sentences), at, -1))
            lengths = range(len(sentences) - at, 0, -1)
            whole = len(sentences) - at if at == 0 else -1  # the whole text was tried already
            found = next(
                ((n, known) for n, run in zip(lengths, runs, strict=True) if n != whole and (known := self._one(run))),
                None,
            )
            if found is None and (single := self._named(sentences[at]) or self._listed(sentences[at], _LISTED)):
                found = (1, single)
            if found is None and not partly:
                return None
            step, known = found or (1, sentences[at])
            translated = translated or found is not None
            done.append(known)
            at += step
        return " ".join(done) if translated else None

    def _named(self, text: str) -> str | None:
        """``squats_1: a known sentence``, and ``a known label 25.0 kg``."""
        name, colon, rest = text.partition(": ")
        if colon and (found := self._inner(rest)):
            return f"{self._inner(name) or name}: {found}"
        value = _LABEL_AND_VALUE.fullmatch(text)
        if value and (label := self._message(value["label"])) and (said := self._or_neutral(value["value"])):
            return label + said
        counted = _COUNTED.fullmatch(text)
        word = counted and (self._whole.get(counted["counted"]) or self._whole.get(counted["counted"].rstrip("s")))
        return counted["number"] + word if counted and word else None

    def _phrases(self, text: str) -> str | None:
        """Known phrases one after the other, between words that need no translation."""
        core = text.rstrip(".")
        words = core.replace(", ", " , ").split(" ")
        if (len(words) == 1 and core == text) or len(words) > MOST_WORDS:
            return None
        done, at, translated = [], 0, False
        while at < len(words):
            for end in range(len(words), at, -1):
                run = " ".join(words[at:end])
                if run and (found := None if run == text else self._one(run)):
                    translated = True
                    break
                if end == at + 1 and _is_neutral(run):
                    found = run
                    break
            else:
                return None
            done.append(found)
            at = end
        return " ".join(done).replace(" ,", ",") + text[len(core) :] if translated else None

    def _joint(self, text: str) -> str:
        """What joins a list: words are translated, signs stay."""
        word = text.strip()
        return text.replace(word, self._whole.get(word, word))

    def _or_neutral(self, text: str) -> str | None:
        """Translated, or as it is where nothing in it is to be translated."""
        return self._inner(text) or (text if _is_neutral(text) else None)

    def _listed(self, text: str, joints: re.Pattern[str]) -> str | None:
        """A list of which every part is known, or needs no translation."""
        parts = joints.split(text)
        if len(parts) == 1 or (joints is _SEMICOLON and any(one.count("(") != one.count(")") for one in parts)):
            return None
        done = [
            self._joint(part) if is_joint else self._or_neutral(part) if part.strip() else part
            for part, is_joint in zip(parts, [False, True] * len(parts), strict=False)
        ]
        known = [one for one in done if one is not None]
        return "".join(known) if len(known) == len(parts) and known[::2] != parts[::2] else None


def _is_neutral(text: str) -> bool:
    """Numbers, units, signs, and names written as such."""
    return all(
        word in _UNITS
        or (len(word) <= 2 and word not in _SHORT_WORDS)
        or word.isupper()
        or any(letter.isdigit() or letter == "_" for letter in word)
        for word in _WORD.findall(text)
    )


def _plain(message: str) -> str:
    """A message without placeholders as it is shown: its doubled braces are single ones."""
    return message.replace("{{", "{").replace("}}", "}")
