"""The example's body: its dynamics are those of OpenSim's own solver, as its committed files are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import opensim as osim
from numpy.typing import NDArray

from assessment.synthetic.body import Body
from assessment.synthetic.smooth import derivatives
from models.skeleton import load_model, without_patellae

Array = NDArray[np.float64]


class ExampleBody(Body):
    """A scaled skeleton whose equations of motion OpenSim solves, frame by frame.

    The solver errs by up to 0.2 N where knees turn fast (docs/contact-forces.md); everything that is compared with the
    committed example was compared with these forces.
    """

    def __init__(self, model_file: Path) -> None:
        self.model = without_patellae(load_model(model_file))
        super().__init__(self.model)
        self._state = self.model.initSystem()
        self._solver = osim.InverseDynamicsSolver(self.model)
        self._slot = np.array([self._slot_of(self.model.getCoordinateSet().get(name)) for name in self.coordinates])

    def needed(self, q: Array) -> tuple[Array, Array]:
        """Generalised forces of a movement without contacts, (n_frames, n_coordinates), and centres of mass [m]."""
        forces, centres_m = np.empty_like(q), np.empty((len(q), 3))
        placed = np.empty((3, len(self._slot)))
        for frame, motion in enumerate(zip(q, *derivatives(q), strict=True)):
            placed[:, self._slot] = motion
            values, speeds, accelerations = (osim.Vector.createFromMat(one) for one in placed)
            self._state.setQ(values)
            self._state.setU(speeds)
            self.model.realizeVelocity(self._state)
            forces[frame] = self._solver.solve(self._state, accelerations).to_numpy()[self._slot]
            centres_m[frame] = self.model.calcMassCenterPosition(self._state).to_numpy()
        return forces, centres_m

    def _slot_of(self, coordinate: osim.Coordinate) -> int:
        before = self._state.getQ().to_numpy().copy()
        value = coordinate.getValue(self._state)
        coordinate.setValue(self._state, value + 0.01, False)
        slot = int(np.argmax(np.abs(self._state.getQ().to_numpy() - before)))
        coordinate.setValue(self._state, value, False)
        return slot
