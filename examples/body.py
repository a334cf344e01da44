"""The synthetic person's body: poses, legs that reach their feet, and the wrench that a movement needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim as osim
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from examples.smooth import derivatives
from models.skeleton import load_model, without_patellae
from pipeline.trajectories import ContactForce

Array = NDArray[np.float64]

SIDES = ("r", "l")
LEG = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle", "subtalar_angle")
# Where the sole is in the generic calcn frame [m]: the lateral malleolus marker is 57 mm above the frame's origin,
# and 73 mm above the floor in the body that the generic model has (ANSUR II men, the rest is the sole).
SOLE_BELOW_CALCN_M = 0.016
HEEL_BEHIND_CALCN_M = 0.020


@dataclass(frozen=True)
class Dynamics:
    """What a movement needs from outside, in the ground frame, about the ground origin.

    Attributes
    ----------
    force_n, moment_nm, centre_of_mass_m : ndarray, shape (n_frames, 3)
    """

    force_n: Array
    moment_nm: Array
    centre_of_mass_m: Array

    def balance_point_m(self, height_m: Array) -> Array:
        """Point of a plane at this height about which the wrench has no horizontal moment, shape (n_frames, 3) [m]."""
        fx, fy, fz = self.force_n.T
        mx, _, mz = self.moment_nm.T
        return np.column_stack([(mz + height_m * fx) / fy, height_m * np.ones_like(fy), (height_m * fz - mx) / fy])


class Body:
    """A scaled skeleton that can be posed; angles in radians, ground frame, Y up."""

    def __init__(self, model_file: Path) -> None:
        self.model = without_patellae(load_model(model_file))
        self.state = self.model.initSystem()
        self.mass_kg = float(self.model.getTotalMass(self.state))
        self._matter = self.model.getMatterSubsystem()
        coordinates = [self.model.getCoordinateSet().get(i) for i in range(self.model.getCoordinateSet().getSize())]
        self.coordinates = tuple(coordinate.getName() for coordinate in coordinates)
        self.ranges = np.array([(c.getRangeMin(), c.getRangeMax()) for c in coordinates])
        self._slot = np.array([self._slot_of(coordinate) for coordinate in coordinates])
        self._solver = osim.InverseDynamicsSolver(self.model)
        self._body = {body.getName(): body for body in self.model.getBodyList()}
        toes = self.model.getJointSet().get("mtp_r")
        frame = osim.PhysicalOffsetFrame.safeDownCast(toes.getParentFrame())
        self.ball_m = frame.get_translation().to_numpy()
        ankle_height = osim.PhysicalOffsetFrame.safeDownCast(
            self.model.getJointSet().get("subtalar_r").getParentFrame()
        )
        scale_y = -ankle_height.get_translation().to_numpy()[1] / 0.04195
        self.sole_m = SOLE_BELOW_CALCN_M * scale_y
        self.heel_m = HEEL_BEHIND_CALCN_M * self.ball_m[0] / 0.1788

    def index(self, coordinate: str) -> int:
        """Column of a coordinate."""
        return self.coordinates.index(coordinate)

    def pose(self, q: Array, speeds: Array | None = None) -> None:
        """Set all coordinates (and speeds), in the order of `coordinates`."""
        placed = np.empty_like(q)
        placed[self._slot] = q
        self.state.setQ(osim.Vector.createFromMat(placed))
        if speeds is None:
            self.model.realizePosition(self.state)
            return
        moving = np.empty_like(q)
        moving[self._slot] = speeds
        self.state.setU(osim.Vector.createFromMat(moving))
        self.model.realizeVelocity(self.state)

    def frame(self, body: str) -> tuple[Array, Array]:
        """Rotation (3, 3) to ground and origin (3,) [m] of a body in the present pose."""
        transform = self._body[body].getTransformInGround(self.state)
        rotation = transform.R()
        return np.array([[rotation.get(i, j) for j in range(3)] for i in range(3)]), transform.p().to_numpy()

    def frames(self, q: Array, bodies: tuple[str, ...]) -> dict[str, tuple[Array, Array]]:
        """Rotations (n, 3, 3) and origins (n, 3) of bodies over a whole movement."""
        collected: dict[str, list[tuple[Array, Array]]] = {body: [] for body in bodies}
        for values in q:
            self.pose(values)
            for body in bodies:
                collected[body].append(self.frame(body))
        return {
            body: (np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs]))
            for body, pairs in collected.items()
        }

    def reach(self, q: Array, feet: Mapping[str, tuple[Array, Array]]) -> Array:
        """Change the leg coordinates of one pose until both feet are where they must be (Newton, 6 of 6 conditions).

        Parameters
        ----------
        q : ndarray, shape (n_coordinates,)
            Start; everything but the legs is kept.
        feet : mapping of side to (rotation, origin)
            Wanted pose of ``calcn`` in the ground frame.

        Raises
        ------
        RuntimeError
            A foot is out of reach: the movement asks for a leg longer than it is.
        """
        q = q.copy()
        for _ in range(30):
            self.pose(q)
            worst = 0.0
            for side, (rotation, origin) in feet.items():
                columns = [self.index(f"{name}_{side}") for name in LEG]
                body = self._body[f"calcn_{side}"]
                now_rotation, now_origin = self.frame(f"calcn_{side}")
                turn = Rotation.from_matrix(rotation @ now_rotation.T).as_rotvec()
                error = np.concatenate([turn, origin - now_origin])
                jacobian = osim.Matrix()
                self._matter.calcFrameJacobian(self.state, body.getMobilizedBodyIndex(), osim.Vec3(0), jacobian)
                step = np.linalg.solve(jacobian.to_numpy()[:, self._slot[columns]], error)
                q[columns] += step * min(1.0, 0.3 / max(float(np.abs(step).max()), 1e-12))
                worst = max(worst, float(np.abs(error).max()))
            if worst < 1e-11:
                return q
        raise RuntimeError(f"a foot is out of reach by {worst:.4f} (m or rad)")

    def dynamics(self, q: Array) -> Dynamics:
        """Total external wrench that the movement needs, from the equations of motion of the floating base."""
        speeds, accelerations = derivatives(q)
        forces, moments, centres = [], [], []
        for values, speed, acceleration in zip(q, speeds, accelerations, strict=True):
            base = self._generalised(values, speed, acceleration)[:6]
            tilt, pelvis_list = values[0], values[1]
            about_list = Rotation.from_euler("Z", tilt).apply([1.0, 0.0, 0.0])
            about_rotation = Rotation.from_euler("ZX", [tilt, pelvis_list]).apply([0.0, 1.0, 0.0])
            axes = np.array([[0.0, 0.0, 1.0], about_list, about_rotation])
            forces.append(base[3:6])
            moments.append(np.linalg.solve(axes, base[:3]) + np.cross(values[3:6], base[3:6]))
            centres.append(self.model.calcMassCenterPosition(self.state).to_numpy())
        return Dynamics(np.array(forces), np.array(moments), np.array(centres))

    def joint_moments(self, q: Array, forces: Mapping[str, ContactForce]) -> Array:
        """Inverse dynamics under known contact forces, shape (n_frames, n_coordinates) [Nm; N for translations]."""
        speeds, accelerations = derivatives(q)
        moments = np.empty_like(q)
        for frame, values in enumerate(q):
            moments[frame] = self._generalised(values, speeds[frame], accelerations[frame])
            for contact in forces.values():
                body = self._body[contact.body]
                _, origin = self.frame(contact.body)
                force = contact.force_n[frame]
                moment = contact.free_moment_nm[frame] + np.cross(contact.point_m[frame] - origin, force)
                jacobian = osim.Matrix()
                self._matter.calcFrameJacobian(self.state, body.getMobilizedBodyIndex(), osim.Vec3(0), jacobian)
                moments[frame] -= (jacobian.to_numpy().T @ np.concatenate([moment, force]))[self._slot]
        return moments

    def markers(self, q: Array, bodies: tuple[str, ...], offsets_m: Array) -> Array:
        """Trajectories of points fixed to bodies, shape (n_frames, n_points, 3) [m]."""
        frames = self.frames(q, tuple(dict.fromkeys(bodies)))
        return np.stack(
            [frames[body][1] + frames[body][0] @ offset for body, offset in zip(bodies, offsets_m, strict=True)], axis=1
        )

    def _generalised(self, q: Array, speeds: Array, accelerations: Array) -> Array:
        self.pose(q, speeds)
        placed = np.empty_like(accelerations)
        placed[self._slot] = accelerations
        return self._solver.solve(self.state, osim.Vector.createFromMat(placed)).to_numpy()[self._slot]

    def _slot_of(self, coordinate: osim.Coordinate) -> int:
        before = self.state.getQ().to_numpy().copy()
        value = coordinate.getValue(self.state)
        coordinate.setValue(self.state, value + 0.01, False)
        slot = int(np.argmax(np.abs(self.state.getQ().to_numpy() - before)))
        coordinate.setValue(self.state, value, False)
        return slot
