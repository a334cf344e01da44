"""Models that weigh what the plates say."""

from __future__ import annotations

from pathlib import Path

import opensim as osim

from models.skeleton import load_model


def model_with_mass(source: Path, path: Path, mass_kg: float) -> Path:
    """Write a copy of a model whose bodies are scaled to a body mass."""
    model = load_model(source)
    ratio = mass_kg / model.getTotalMass(model.initSystem())
    bodies = model.getBodySet()
    for index in range(bodies.getSize()):
        body = bodies.get(index)
        inertia = body.get_inertia()
        body.setMass(body.getMass() * ratio)
        body.set_inertia(osim.Vec6(*[inertia.get(entry) * ratio for entry in range(6)]))
    model.printToXML(str(path))
    return path
