"""Finished English sentences put into another language, what was filled in included."""

from __future__ import annotations

from collections.abc import Mapping

from assessment.language.reading import Reading
from assessment.language.templates import Template, placeholders


class Sentences:
    """What is known of one language. Nothing of what is translated is kept: results are of people.

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
        # Most templates cannot be meant, which their longest literal tells at once.
        self._templates = [(template.literals[0], template) for template in templates if template.literals]

    def translate(self, text: str) -> str:
        """The text in the language; English where it is not known. Never raises."""
        try:
            return Reading(self._whole, self._templates).translate(text) or text
        except RecursionError:  # a text of some hundred nested parts is no sentence of ours
            return text


def _plain(message: str) -> str:
    """A message without placeholders as it is shown: its doubled braces are single ones."""
    return message.replace("{{", "{").replace("}}", "}")
