"""The typeface of the report: one that holds Latin and Hangul, brought along, so that every page looks alike."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import matplotlib
from matplotlib import font_manager

from models.errors import SettingsError

FAMILY = "NanumGothic"
# Signs that it lacks (a true minus) are taken from matplotlib's own font.
FALLBACK = "DejaVu Sans"
# Installed for its font files only: importing it would change how every figure of the process looks.
_PACKAGE = "koreanize_matplotlib"


@cache
def font_folders() -> tuple[Path, Path]:
    """Folders of the typeface and of the fallback.

    Raises
    ------
    SettingsError
        The package with the font files is not installed.
    """
    found = find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise SettingsError(
            f"The font {FAMILY} of the report is missing.",
            hint="Install what requirements.txt names.",
        )
    return Path(found.submodule_search_locations[0]) / "fonts", Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@cache
def figure_family() -> list[str]:
    """Families for texts of figures, known to matplotlib from here on."""
    font_manager.fontManager.addfont(font_folders()[0] / f"{FAMILY}.ttf")
    return [FAMILY, FALLBACK]
