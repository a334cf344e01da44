"""Single words that results carry: names of movements, marks, verdicts and sides, from where they are declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from assessment.activities.names import ACTIVITY_NAMES, VARIANTS
from assessment.criteria.verdicts import Verdict
from assessment.presentation import SIDE_NAMES
from assessment.store import audit
from assessment.uncertainty.change import Change, MeaningfulRecord
from assessment.uncertainty.change import Verdict as ChangeVerdict
from pipeline.preparation.findings import FindingAction, FindingKind
from pipeline.quality import Mark
from rl_scaling.verdicts import VerdictKind

# Words that sentences and findings are put together from, where they stand alone in the code.
WORDS = (
    *("and", "or", "none", "once", "first", "second", "points"),
    *("forward", "backward", "above", "below", "better than"),
    *("sex", "age", "height", "body mass", "female", "male", "women", "men", "people", "unspecified"),
    *("pelvis", "femur", "tibia", "foot", "torso", "humerus", "forearm", "thigh", "shank", "upper arm"),
    *("hip", "knee", "ankle", "heel or toe", "both hands", "stride", "whole step", "bend"),
    *("clinical", "descriptive", "research", "measured", "estimated", "simulated", "synthetic"),
    *("accepted", "expected"),
    *("session", "trial", "ratio", "steps/min", "start", "stand", "sit"),
    *("walk_start", "turn_start", "turn_stop", "turn2_start"),
)


def vocabulary() -> Iterator[tuple[str, str]]:
    """Word and the file it is declared in."""
    declared = {
        "assessment/activities/names.py": (
            *ACTIVITY_NAMES,
            *(one for name, known in VARIANTS.items() for kind in known for one in (kind, f"{name}/{kind}")),
        ),
        "assessment/criteria/verdicts.py": tuple(one.value.replace("_", " ") for one in Verdict),
        "assessment/presentation.py": tuple(SIDE_NAMES.values()),
        "assessment/uncertainty/change.py": (
            *get_args(ChangeVerdict),
            *_literals(Change.model_fields["direction"].annotation),
            *_literals(MeaningfulRecord.model_fields["reached"].annotation),
        ),
        "pipeline/preparation/findings.py": (*get_args(FindingKind), *get_args(FindingAction)),
        "assessment/store/audit.py": (*get_args(audit.Action), *get_args(audit.Kind)),
        "pipeline/quality.py": tuple(one.value for one in Mark),
        "rl_scaling/verdicts.py": get_args(VerdictKind),
        "assessment/language/extraction/vocabulary.py": WORDS,
    }
    for file, words in declared.items():
        for word in words:
            yield word, file


def _literals(annotation: object) -> tuple[str, ...]:
    return tuple(one for arg in get_args(annotation) for one in get_args(arg) if isinstance(one, str))
