"""What a trial's name says about its movement."""

from __future__ import annotations

import re

from assessment.activities.names import ActivityName

# Words in trial names, in any case, after splitting at digits, case changes and punctuation; the first match wins.
NAME_HINTS: tuple[tuple[str, ActivityName], ...] = (
    (r"tug\w*|timedup\w*", "timed-up-and-go"),
    (r"standup\w*|scst|sts\w*|ftsts|fivetimes\w*|cst|chair\w*|sit\w*|rise\w*", "sit-to-stand"),
    (r"jump\w*|dj\w*|cmj|hop\w*|run\w*|drop\w*|reach\w*", "other"),
    (r"step\w*|stair\w*", "step-up"),
    (r"pick\w*|lift\w*", "pick-up"),
    (r"squat\w*", "squat"),
    (r"walk\w*|gait\w*|\w?mwt|treadmill\w*", "walking"),
    (
        r"stand|standing|static\w*|neutral\w*|balance\w*|quiet\w*|tandem\w*|semitandem\w*|sidebyside\w*|romberg\w*",
        "standing",
    ),
)
# A number before these words counts, and is written together with them: 5xSTS, 30sCST, 30 s chair stand.
VARIANT_HINTS: dict[ActivityName, tuple[tuple[str, str], ...]] = {
    "sit-to-stand": (
        (r"ftsts|fivetimes|(?<!\d)5 ?x|(?<!\d)5 ?times|five times", "five-times"),
        (r"(?<!\d)30 ?s|(?<!\d)30 ?(?:cst|sec)|thirty", "thirty-seconds"),
        (r"(?<!\d)1 ?x|single", "single"),
    ),
    "walking": (
        (r"treadmill", "treadmill"),
        (r"overground|over ground", "overground"),
    ),
    "standing": (
        (r"semi ?tandem", "semi-tandem"),
        (r"tandem", "tandem"),
        (r"side ?by ?side|romberg|feet ?together", "side-by-side"),
        (r"quiet|static|neutral", "quiet"),
    ),
}


def hinted_activity(trial_name: str) -> ActivityName | None:
    """Which movement a trial's name suggests, or None."""
    words = [word for word in re.split(r"[^a-z0-9]+|(?<=[a-z])(?=\d)", _spaced(trial_name)) if word]
    return next(
        (name for pattern, name in NAME_HINTS if any(re.fullmatch(rf"\d*x?(?:{pattern})", word) for word in words)),
        None,
    )


def hinted_variant(trial_name: str, name: ActivityName) -> str:
    """Which kind of that movement a trial's name suggests; empty where it does not say."""
    text = re.sub(r"[\W_]+", " ", _spaced(trial_name))
    return next((variant for pattern, variant in VARIANT_HINTS.get(name, ()) if re.search(pattern, text)), "")


def _spaced(trial_name: str) -> str:
    """Lower case, with words that were run together apart and those that belong together joined."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", trial_name)
    for apart, joined in (
        (r"stand[\W_]+up", "standup"),
        (r"timed[\W_]*up[\W_]*(?:and|&)?[\W_]*go", "timedupandgo"),
        (r"side[\W_]*by[\W_]*side", "sidebyside"),
        (r"semi[\W_]*tandem", "semitandem"),
    ):
        spaced = re.sub(f"(?i){apart}", joined, spaced)
    return spaced.lower()
