"""The torch skeleton's inverse dynamics against OpenSim's solver: frames a second, and how far apart the forces are.

``python -m benchmarks.dynamics_speed``: a made-up person of the generic model's size, with patellae, does squats with
arms and trunk moving for `DURATION_S`. Median of `REPEATS` runs on one thread each, the model loaded before: the forces
alone, and with all else that contact estimation asks for (centre of mass, momentum, frames and Jacobians of
`TRACKED_BODIES`), where most of OpenSim's time goes into handing matrices to Python. The whole station goes from
angles and the model's file to joint moments with estimated forces. On turning knees OpenSim's solver errs
(docs/contact-forces.md): this is the difference between the forces.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import opensim as osim
import torch

from benchmarks.saving import save
from models.skeleton import GENERIC_MODEL, load_model
from models.skeleton.heavy_skeleton import HeavySkeleton
from models.skeleton.inverse_dynamics import inverse_dynamics
from models.skeleton.kinematics import SkeletonTree
from pipeline.dynamics import solve_dynamics
from pipeline.motion.body_sweep import TRACKED_BODIES, BodySweep
from pipeline.motion.filtering import derivatives
from pipeline.trajectories import Array, Kinematics

RATE_HZ, DURATION_S, SQUAT_S, CUTOFF_HZ = 60.0, 15.0, 3.0, 6.0
STANDING_FOOT = "calcn_r"
REPEATS = 5


def squats(tree: SkeletonTree) -> Kinematics:
    """Squats without a pause; the pelvis goes where it must for the right foot to stay in place."""
    time_s = np.arange(round(DURATION_S * RATE_HZ) + 1) / RATE_HZ
    turn = 2 * np.pi * time_s / SQUAT_S
    depth = 0.5 - 0.5 * np.cos(turn)
    curves = {
        "pelvis_tilt": -0.5 * depth,
        "lumbar_extension": -0.3 * depth,
        "lumbar_rotation": 0.1 * np.sin(turn),
    }
    for side, sign in (("r", 1.0), ("l", -1.0)):
        curves |= {
            f"hip_flexion_{side}": 1.5 * depth,
            f"knee_angle_{side}": 1.5 * depth,
            f"ankle_angle_{side}": 0.5 * depth,
            f"hip_adduction_{side}": sign * 0.03 * np.sin(turn),
            f"subtalar_angle_{side}": -sign * 0.03 * np.sin(turn),
            f"arm_flex_{side}": 1.2 * depth,
            f"elbow_flex_{side}": 0.4 + 0.3 * np.sin(turn),
        }
    values = np.zeros((len(time_s), len(tree.coordinates)))
    for name, curve in curves.items():
        values[:, tree.coordinates.index(name)] = curve
    foot_m = tree.body_frames(torch.from_numpy(values))[1][:, tree.bodies.index(STANDING_FOOT)].numpy()
    values[:, [tree.coordinates.index(f"pelvis_t{axis}") for axis in "xyz"]] -= foot_m
    return Kinematics(time_s, tree.coordinates, values, (), np.zeros((len(time_s), 0)))


class OpenSimForces:
    """OpenSim's InverseDynamicsSolver, frame by frame, on coordinates in the order of its state."""

    def __init__(self, model: osim.Model) -> None:
        self._model, self._state = model, model.initSystem()
        self._solver = osim.InverseDynamicsSolver(model)
        coordinates = model.getCoordinateSet()
        self._places: dict[str, int] = {}
        for i in range(coordinates.getSize()):
            self._state.setU(osim.Vector(self._state.getNU(), 0.0))
            coordinates.get(i).setSpeedValue(self._state, 1.0)
            self._places[coordinates.get(i).getName()] = int(np.argmax(self._state.getU().to_numpy()))

    def in_state_order(self, driven: tuple[str, ...], columns: Array) -> Array:
        """Columns of driven coordinates, in the order of OpenSim's state."""
        ordered = np.empty_like(columns)
        ordered[:, [self._places[name] for name in driven]] = columns
        return ordered

    def in_driven_order(self, driven: tuple[str, ...], columns: Array) -> Array:
        """The way back."""
        return columns[:, [self._places[name] for name in driven]]

    def solve(self, values: Array, speeds: Array, accelerations: Array, *, everything: bool = False) -> Array:
        """Generalised forces of all frames, followers apart; ``everything`` else is asked for and thrown away."""
        forces = np.empty_like(values)
        for frame, (q, u, udot) in enumerate(zip(values, speeds, accelerations, strict=True)):
            self._state.setQ(osim.Vector.createFromMat(q))
            self._state.setU(osim.Vector.createFromMat(u))
            self._model.realizeVelocity(self._state)
            forces[frame] = self._solver.solve(self._state, osim.Vector.createFromMat(udot)).to_numpy()
            if everything:
                self._ask_for_the_rest()
        return forces

    def _ask_for_the_rest(self) -> None:
        matter, matrix = self._model.getMatterSubsystem(), osim.Matrix()
        self._model.calcMassCenterPosition(self._state).to_numpy()
        momentum = matter.calcSystemCentralMomentum(self._state)
        np.hstack([momentum.get(0).to_numpy(), momentum.get(1).to_numpy()])
        for name in TRACKED_BODIES:
            body = self._model.getBodySet().get(name)
            transform = body.getTransformInGround(self._state)
            transform.p().to_numpy()
            axes = transform.R().asMat33()
            np.array([[axes.get(row, column) for column in range(3)] for row in range(3)])
            matter.calcFrameJacobian(self._state, body.getMobilizedBodyIndex(), osim.Vec3(0), matrix)
            matrix.to_numpy()


