"""Single words that results carry: names of movements, marks, verdicts and sides, from where they are declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from assessment.activities.names import ACTIVITY_NAMES, VARIANTS
from assessment.criteria.verdicts import Verdict
from assessment.presentation import SIDE_NAMES
from assessment.uncertainty.change import Change, MeaningfulRecord
from assessment.uncertainty.change import Verdict as ChangeVerdict
from pipeline.preparation.findings import FindingAction, FindingKind
from pipeline.quality import Mark
from rl_scaling.verdicts import VerdictKind

# Words that sentences are put together from, and bodies that findings name.
JOINTS = ("and", "or")
BODIES = ("pelvis", "femur", "tibia", "foot", "torso", "humerus", "forearm", "thigh", "shank", "upper arm")
BODIES_AND_WORDS = (*BODIES, "knee", "ankle", "hip", "heel or toe", "sex", "age", "height", "body mass")
TIERS_AND_ORIGINS = ("clinical", "descriptive", "research", "measured", "estimated", "simulated", "synthetic")
OTHERS = ("forward", "backward", "above", "below", "better than", "first", "second", "once", "female", "male")
MORE = (
    "women",
    "men",
    "people",
    "both hands",
    "indeterminate",
    "does not meet",
    "reported",
    "unspecified",
    "none",
    "and",
)


def vocabulary() -> Iterator[tuple[str, str]]:
    """Word and the file it is declared in."""
    declared = {
        "assessment/activities/names.py": (*ACTIVITY_NAMES, *(one for known in VARIANTS.values() for one in known)),
        "assessment/criteria/verdicts.py": tuple(one.value.replace("_", " ") for one in Verdict),
        "assessment/presentation.py": tuple(SIDE_NAMES.values()),
        "assessment/uncertainty/change.py": (
            *get_args(ChangeVerdict),
            *_literals(Change.model_fields["direction"].annotation),
            *_literals(MeaningfulRecord.model_fields["reached"].annotation),
        ),
        "pipeline/preparation/findings.py": (*get_args(FindingKind), *get_args(FindingAction)),
        "pipeline/quality.py": tuple(one.value for one in Mark),
        "rl_scaling/verdicts.py": get_args(VerdictKind),
        "assessment/language/extraction/vocabulary.py": (
            *JOINTS,
            *BODIES_AND_WORDS,
            *TIERS_AND_ORIGINS,
            *OTHERS,
            *MORE,
        ),
    }
    for file, words in declared.items():
        for word in words:
            yield word, file


def _literals(annotation: object) -> tuple[str, ...]:
    return tuple(one for arg in get_args(annotation) for one in get_args(arg) if isinstance(one, str))
