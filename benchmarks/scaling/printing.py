"""Tables on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SYNTHETIC_COLUMNS = (
    ("static_rms_mm", "static RMS", 2), ("static_max_mm", "max", 2),
    ("given_rms_mm", "given RMS", 2), ("given_max_mm", "max", 2),
    ("unseen_rms_mm", "unseen RMS", 2), ("unseen_max_mm", "max", 2),
    ("long_axes_percent", "long axes %", 2), ("lengths_mm", "lengths", 2), ("joints_mm", "joints", 2),
    ("joints_less_offset_mm", "less offset", 2), ("prior_distance", "M2/21", 2), ("cpu_s", "CPU s", 3),
)  # fmt: skip
REAL_COLUMNS = (
    ("static_rms_cm", "static RMS", 2), ("static_max_cm", "max", 2),
    ("unseen_rms_cm", "unseen RMS", 2), ("unseen_max_cm", "max", 2), ("prior_distance", "M2/21", 2),
    ("cpu_s", "CPU s", 2),
)  # fmt: skip
NOT_RUN = "not run"

_NAME = 42


def print_table(
    title: str, rows: Mapping[str, Mapping[str, float | str]], columns: Sequence[tuple[str, str, int]]
) -> None:
    """Print rows with aligned columns; a row without figures says why, a figure that is not there is a dash."""
    print(f"\n{title}")
    print(" " * _NAME + "".join(f"{label:>12s}" for _, label, _ in columns))
    for name, figures in rows.items():
        texts = [text for text in figures.values() if isinstance(text, str)]
        cells = [_cell(figures.get(key), places) for key, _, places in columns]
        print(f"{name:<{_NAME}s}" + (f"  {texts[0]}" if texts else "".join(cells)))


def _cell(value: float | str | None, places: int) -> str:
    return f"{'-':>12s}" if value is None else f"{float(value):12.{places}f}"
