"""The checks of single trials: their recordings, and what their movements need to be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assessment.activities import hinted_activity, parse_choice
from assessment.preflight.levels import Check
from assessment.preflight.recordings import Recorded
from pipeline.quality import Mark
from pipeline.session import Session
from pipeline.settings import Settings

# OpenCap records at 60, 120 or 240 frames per second. Half of the slowest is where a rise of a second, filtered at
# 6 Hz, has only just enough frames. Own.
LOWEST_RATE_HZ = 30.0
# The shortest single repetition of any movement assessed here (a stride, a rise) takes about a second. Own.
SHORTEST_S = 1.0


def trial_checks(session: Session, recorded: Mapping[str, Recorded]) -> Iterator[Check]:
    """Whether each trial can be read, and what is odd about it."""
    for trial in session.trials:
        found = recorded.get(trial.name)
        if found is None:
            continue  # the session's own warnings say that it has no markers
        static = trial.name == session.static_trial
        if found.error is not None:
            if not static:
                text = f"This trial will fail; the others are not affected. {found.error.message}"
                yield Check("warn", trial.name, text, found.error.hint)
            continue
        problems = [*_recording_problems(found, static=static), *_marker_problems(found, static=static)]
        for text, hint in problems:
            yield Check("warn", trial.name, text, hint)
        if not problems and not static:
            yield Check("ok", trial.name, _in_order(found))


def movements_of(session: Session, settings: Settings) -> dict[str, str | None]:
    """The movement of every trial as the user chose it, else as its name suggests; None where nothing is known."""
    return {
        trial.name: parse_choice(settings.activities[trial.name])[0]
        if trial.name in settings.activities
        else hinted_activity(trial.name)
        for trial in session.movement_trials
    }


def movement_checks(movements: Mapping[str, str | None], settings: Settings) -> Iterator[Check]:
    """Numbers that a movement needs and no recording holds; what is needed is told by name or choice only."""
    rises = [name for name, movement in movements.items() if movement == "sit-to-stand"]
    lifts = [name for name, movement in movements.items() if movement == "pick-up"]
    if rises and settings.seat_height_m is None:
        yield Check(
            "warn",
            ", ".join(rises),
            "The height of the seat is not given: the power of rising by the field equation is left out.",
            "Measure from the floor to the front edge of the seat, without a cushion.",
        )
    elif rises:
        yield Check("ok", ", ".join(rises), f"The seat is {settings.seat_height_m:.2f} m high.")
    if lifts and settings.load_kg is None:
        yield Check(
            "warn",
            ", ".join(lifts),
            "The mass of the object that is picked up is not given: moments after the grasp leave it out.",
            "Weigh the object.",
        )
    elif lifts:
        yield Check("ok", ", ".join(lifts), f"The object that is picked up has {settings.load_kg:g} kg.")
    elif settings.load_kg is not None and all(movements.values()):
        yield Check(
            "warn",
            "settings",
            "The mass of an object is given, and no trial is known as picking one up: it will not be used.",
            "Choose the movement of the trial in which it is lifted, or leave the mass out.",
        )


def _recording_problems(found: Recorded, *, static: bool) -> Iterator[tuple[str, str]]:
    if found.rate_hz is not None and found.rate_hz < LOWEST_RATE_HZ:
        yield (
            f"It has {found.rate_hz:.0f} frames per second: quick movements are blurred.",
            f"Record with at least {LOWEST_RATE_HZ:.0f} frames per second.",
        )
    if not static and (found.duration_s is None or found.duration_s < SHORTEST_S):
        yield (
            f"It lasts {found.duration_s or 0.0:.1f} s: too short for a whole repetition.",
            "Check that it was not cut off, and download or record it again.",
        )


def _marker_problems(found: Recorded, *, static: bool) -> Iterator[tuple[str, str]]:
    if found.quality.mark is Mark.REPORTED:
        return
    # The reasons of the worst mark come first; each is a sentence of its own.
    reason = found.quality.reasons[0]
    if static:
        yield reason, "The model is scaled on this pose. Look at it in OpenCap, and process or record it again."
    elif found.quality.mark is Mark.WITHHELD:
        yield (
            reason,
            "Numbers of this trial will be withheld. Look at it in OpenCap, and process or record it again.",
        )
    else:
        yield reason, "Numbers of this trial will be given with caution. Look at it in OpenCap."


def _in_order(found: Recorded) -> str:
    n_markers = 0 if found.match is None else len(found.match.matched)
    gaps = "no gaps" if found.missing_share == 0.0 else f"{max(100.0 * found.missing_share, 0.1):.1f} % missing"
    return (
        f"{n_markers} markers, {found.rate_hz or 0.0:.0f} frames per second, {found.duration_s or 0.0:.1f} s, {gaps}."
    )