def main() -> None:
    """Print and save all figures."""
    torch.set_num_threads(1)
    model = load_model(GENERIC_MODEL)
    skeleton = HeavySkeleton.from_model(model)
    tree, kinematics = skeleton.tree, squats(skeleton.tree)
    values = kinematics.values
    motion = [torch.from_numpy(one.copy()) for one in (values, *derivatives(values, kinematics.time_s))]
    opensim = OpenSimForces(model)
    coupling = tree.coupling(motion[0].T.contiguous()).permute(2, 0, 1).numpy()
    # The generic model's patellae turn with the knee, one to one: speeds and accelerations follow by the same factor.
    followed = [np.einsum("tdc,tc->td", coupling, one.numpy()) for one in motion]
    in_state = [opensim.in_state_order(tree.driven, one) for one in followed]

    theirs, opensim_s = _timed(lambda: opensim.solve(*in_state))
    ours, forces_s = _timed(lambda: inverse_dynamics(skeleton, *motion).forces.numpy())
    _, opensim_sweep_s = _timed(lambda: opensim.solve(*in_state, everything=True))
    sweep, moving = BodySweep(model), [one.numpy() for one in motion]
    _, sweep_s = _timed(lambda: sweep.run(*moving))
    _, station_s = _timed(lambda: _whole_station(kinematics))
    folded = np.einsum("tdc,td->tc", coupling, opensim.in_driven_order(tree.driven, theirs))
    n_frames = len(values)
    figures = {
        "frames": n_frames,
        "OpenSim's solver: frames per second": round(n_frames / opensim_s),
        "torch skeleton: frames per second": round(n_frames / forces_s),
        "times faster": round(opensim_s / forces_s, 1),
        "largest difference of the forces [N or Nm]": float(np.abs(ours - folded).max()),
        "OpenSim, with frames and Jacobians: frames per second": round(n_frames / opensim_sweep_s),
        "torch skeleton, with frames and Jacobians: frames per second": round(n_frames / sweep_s),
        "times faster, with frames and Jacobians": round(opensim_sweep_s / sweep_s, 1),
        "whole station with estimated forces [s]": round(station_s, 3),
    }
    for label, value in figures.items():
        print(f"{label:80s} {value:.6g}")
    print(f"saved: {save('dynamics_speed', figures)}")


def _whole_station(kinematics: Kinematics) -> object:
    return solve_dynamics(
        GENERIC_MODEL,
        kinematics,
        lock_feet=True,
        cutoff_hz=CUTOFF_HZ,
        seated=False,
        force_file=None,
        force_file_to_ground=np.eye(3),
        force_mode="estimated",
    )


def _timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """Its result, and the median of the seconds it takes, after one run that does not count."""
    result, seconds = run(), []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return result, float(np.median(seconds))


if __name__ == "__main__":
    main()
