"""Words for people in their language; results themselves stay in English and are translated when shown."""

from assessment.language.texts import LANGUAGES, Language, Texts, texts

__all__ = ["LANGUAGES", "Language", "Texts", "texts"]
