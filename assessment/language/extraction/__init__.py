"""What is to be translated: messages marked in code, and the English sentences that results can carry."""

from assessment.language.extraction.extract import extracted, update

__all__ = ["extracted", "update"]
