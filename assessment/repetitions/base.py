"""One repetition of a movement."""

from __future__ import annotations

from dataclasses import dataclass, field

from assessment.motion import Side

STARTS_LEANING = (
    "The recording starts while the trunk already moves forward: the rise began earlier, and times from its start are "
    "too short."
)


@dataclass(frozen=True)
class Repetition:
    """One repetition, on the trial's clock.

    Attributes
    ----------
    index : int
        From 1, in time; incomplete ones are counted too.
    start_s, stop_s : float
        When it begins and is over [s]; the first and last event, except that stepping down again comes after a step-up.
    events : dict of str to float
        Times by name, those that are seen [s]; docs/activities.md says what each means. Sit-to-stand: ``rise_start``,
        ``seat_off``, ``stand``, ``descent_start``, ``sit``. Squat and pick-up: ``start``, ``lowest``, ``stop``.
        Step-up: ``lead_foot_off``, ``foot_on_step``, ``lag_foot_off``, ``lag_foot_on``, ``stand``,
        ``step_down_start``, ``step_down_stop``; without feet ``start``, ``stand``.
        Timed up and go: ``start``, ``seat_off``, ``stand``, ``walk_start``, ``turn_start``, ``turn_stop``,
        ``turn2_start``, ``turn2_stop``, ``sit``.
    complete : bool
        False where the recording cuts it off or the movement does not reach its end.
    note : str
        Why it is not complete, and what else a reader should know of it; empty otherwise.
    lead_side : {'r', 'l'} or None
        Leg that goes first onto a step; None in other movements.
    starts_before_recording : bool
        Whether it was under way when the recording began; where only the trunk was, it is complete all the same.
    falls_short : bool
        Whether it is not complete because it reaches much less than the trial's greatest.
    """

    index: int
    start_s: float
    stop_s: float
    events: dict[str, float] = field(default_factory=dict)
    complete: bool = True
    note: str = ""
    lead_side: Side | None = None
    starts_before_recording: bool = False
    falls_short: bool = False

    @property
    def duration_s(self) -> float:
        """Time from its first to its last event [s]."""
        return self.stop_s - self.start_s
