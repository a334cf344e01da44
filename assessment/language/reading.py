"""How a finished English sentence is read: as a whole, as a template, as several in a row, and in its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assessment.language.pieces import (
    JOINTS,
    SEMICOLON,
    bracketed,
    is_balanced,
    is_neutral,
    is_one_clause,
    label_and_value,
    listed,
    number_and_counted,
    sentences,
)
from assessment.language.templates import Template

# Longer ones are looked up as they stand or sentence by sentence: matching a template takes longer than in proportion.
LONGEST = 700
# A message, and what several sentences of it stand in a row.
MOST_SENTENCES = 6
# Longer texts are whole sentences, not phrases put together.
MOST_WORDS = 40
# What is longer before a colon is no name of a trial.
WORDS_OF_NAME = 3


class Reading:
    """One text being read; remembers its parts, since one part is met in several ways of taking the text apart.

    Parameters
    ----------
    whole : mapping of str to str
        Messages without placeholders, and their translations.
    templates : sequence of (str, Template)
        The longest literal of each, and it; those of the most letters first.
    """

    def __init__(self, whole: Mapping[str, str], templates: Sequence[tuple[str, Template]]) -> None:
        self._whole, self._templates = whole, templates
        self._parts_read: dict[str, str | None] = {}

    def translate(self, text: str) -> str | None:
        """The text between the spaces around it in the language; None where it is not known."""
        core = text.strip()
        if not core or not self._whole:
            return None
        if core not in self._parts_read:
            self._parts_read[core] = self._find(core)
        found = self._parts_read[core]
        return None if found is None else text.replace(core, found, 1)

    def _find(self, text: str) -> str | None:
        row = sentences(text)
        if len(text) > LONGEST:
            return self._message(text) or self._row(row, partly=True)
        return (
            self._one(text)
            or self._of_name(text)
            or self._row(row, partly=False)
            or self._template(text, several=True)
            or self._listed(text, SEMICOLON)
            or self._template(text, several=True, names_too=True)
            or self._row(row, partly=True)
            or self._named(text)
            or self._parts(text)
        )

    def _one(self, text: str) -> str | None:
        """A message, or a template without a second sentence inside."""
        return self._message(text) or self._template(text, several=False, names_too=True)

    def _message(self, text: str) -> str | None:
        """A message as it stands, or with its first letter raised or lowered, or a value like ``not_assessable``."""
        first, rest = text[:1], text[1:]
        ways = (text, first.upper() + rest, first.lower() + rest, text.replace("_", " "))
        return next((self._whole[way] for way in ways if way in self._whole), None)

    def _template(self, text: str, *, several: bool, names_too: bool = False) -> str | None:
        """The template whose values are all known or need no translation; else the one with the most letters.

        Parameters
        ----------
        text : str
        several : bool
            Whether a value may be several sentences.
        names_too : bool
            Whether a value may stay as it is although it is not known, such as a trial's name; not where so little is
            said beside it that half of the sentence would stay English.
        """
        if len(text) > LONGEST:
            return None
        second_best = None
        for template in [template for literal, template in self._templates if literal in text]:
            stop = "." if text.endswith(".") and not template.is_sentence else ""
            values = template.match(text.removesuffix(stop))
            if values is None or not (several or all(map(is_one_clause, values.values()))):
                continue
            known = {name: self._or_neutral(value) for name, value in values.items()}
            shown = {name: value if known[name] is None else known[name] for name, value in values.items()}
            translation = template.translation.format(**shown) + stop
            if None not in known.values():
                return translation
            if second_best is None and names_too and not template.is_weak:
                second_best = translation
        return second_best

    def _row(self, row: list[str], *, partly: bool) -> str | None:
        """Sentence after sentence, the longest known run first; None where nothing, or not all, is known."""
        done: list[str] = []
        translated, at = False, 0
        while at < len(row) > 1:
            step, known = self._run(row[at : at + MOST_SENTENCES], is_all=len(row) <= MOST_SENTENCES and at == 0)
            if known is None and not partly:
                return None
            translated = translated or known is not None
            done.append(row[at] if known is None else known)
            at += step
        return " ".join(done) if translated else None

    def _run(self, row: list[str], *, is_all: bool) -> tuple[int, str | None]:
        """How many of the sentences are one message, and it; the first sentence by itself where they are none."""
        for length in range(len(row) - is_all, 1, -1):  # all of them together were tried before
            if known := self._one(" ".join(row[:length])):
                return length, known
        return 1, self.translate(row[0])

    def _of_name(self, text: str) -> str | None:
        """What is said of a trial or file, by its name: ``squats_1: a message``."""
        name, _, rest = text.partition(": ")
        found = self._one(rest) if rest and name.count(" ") < WORDS_OF_NAME and is_balanced(name) else None
        return f"{self._message(name) or name}: {found}" if found else None

    def _named(self, text: str) -> str | None:
        """``squats_1: a known sentence``, and ``a known label 25.0 kg``."""
        name, colon, rest = text.partition(": ")
        if colon and is_balanced(name) and (found := self.translate(rest)):
            known = self.translate(name) or (name if name.count(" ") < WORDS_OF_NAME else None)
            return f"{known}: {found}" if known else None
        if said := label_and_value(text):
            label, value = self._message(said[0]), self._or_neutral(said[1])
            return label + value if label and value else None
        if counting := number_and_counted(text):
            word = self._message(counting[1]) or self._message(counting[1].rstrip("s"))
            return counting[0] + word if word else None
        return None

    def _parts(self, text: str) -> str | None:
        """Lists, what is in brackets, and phrases, of which every part is known or needs no translation."""
        for joint in JOINTS:
            if found := self._listed(text, joint):
                return found
        return self._bracketed(text) or self._phrases(text)

    def _listed(self, text: str, joint: str) -> str | None:
        parts = listed(text, joint)
        if len(parts) == 1:
            return None
        known = [self._or_neutral(part) for part in parts]
        if None in known or known == parts:
            return None
        word = joint.strip()
        return joint.replace(word, self._whole.get(word, word)).join(part for part in known if part is not None)

    def _bracketed(self, text: str) -> str | None:
        parts = bracketed(text)
        if parts is None:
            return None
        known = [self._or_neutral(part) for part in parts]
        if None in known or known == list(parts):
            return None
        return "{}({}){}".format(*known)

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
                if run and (found := None if run == text else self._message(run) or self._template(run, several=False)):
                    translated = True
                    break
                if end == at + 1 and is_neutral(run):
                    found = run
                    break
            else:
                return None
            done.append(found)
            at = end
        return " ".join(done).replace(" ,", ",") + text[len(core) :] if translated else None

    def _or_neutral(self, text: str) -> str | None:
        """Translated, or as it is where nothing in it is to be translated."""
        return self.translate(text) or (text if is_neutral(text) else None)
