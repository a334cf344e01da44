"""The bundled example: a synthetic older adult in the layout of an OpenCap download."""

from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "OpenCapData_synthetic-older-adult"
# Of the synthetic person; OpenCap sessions never hold the age.
EXAMPLE_AGE_YEARS = 72.0
# Of the chair in its sit-to-stand trial (examples.sit_to_stand); no marker shows it.
EXAMPLE_SEAT_HEIGHT_M = 0.43
