"""Clinical values as they were typed in, in the form the published criteria take them."""

from __future__ import annotations

from assessment.criteria import Measurement
from assessment.summary import ClinicalMeasures

MISSING = ("", "NA", "NaN", "nan", "n/a")
"""How people's tables write that a value is missing."""


def typed_in(clinical: ClinicalMeasures) -> dict[str, Measurement]:
    """Clinical values as the criteria take them: exact, because nobody said how sure they are."""
    values = {
        "grip_kg": clinical.grip_kg,
        "asm_kg": clinical.asm_kg,
        "calf_cm": clinical.calf_cm,
        "sarc_f": clinical.sarc_f,
    }
    return {
        name: Measurement(float(value), protocol=(clinical.asm_method or "") if name == "asm_kg" else "")
        for name, value in values.items()
        if value is not None
    }
