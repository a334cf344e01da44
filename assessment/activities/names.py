"""The movements that are told apart, their variants, and the user's choice among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from models.errors import SettingsError

ActivityName = Literal["sit-to-stand", "timed-up-and-go", "walking", "squat", "standing", "step-up", "pick-up", "other"]
ACTIVITY_NAMES: tuple[ActivityName, ...] = get_args(ActivityName)

# Kinds of a movement that have protocols, norms or scores of their own; the others have none.
VARIANTS: dict[ActivityName, tuple[str, ...]] = {
    "sit-to-stand": ("single", "five-times", "thirty-seconds"),
    "walking": ("overground", "treadmill"),
    "standing": ("quiet", "side-by-side", "semi-tandem", "tandem"),
}


@dataclass(frozen=True)
class Activity:
    """Which movement a trial shows.

    Attributes
    ----------
    name : str
        One of `ACTIVITY_NAMES`.
    confidence : float
        0 to 1; an ordering, not a probability. Below 0.5 the reader should look at the trial. 1 where the user chose.
    evidence : tuple of str
        What spoke for it and what against, for people to read.
    variant : str
        One of `VARIANTS` of the name; empty where the movement has none, or none fits.
    """

    name: ActivityName
    confidence: float
    evidence: tuple[str, ...]
    variant: str = ""

    @property
    def label(self) -> str:
        """Name and variant as the user writes them: ``standing/tandem``."""
        return f"{self.name}/{self.variant}" if self.variant else self.name


def parse_choice(text: str) -> tuple[ActivityName, str]:
    """Read a movement as the user writes it: ``NAME`` or ``NAME/VARIANT``.

    Returns
    -------
    name : str
        One of `ACTIVITY_NAMES`.
    variant : str
        One of `VARIANTS` of the name; empty where none is given.

    Raises
    ------
    SettingsError
        No such movement, or the movement has no such variant.
    """
    written, _, variant = (part.strip().lower() for part in text.partition("/"))
    name = next((name for name in ACTIVITY_NAMES if name == written), None)
    if name is None:
        raise SettingsError(
            f'There is no movement "{text}".', hint=f"Accepted: {', '.join(_choices())}.", stage="assessment"
        )
    known = VARIANTS.get(name, ())
    if variant and variant not in known:
        accepted = ", ".join([name, *(f"{name}/{one}" for one in known)])
        raise SettingsError(
            f'The movement {name} has no variant "{variant}".', hint=f"Accepted: {accepted}.", stage="assessment"
        )
    return name, variant


def _choices() -> list[str]:
    return [
        choice for name in ACTIVITY_NAMES for choice in (name, *(f"{name}/{one}" for one in VARIANTS.get(name, ())))
    ]
