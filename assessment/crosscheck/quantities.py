"""What is compared with what: a scalar of opencap-processing, our indicator, and how their definitions differ.

Read from opencap-processing's source (gait_analysis.py, sts_analysis.py; 2026). Its values are means over all strides
or repetitions it found; so are ours over those that count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import mul
from typing import Literal

from assessment.crosscheck.checkout import Analysis
from assessment.motion import Side

AnalysisName = Literal["gait", "sit-to-stand"]
Values = Mapping[str, tuple[float, ...]]

# Cut-off of angles and markers in its own examples [Hz].
_LOW_PASS_HZ = 6
_FILTER = {"lowpass_cutoff_frequency_for_coordinate_values": _LOW_PASS_HZ}


@dataclass(frozen=True)
class Quantity:
    """One quantity that both have.

    Attributes
    ----------
    ours : str
        Name of our indicator.
    label, unit : str
        ``unit`` is our indicator's; a value of ours in another one is not compared.
    theirs : dict of str to str
        The scalars it is found from, with the unit each must have.
    value : callable
        From these scalars of the leg at hand, one value a stride or repetition each, to the quantity in ``unit``.
    note : str
        Where the definitions differ; empty where they agree.
    """

    ours: str
    label: str
    unit: str
    theirs: dict[str, str]
    value: Callable[[Values], tuple[float, ...]]
    note: str = ""


def _same(name: str) -> Callable[[Values], tuple[float, ...]]:
    return lambda values: values[name]


def _stride_times(values: Values) -> tuple[float, ...]:
    return tuple(stance + swing for stance, swing in zip(values["stance_time"], values["swing_time"], strict=True))


def _percent_of_stride(name: str) -> Callable[[Values], tuple[float, ...]]:
    return lambda values: tuple(
        100.0 * part / stride for part, stride in zip(values[name], _stride_times(values), strict=True)
    )


_PHASES = {"stance_time": "s", "swing_time": "s"}

GAIT: tuple[Quantity, ...] = (
    Quantity(
        "gait_speed", "Gait speed", "m/s", {"gait_speed": "m/s"}, _same("gait_speed"),
        "Theirs: centre of mass in 3-D over each of this leg's strides. Ours: pelvis over the floor, steady part.",
    ),
    Quantity("cadence", "Cadence", "steps/min", {"cadence": "steps/min"}, _same("cadence"),
             "Theirs: mean of the rates of this leg's strides. Ours: rate of the mean stride."),
    Quantity(
        "stride_length", "Stride length", "m", {"stride_length": "m"}, _same("stride_length"),
        "Theirs takes a stride's two ends in different axes: wrong unless the walk is along the ground's x.",
    ),
    Quantity(
        "stride_length", "Stride length by speed", "m", {"gait_speed": "m/s", **_PHASES},
        lambda values: tuple(map(mul, values["gait_speed"], _stride_times(values))),
        "Its speed times its stride time, which its axes do not touch.",
    ),
    Quantity(
        "step_length", "Step length", "m", {"step_length": "m"}, _same("step_length"),
        "Theirs: heel over heel along the pelvis' mean heading in the middle half of the trial.",
    ),
    Quantity(
        "step_width", "Step width", "m", {"step_width": "m"}, _same("step_width"),
        "Theirs: distance of the ankle centres across the path at 40-60 % of each stance.",
    ),
    Quantity("stride_time", "Stride time", "s", _PHASES, _stride_times),
    Quantity(
        "stance_share", "Stance", "%", _PHASES, _percent_of_stride("stance_time"),
        "Theirs: heel strike and toe-off where the foot is as fast as the pelvis, so early and late: stance longer.",
    ),
    Quantity("swing_share", "Swing", "%", _PHASES, _percent_of_stride("swing_time")),
    Quantity(
        "double_support_share", "Double support", "%", {"double_support_time": "%"}, _same("double_support_time"),
        "Theirs is called a time but is the share of the stride, both double supports together.",
    ),
    Quantity(
        "single_support_share", "Single support", "%", {"single_support_time": "%"},
        lambda values: tuple(0.5 * both for both in values["single_support_time"]),
        "Half of theirs, which is 100 % less double support: single support of both legs together.",
    ),
)  # fmt: skip

SIT_TO_STAND: tuple[Quantity, ...] = (
    Quantity(
        "number_of_repetitions", "Repetitions", "1", {"rise_time": "s"},
        lambda values: (float(len(values["rise_time"])),),
        "Theirs: peaks of the pelvis' height. Ours: complete repetitions.",
    ),
    Quantity(
        "rise_duration", "Rise", "s", {"rise_time": "s"}, _same("rise_time"),
        "Theirs starts 0.1 s after the pelvis rises faster than 0.1 m/s. Ours starts when the trunk leans: longer.",
    ),
    Quantity(
        "repetition_duration", "Rise and sitting down", "s", {"sts_time": "s"}, _same("sts_time"),
        "Theirs ends with the pelvis 5 cm above where it started. Ours runs from trunk lean to the seat: longer.",
    ),
    Quantity(
        "peak_trunk_flexion", "Peak trunk flexion", "deg", {"torso_orientation": "degrees"},
        _same("torso_orientation"),
        "Theirs: before lift-off, about the ground's z: too great, the more the person faces away from x.",
    ),
    Quantity(
        "peak_trunk_flexion_velocity", "Peak trunk flexion velocity", "deg/s",
        {"torso_angular_velocity": "degrees/s"}, _same("torso_angular_velocity"),
        "Theirs: as its peak trunk flexion.",
    ),
)  # fmt: skip

QUANTITIES: dict[AnalysisName, tuple[Quantity, ...]] = {"gait": GAIT, "sit-to-stand": SIT_TO_STAND}


def analysis_of(activity: str) -> AnalysisName | None:
    """Which of its analyses suits a movement; None where it has none."""
    if activity.startswith("sit-to-stand"):
        return "sit-to-stand"
    return "gait" if activity.startswith("walking") else None


def sides_of(name: AnalysisName) -> tuple[Side | None, ...]:
    """Gait is analysed once a leg, sit-to-stand once."""
    return ("r", "l") if name == "gait" else (None,)


def analysis(name: AnalysisName, side: Side | None) -> Analysis:
    """The analysis as opencap-processing is asked for it."""
    scalars = tuple(dict.fromkeys(scalar for quantity in QUANTITIES[name] for scalar in quantity.theirs))
    if name == "gait":
        return Analysis(
            "ActivityAnalyses.gait_analysis", "gait_analysis", {**_FILTER, "leg": side, "n_gait_cycles": -1}, scalars
        )
    return Analysis("ActivityAnalyses.sts_analysis", "sts_analysis", {**_FILTER, "n_sts_cycles": -1}, scalars)
