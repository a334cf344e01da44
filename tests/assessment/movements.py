"""Movements with known answers: a planar leg with feet on the floor, and real recordings read as `Kinematics`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from pipeline.motion.landmarks import Landmarks
from pipeline.trajectories import Array, Kinematics

THIGH_M, SHANK_M = 0.42, 0.42
# The pelvis turns about the hips; its origin is in front of and above them (LaiUhlrich2022).
ORIGIN_FROM_HIP_M = (0.056, 0.078)
COORDINATES = (
    "pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz",
    "hip_flexion_r", "hip_flexion_l", "hip_adduction_r", "hip_adduction_l", "hip_rotation_r", "hip_rotation_l",
    "knee_angle_r", "knee_angle_l", "ankle_angle_r", "ankle_angle_l",
    "lumbar_extension", "lumbar_bending", "lumbar_rotation",
)  # fmt: skip
FIELD = "opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0/OpenSimData/Kinematics"
LAB = "lab_opencap_labvalidation_subject4_nimble"
COLUMBIA = "opencap_columbia_gait_mit/OpenCapData_2db17660-ae9d-44b4-85ee-ab3193511c6d/OpenSimData/Kinematics"
NMD_WALK = "opencap_nmd_walk120hz_mit/example_joint_angle_timeseries_walk.mot"
TREADMILL = "opencap_grf_templates_apache/GaitDynamics_Template_IK.mot"


def lab_trial(name: str) -> str:
    return f"{LAB}/IK/{name}_manual_scaling_ik.mot"


def assemble(time_s: Array, **columns: Array | float) -> Kinematics:
    """Kinematics from named columns [rad, m]; what is not named is zero, and markers fit to 1 cm."""
    values = np.zeros((len(time_s), len(COORDINATES)))
    for name, column in columns.items():
        values[:, COORDINATES.index(name)] = column
    return Kinematics(time_s, COORDINATES, values, ("a", "b"), np.full((len(time_s), 2), 0.01))


def ramp(time_s: Array, start_s: float, stop_s: float) -> Array:
    """0 before, 1 after, minimum jerk between."""
    u = np.clip((time_s - start_s) / (stop_s - start_s), 0.0, 1.0)
    return u**3 * (10 - 15 * u + 6 * u**2)


def legs(time_s: Array, knee: Array, shank: Array, lean: Array) -> Kinematics:
    """Both legs alike, ankles fixed: knee flexion, forward inclination of the shank and of the pelvis [rad]."""
    thigh = knee - shank
    forward, up = ORIGIN_FROM_HIP_M
    return assemble(
        time_s,
        pelvis_tilt=-lean,
        pelvis_tx=SHANK_M * np.sin(shank) - THIGH_M * np.sin(thigh) + forward * np.cos(lean) + up * np.sin(lean),
        pelvis_ty=0.07 + SHANK_M * np.cos(shank) + THIGH_M * np.cos(thigh) + up * np.cos(lean) - forward * np.sin(lean),
        hip_flexion_r=thigh + lean, hip_flexion_l=thigh + lean,
        knee_angle_r=knee, knee_angle_l=knee, ankle_angle_r=shank, ankle_angle_l=shank,
    )  # fmt: skip


def sit_to_stand(
    rises: int = 5, *, rate_hz: float = 100.0, cycle_s: float = 3.0, reach: tuple[float, ...] = (), stop_s: float = 0.0
) -> Kinematics:
    """Seated, then ``rises`` times: 0.5 s in, trunk forward (0.5 s); 0.8 s in, up (0.8 s); 2.0 s in, down (0.8 s).

    ``reach`` scales single rises (1 where not given); ``stop_s`` cuts the recording.
    """
    time_s = np.arange(0.0, stop_s or rises * cycle_s + 1.0, 1.0 / rate_hz)
    up = np.zeros_like(time_s)
    lean = np.full_like(time_s, np.radians(-10.0))
    for k in range(rises):
        t0 = k * cycle_s
        full = reach[k] if k < len(reach) else 1.0
        up += full * (ramp(time_s, t0 + 0.8, t0 + 1.6) - ramp(time_s, t0 + 2.0, t0 + 2.8))
        lean += np.radians(45.0) * (ramp(time_s, t0 + 0.5, t0 + 1.0) - ramp(time_s, t0 + 1.0, t0 + 1.6))
        lean += np.radians(45.0) * (ramp(time_s, t0 + 2.0, t0 + 2.4) - ramp(time_s, t0 + 2.4, t0 + 3.0))
    return on_chair(time_s, up, lean)


def on_chair(time_s: Array, up: Array, lean_rad: Array | None = None) -> Kinematics:
    """Seated (``up`` 0) to standing (1): knees from 95 to 5 degrees; the pelvis leans as given, else 10 deg back."""
    lean_rad = np.full_like(time_s, np.radians(-10.0)) if lean_rad is None else lean_rad
    return legs(time_s, np.radians(95.0 - 90.0 * up), np.radians(12.0 * (1 - up)), lean_rad)


def feet_at(time_s: Array, heels: dict[str, Array], length_m: float = 0.22) -> Landmarks:
    """Landmarks of feet that point along X, from the places of the heels, shape (3,) or (n, 3) each."""
    points = {}
    for side, heel in heels.items():
        points[f"heel_{side}"] = np.zeros((len(time_s), 3)) + heel
        points[f"toe_{side}"] = points[f"heel_{side}"] + [length_m, 0.0, 0.0]
    return Landmarks(time_s, points, length_m, 0.8)


def squats(count: int = 5, *, rate_hz: float = 60.0, cycle_s: float = 2.5, pause_s: float = 0.0) -> Kinematics:
    """Standing, then per cycle: down from 0.5 s to 1.2 s, up again from 1.2 s (plus the pause) for 0.7 s."""
    cycle_s += pause_s
    time_s = np.arange(0.0, count * cycle_s + 0.5, 1.0 / rate_hz)
    down = np.zeros_like(time_s)
    for k in range(count):
        t0 = k * cycle_s
        down += ramp(time_s, t0 + 0.5, t0 + 1.2) - ramp(time_s, t0 + 1.2 + pause_s, t0 + 1.9 + pause_s)
    return legs(time_s, np.radians(5 + 95 * down), np.radians(32 * down), np.radians(32 * down))


def walk(
    speed_m_s: float = 1.2, *, duration_s: float = 6.0, rate_hz: float = 60.0, stride_s: float = 1.1
) -> Kinematics:
    """Alternating legs, pelvis bobbing twice a stride; on the spot at speed zero."""
    time_s = np.arange(0.0, duration_s, 1.0 / rate_hz)
    phase = 2 * np.pi * time_s / stride_s
    return assemble(
        time_s,
        pelvis_tx=speed_m_s * time_s, pelvis_ty=0.95 + 0.02 * np.cos(2 * phase), pelvis_tz=0.02 * np.sin(phase),
        hip_flexion_r=np.radians(5 + 22 * np.cos(phase)), hip_flexion_l=np.radians(5 - 22 * np.cos(phase)),
        knee_angle_r=np.radians(32 + 28 * np.sin(phase)), knee_angle_l=np.radians(32 - 28 * np.sin(phase)),
    )  # fmt: skip


# When `timed_up_and_go` does what; the knees straighten, legs swing and the body turns smoothly in between [s].
TUG_TIMES_S = {
    "start": 0.5, "rise": 0.8, "stand": 1.6, "walk_start": 1.7, "turn_start": 4.6, "turn_stop": 6.6,
    "turn2_start": 9.4, "turn2_stop": 11.0, "descent": 11.2, "seated": 12.2,
}  # fmt: skip


def timed_up_and_go(
    way_m: float = 3.0, *, rate_hz: float = 60.0, stop_s: float = 13.5, second_turn: float = 1.0
) -> Kinematics:
    """Seated, up, ``way_m`` out, round to the left, back, round again (-1: the other way), down: `TUG_TIMES_S`."""
    at = TUG_TIMES_S
    time_s = np.arange(0.0, stop_s, 1.0 / rate_hz)

    def over(start: str, stop: str) -> Array:
        return ramp(time_s, at[start], at[stop])

    up = over("rise", "stand") - over("descent", "seated")
    lean = np.radians(-10.0) + np.radians(45.0) * (
        over("start", "rise") - over("rise", "stand") + over("turn2_stop", "descent") - over("descent", "seated")
    )
    body = on_chair(time_s, up, lean)
    out, back = over("walk_start", "turn_start"), over("turn_stop", "turn2_stop")
    stepping = ramp(time_s, at["walk_start"], at["walk_start"] + 0.3) - ramp(time_s, 10.8, at["turn2_stop"])
    phase = 2 * np.pi * (time_s - at["walk_start"]) / 1.1
    for side, sign in (("r", 1.0), ("l", -1.0)):
        for name, mean, size in (("hip_flexion", 8.0, 20.0), ("knee_angle", 20.0, 25.0)):
            swing = np.radians(mean + sign * size * np.sin(phase)) * stepping
            body = column(body, f"{name}_{side}", body.coordinate(f"{name}_{side}") + swing)
    body = column(body, "pelvis_ty", body.coordinate("pelvis_ty") + 0.015 * np.cos(2 * phase) * stepping)
    yaw = np.pi * (over("turn_start", "turn_stop") + second_turn * over("turn2_start", "turn2_stop"))
    yaw += np.radians(5.0) * np.sin(phase) * stepping
    return _turned(body, yaw, way_m * (out - back))


def _turned(kinematics: Kinematics, yaw_rad: Array, ahead_m: Array) -> Kinematics:
    """Each frame turned about the vertical by its own angle, then moved along X."""
    names = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz")
    old = np.stack([kinematics.coordinate(name) for name in names], axis=1)
    turn = Rotation.from_euler("Y", yaw_rad[:, None])
    angles = np.unwrap((turn * Rotation.from_euler("ZXY", old[:, :3])).as_euler("ZXY"), axis=0)
    places = turn.apply(old[:, 3:]) + ahead_m[:, None] * [1.0, 0.0, 0.0]
    for index, name in enumerate(names):
        kinematics = column(kinematics, name, np.concatenate([angles, places], axis=1)[:, index])
    return kinematics


def standing(duration_s: float = 8.0) -> Kinematics:
    time_s = np.arange(0.0, duration_s, 1.0 / 60.0)
    return assemble(time_s, pelvis_ty=0.95 + 0.003 * np.sin(2 * time_s), pelvis_tx=0.01 * np.sin(1.3 * time_s))


def stoop(depth_deg: float = 60.0) -> Kinematics:
    """Bend the trunk forward over nearly straight legs and come up again, as when reaching for a low table."""
    time_s = np.arange(0.0, 5.0, 1.0 / 60.0)
    bend = (ramp(time_s, 1.0, 2.2) - ramp(time_s, 2.8, 4.0)) * np.radians(depth_deg)
    # Half of the bend in the pelvis, half in the lumbar joint; extension of the lumbar joint is positive.
    return column(
        legs(time_s, np.full_like(time_s, 0.1), np.full_like(time_s, 0.05), 0.5 * bend), "lumbar_extension", -0.5 * bend
    )


def column(kinematics: Kinematics, name: str, values: Array) -> Kinematics:
    """The same movement with one coordinate replaced."""
    changed = kinematics.values.copy()
    changed[:, kinematics.coordinates.index(name)] = values
    return replace(kinematics, values=changed)


def facing(kinematics: Kinematics, heading_rad: float, shift_m: tuple[float, float, float] = (0, 0, 0)) -> Kinematics:
    """The same movement in a room that is turned about the vertical and shifted."""
    names = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz")
    old = np.stack([kinematics.coordinate(name) for name in names], axis=1)
    turn = Rotation.from_euler("Y", heading_rad)
    angles = (turn * Rotation.from_euler("ZXY", old[:, :3])).as_euler("ZXY")
    new = np.concatenate([np.unwrap(angles, axis=0), turn.apply(old[:, 3:]) + np.array(shift_m)], axis=1)
    for index, name in enumerate(names):
        kinematics = column(kinematics, name, new[:, index])
    return kinematics


def mirrored(kinematics: Kinematics) -> Kinematics:
    """Left and right exchanged."""
    swapped = kinematics
    for name in kinematics.coordinates:
        other = {"_r": "_l", "_l": "_r"}.get(name[-2:])
        if other and name[:-2] + other in kinematics.coordinates:
            swapped = column(swapped, name[:-2] + other, kinematics.coordinate(name))
    for name in ("pelvis_list", "pelvis_rotation", "pelvis_tz", "lumbar_bending", "lumbar_rotation"):
        swapped = column(swapped, name, -kinematics.coordinate(name))
    return swapped


def later(kinematics: Kinematics, shift_s: float) -> Kinematics:
    return replace(kinematics, time_s=kinematics.time_s + shift_s)


def from_s(kinematics: Kinematics, start_s: float) -> Kinematics:
    """What a recording shows that starts later."""
    late = kinematics.time_s >= start_s - 1e-9
    return replace(
        kinematics,
        time_s=kinematics.time_s[late],
        values=kinematics.values[late],
        marker_errors_m=kinematics.marker_errors_m[late],
    )


def resampled(kinematics: Kinematics, rate_hz: float) -> Kinematics:
    time_s = np.arange(kinematics.time_s[0], kinematics.time_s[-1], 1.0 / rate_hz)
    values = np.stack([np.interp(time_s, kinematics.time_s, v) for v in kinematics.values.T], axis=1)
    errors = np.zeros((len(time_s), len(kinematics.marker_names)))
    return replace(kinematics, time_s=time_s, values=values, marker_errors_m=errors)


def noisy(kinematics: Kinematics, seed: int = 0) -> Kinematics:
    """OpenCap-like jitter: 5 mm on the pelvis, 1 deg on the angles, white."""
    random = np.random.default_rng(seed)
    scale = np.array([0.005 if name in ("pelvis_tx", "pelvis_ty", "pelvis_tz") else np.radians(1.0)
                      for name in kinematics.coordinates])  # fmt: skip
    return replace(kinematics, values=kinematics.values + scale * random.standard_normal(kinematics.values.shape))
