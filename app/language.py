"""The words of the app in the user's language; pages import `_` and mark every text with it."""

from __future__ import annotations

import streamlit as st

from assessment.language import Texts, texts
from assessment.visit import Preferences

PREFERENCES = "preferences"


def known_preferences() -> Preferences:
    """How the user wants results shown; as delivered until `app.current.shown` has read it."""
    known: Preferences = st.session_state.get(PREFERENCES, Preferences())
    return known


def words() -> Texts:
    """The words of the user's language."""
    return texts(known_preferences().language)


def _(message: str, **values: object) -> str:
    """Translate a message of ours and fill in its placeholders."""
    return words()(message, **values)


def plural(singular: str, many: str, n: int, **values: object) -> str:
    """Translate a message that counts ``{n}``."""
    return words().plural(singular, many, n, **values)


def _result(text: str) -> str:
    """Translate a sentence that a result or an error carries."""
    return words().result(text)
