"""What an assessment should find in a synthetic session, from its movement without errors.

Definitions are those of the indicators; the code is not: events come from true angles and forces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assessment.synthetic.session import SyntheticSession


def true_values(session: SyntheticSession) -> dict[str, float]:
    """Values by name, in the units that the indicators have."""
    gait = session.habits.gait
    return {
        "five_times_sit_to_stand_time": round(_five_times_s(session), 3),
        "gait_speed": round(gait.speed_m_s, 4),
        "cadence": round(60.0 / gait.step_s, 2),
        "stride_length": round(gait.speed_m_s * gait.stride_s, 4),
        "stance_share": round(gait.stance_share, 4),
    }


def _five_times_s(session: SyntheticSession) -> float:
    """From the first forward movement of the trunk to the fifth stand."""
    events = session.recordings["5xSTS"].truth.events_s
    return float(events["stands"][4] - events["trunk_starts"][0])
