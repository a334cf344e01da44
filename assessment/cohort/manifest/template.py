"""A manifest to start from, and how its examples are known again."""

from __future__ import annotations

from pathlib import Path

from assessment.cohort.manifest.columns import COLUMNS
from models.errors import SettingsError

# Recordings that nobody has: they tell an example, whatever else of its row somebody or a spreadsheet has changed.
_EXAMPLES = ("recordings/EXAMPLE_P001_V1", "01234567-89ab-4cde-8f01-23456789abcd")
_ROWS = (
    f"P001,V1,{_EXAMPLES[0]},1.65,58.5,f,72,control,,,,,,0.45,",
    f"P002,V1,{_EXAMPLES[1]},1.78,81,m,80,training,31.5,,,,,0.45,",
)


def write_template(path: Path) -> None:
    """Write a manifest to start from: the header and two rows of people who do not exist.

    Raises
    ------
    SettingsError
        The file is there already, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write("\n".join([",".join(COLUMNS), *_ROWS, ""]))
    except FileExistsError:
        raise SettingsError(f"{path.name} is there already.", hint="Give another name.") from None
    except OSError as error:
        raise SettingsError(
            f"{path.name} cannot be written: {error.strerror or type(error).__name__}.",
            hint="Give a file in a folder that can be written.",
        ) from None


def is_example(session: str) -> bool:
    """Whether a cell of the column ``session`` still is that of an example."""
    return session.strip().replace("\\", "/").casefold() in {one.casefold() for one in _EXAMPLES}
