"""Moments from estimated forces never claim a smaller error than they have shown against force plates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assessment.catalogue import catalogue
from assessment.motion import SIDES
from models.subject import Subject
from pipeline.trajectories import ContactForces, JointMoments

# The peak whose declared error holds for each coordinate, in every movement and all that is made of its moment.
DECLARED_BY = {
    "hip_flexion": "peak_hip_extension_moment_per_kg",
    "knee_angle": "peak_knee_extension_moment_per_kg",
    "ankle_angle": "peak_ankle_plantarflexion_moment_per_kg",
}


def with_errors_of_plates(forces: ContactForces, moments: JointMoments, subject: Subject) -> JointMoments:
    """The same moments, standard errors of flexion moments raised to what peaks missed those of plates by.

    Standard errors from the uncertainty of contacts and movement hold the truth where the model of the errors is
    right; the comparison with plates holds what it leaves out. Measured forces stay as they are.
    """
    if forces.origin != "estimated":
        return moments
    known = moments.standard_errors_nm
    errors_nm = np.full_like(moments.moments_nm, np.nan) if known is None else known.copy()
    for coordinate, name in DECLARED_BY.items():
        per_kg = catalogue()[name].estimated_forces_error
        for side in SIDES:
            if per_kg is not None and f"{coordinate}_{side}" in moments.coordinates:
                place = moments.coordinates.index(f"{coordinate}_{side}")
                # fmax takes the declared one where none is known.
                errors_nm[:, place] = np.fmax(errors_nm[:, place], per_kg * subject.mass_kg)
    return replace(moments, standard_errors_nm=errors_nm)
