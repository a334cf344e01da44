"""What the synthetic older adult's indicators truly are: the product's definitions on her true movement."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from assessment.activities import Activity
from assessment.example import EXAMPLE
from assessment.indicators import Indicator, TrialResults, compute_indicators
from assessment.motion import SIDES
from assessment.repetitions import find_repetitions
from models.subject import Subject
from pipeline.files.storage import read_storage
from pipeline.kinematics import read_kinematics
from pipeline.motion.filtering import derivatives, low_pass
from pipeline.motion.landmarks import find_landmarks
from pipeline.quality import Quality
from pipeline.trajectories import TRANSLATIONS, ContactForce, ContactForces, JointMoments, Kinematics

TRUTH = EXAMPLE.parent / "truth"
TRUE_MODEL = TRUTH / "LaiUhlrich2022_true.osim"
ACTIVITIES = {"5xSTS": "sit-to-stand", "walk": "walking", "step_up": "step-up", "pick_up": "pick-up"}
BODIES = {"r": "calcn_r", "l": "calcn_l", "seat": "pelvis"}
# Facts of a recording, of which there is no truth: how many strides could be told apart.
WITHOUT_TRUTH = frozenset({"number_of_strides"})
# The seat bears while it carries more than this; below, the truth of the file is rounding [N].
BEARS_N = 1.0

Key = tuple[str, str | None, int | None]


def key_of(indicator: Indicator) -> Key:
    """What tells an indicator from the others of its trial."""
    return indicator.name, indicator.side, indicator.repetition


def true_kinematics(trial: str) -> Kinematics:
    """Her angles in a trial."""
    return read_kinematics(TRUTH / f"{trial}_angles.mot")


@lru_cache(maxsize=64)
def true_values(trial: str, subject: Subject, seat_height_m: float, cutoff_hz: float) -> dict[Key, float]:
    """All indicators of a trial that have a value; parameters as of `true_results`."""
    found = compute_indicators(true_results(trial, subject, seat_height_m, cutoff_hz))
    values = {key_of(one): one.value for one in found if one.value is not None and one.name not in WITHOUT_TRUTH}
    return values | (true_phases() if ACTIVITIES[trial] == "walking" else {})


def true_phases() -> dict[Key, float]:
    """Phases of her strides from when her feet truly stood, not from events that were detected on true angles [%]."""
    events = tomllib.loads((TRUTH / "trials.toml").read_text(encoding="utf-8"))["walk"]
    strikes = {side: np.array(events[f"heel_strike_{side}"]) for side in SIDES}
    offs = {side: np.array(events[f"toe_off_{side}"]) for side in SIDES}
    values: dict[Key, float] = {}
    stance = {}
    for side in SIDES:
        own_off = [offs[side][offs[side] > strike][0] for strike in strikes[side][:-1]]
        stance[side] = float(np.mean(100.0 * (own_off - strikes[side][:-1]) / np.diff(strikes[side])))
    for side, other in (SIDES, SIDES[::-1]):
        values |= {
            ("stance_share", side, None): stance[side],
            ("swing_share", side, None): 100.0 - stance[side],
            # One foot stands alone while the other swings.
            ("single_support_share", side, None): 100.0 - stance[other],
        }
    values["double_support_share", None, None] = sum(stance.values()) - 100.0
    return values


def true_results(trial: str, subject: Subject, seat_height_m: float, cutoff_hz: float) -> TrialResults:
    """What indicators are computed from, as it truly was.

    Parameters
    ----------
    trial : str
    subject : Subject
    seat_height_m : float
    cutoff_hz : float
        The one that the estimate used: some indicators are defined over the time that it lets be seen.
    """
    kinematics = true_kinematics(trial)
    landmarks = find_landmarks(TRUE_MODEL, kinematics)
    activity = Activity(ACTIVITIES[trial], 1.0, ())  # type: ignore[arg-type]
    forces, moments = _dynamics(trial, kinematics, cutoff_hz)
    return TrialResults(
        activity=activity,
        repetitions=find_repetitions(activity, kinematics, landmarks),
        kinematics=kinematics,
        landmarks=landmarks,
        forces=forces,
        moments=moments,
        subject=subject,
        kinematic_gate=Quality(),
        kinetic_gate=Quality(),
        seat_height_m=seat_height_m,
    )


def _dynamics(trial: str, kinematics: Kinematics, cutoff_hz: float) -> tuple[ContactForces, JointMoments]:
    time_s, every = kinematics.time_s, np.ones(len(kinematics.time_s), dtype=bool)
    zero = np.zeros((len(time_s), 3))
    file = read_storage(TRUTH / f"{trial}_contact_forces.mot")
    columns = dict(zip(file.columns, file.values.T, strict=True))
    contacts = {
        key: ContactForce(
            body,
            *(
                np.stack([columns[f"ground_{kind}{axis}"] for axis in "xyz"], axis=1)
                for kind in (f"force_{key}_v", f"force_{key}_p", f"torque_{key}_")
            ),
        )
        for key, body in BODIES.items()
        if f"ground_force_{key}_vx" in columns
    }
    on_seat = np.abs(contacts["seat"].force_n[:, 1]) > BEARS_N if "seat" in contacts else ~every
    unknown = {f"hip_flexion_{side}": on_seat for side in "rl"}
    forces = ContactForces(time_s, contacts, "measured", 0.0, zero, zero, every, unknown=unknown)
    file = read_storage(TRUTH / f"{trial}_moments.sto")
    moments_nm = np.column_stack([file.values[:, _column(file.columns, name)] for name in kinematics.coordinates])
    # By definition indicators of moments are of moments low-passed at the trial's cut-off (docs/indicators.md).
    values = low_pass(kinematics.values, time_s, cutoff_hz)
    speeds, _ = derivatives(values, time_s)
    moments_nm = low_pass(moments_nm, time_s, cutoff_hz)
    moments = JointMoments(
        time_s, kinematics.coordinates, values, speeds, moments_nm, cutoff_hz, every, zero, unknown=unknown
    )
    return forces, moments


def _column(columns: Iterable[str], coordinate: str) -> int:
    suffix = "force" if coordinate in TRANSLATIONS else "moment"
    return list(columns).index(f"{coordinate}_{suffix}")
