"""One repetition of a movement."""

from __future__ import annotations

from dataclasses import dataclass, field

from assessment.motion import Side


@dataclass(frozen=True)
class Repetition:
    """One repetition, on the trial's clock.

    Attributes
    ----------
    index : int
        From 1, in time; incomplete ones are counted too.
    start_s, stop_s : float
        First and last event [s].
    events : dict of str to float
        Sit-to-stand: ``rise_start`` (trunk starts forward), ``seat_off``, ``stand`` (full stand), and where seen
        ``descent_start`` and ``sit`` (contact with the seat). Squat: ``start``, ``lowest``, ``stop`` [s].
    complete : bool
        False where the recording cuts it off or the movement does not reach its end.
    note : str
        Why it is not complete, and what else a reader should know of it; empty otherwise.
    lead_side : {'r', 'l'} or None
        Leg that goes first onto a step; None in other movements.
    """

    index: int
    start_s: float
    stop_s: float
    events: dict[str, float] = field(default_factory=dict)
    complete: bool = True
    note: str = ""
    lead_side: Side | None = None

    @property
    def duration_s(self) -> float:
        """Time from its first to its last event [s]."""
        return self.stop_s - self.start_s
