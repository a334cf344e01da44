"""What is known about contact forces, as rows of a least-squares problem: one function a piece of knowledge.

Everything is per kilogram of body mass and in heading axes. Every row is divided by its standard deviation; where these
come from stands beside them, and docs/contact-forces.md tells the story.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from pipeline.contact.ground.floor import Footprint
from pipeline.contact.problem.axes import HeadingAxes
from pipeline.contact.problem.patches import N_BESIDE, Layout, Patch, wrench_on_body
from pipeline.contact.problem.solver import Rows, Smoothness
from pipeline.motion.body_motion import BodyMotion
from pipeline.trajectories import Array

# Standard deviations of a node's normal force, of the shears and of the free moment where nothing else speaks: wide, so
# that they only share out what the other terms leave open [N/kg, N/kg, Nm/kg].
NODE_SD, SHEAR_SD, FREE_MOMENT_SD = 8.0, 10.0, 0.15
# Where the load rests under a foot, along and across it [m]. A feasibility study took 6 cm and 3 cm; these,
# and the next two below, were set so that 95 % intervals of moments are not wider than plates ask for.
RESTING_SD_M = (0.05, 0.02)
# Feet beside each other do alike: difference of the places of their loads, forward, from where each rests [m].
ALIKE_SD_M = 0.03
# A foot that bears less is not asked where its load rests more firmly than this [N/kg].
LEAST_FOOT_LOAD = 0.5
# Legs work as little as they must: standard deviation of each moment [Nm/kg], thrice the scales of a feasibility study
# in which muscles would have given the same (Fluit 2014, J Biomech 47:2321; Skals 2017, Multibody Syst Dyn 39:175).
EFFORT_SD = {
    "hip_flexion": 13.0,
    "hip_adduction": 5.0,
    "hip_rotation": 2.7,
    "knee_angle": 13.0,
    "ankle_angle": 8.3,
    "subtalar_angle": 2.7,
}
# The force lines of the two feet meet near a point (virtual pivot point: Maus 2010, Nature Communications 1:70). Across
# the body, for feet side by side, it lies on the body's mid-line 1.35 m over the floor; along the way, for feet one in
# front of the other, 0.25 m over each hip. Side by side, feet are taken to push equally forward. The standard deviation
# is that of the difference between the feet [N/kg]; the study took 0.3.
PIVOT_HEIGHT_M = 1.35
PIVOT_OVER_HIP_M = 0.25
FORCE_LINE_SD = 0.2
# Feet further apart along the way than this are no longer side by side; the width of the transition [m].
SIDE_BY_SIDE_M, SIDE_BY_SIDE_WIDTH_M = 0.20, 0.04
# So much forces and moments change in a second: loading after a heel strike takes a tenth of it [N/kg/s, Nm/kg/s].
FORCE_RATE_SD, MOMENT_RATE_SD = 25.0, 6.0


def whole_body(layout: Layout, wrench: Array, covariance: Array) -> Rows:
    """All contacts together give the wrench that the movement asks for.

    Parameters
    ----------
    wrench : ndarray, shape (n_frames, 6)
        Force and moment about the centre of mass [N/kg, Nm/kg].
    covariance : ndarray, shape (n_frames, 6, 6)
        Of that wrench.
    """
    whiten = np.linalg.inv(np.linalg.cholesky(covariance))
    supplied = np.concatenate([patch.wrench for patch in layout.patches], axis=2)
    return Rows(whiten @ supplied, np.einsum("tij,tj->ti", whiten, wrench))


def small_forces(layout: Layout) -> Rows:
    """Nodes share what they bear, those that are hardly down bear little."""
    weights = []
    for patch in layout.patches:
        nodes = np.sqrt(np.maximum(patch.activation, 1e-3)) ** -1 / NODE_SD
        beside = np.broadcast_to(1.0 / np.array([SHEAR_SD, SHEAR_SD, FREE_MOMENT_SD]), (len(nodes), N_BESIDE))
        weights += [nodes, beside]
    weight = np.hstack(weights)
    return Rows(weight[:, :, None] * np.eye(layout.width), np.zeros_like(weight))


def resting_place(layout: Layout, patch: Patch, place_m: Array, load: Array, sd_m: tuple[float, float]) -> Rows:
    """The load of a patch rests near a place, give or take ``sd_m`` forward and to the right.

    Parameters
    ----------
    place_m : ndarray, shape (n_frames, 3)
        In heading axes [m].
    load : ndarray, shape (n_frames,)
        About what the patch bears [N/kg]: turns first moments of the load into distances.
    """
    distance = patch.pressure_offset(place_m) / (np.array(sd_m) * load[:, None])[:, :, None]
    return Rows(layout.widen(patch, distance), np.zeros((layout.n_frames, 2)))


def alike(
    layout: Layout, axes: HeadingAxes, feet: dict[str, Footprint], places_m: dict[str, Array], loads: dict[str, Array]
) -> Rows:
    """Feet beside each other bear their loads about as far before or behind where they rest.

    Parameters
    ----------
    places_m : dict of str to ndarray, shape (n_frames, 3)
        Where each foot's load rests, in heading axes [m].
    loads : dict of str to ndarray, shape (n_frames,)
        About what each foot bears [N/kg].
    """
    ahead = {
        patch.name: layout.widen(
            patch, patch.pressure_offset(places_m[patch.name])[:, :1] / loads[patch.name][:, None, None]
        )
        for patch in layout.patches[:2]
    }
    both = np.sqrt(feet["r"].activation * feet["l"].activation) * _side_by_side(axes, feet)
    return Rows((ahead["r"] - ahead["l"]) * (both / ALIKE_SD_M)[:, None, None], np.zeros((layout.n_frames, 1)))


def effort(layout: Layout, patch: Patch, motion: BodyMotion, axes: HeadingAxes, side: str) -> Rows:
    """The moments of a leg are small."""
    places = [motion.coordinates.index(f"{name}_{side}") for name in EFFORT_SD]
    scale = 1.0 / np.array(list(EFFORT_SD.values()))
    jacobian = motion.bodies[patch.body].jacobian[:, :, places]
    by_contact = np.einsum("tkc,tku->tcu", jacobian, wrench_on_body(patch, motion, axes))
    unloaded = motion.unloaded_forces[:, places] / motion.mass_kg
    return Rows(layout.widen(patch, by_contact * scale[:, None]), unloaded * scale)


def force_lines(layout: Layout, motion: BodyMotion, axes: HeadingAxes, feet: dict[str, Footprint]) -> Rows:
    """The feet lean on each other as far as their force lines meet in a pivot.

    This part cancels in the total, so that the movement of the body does not show it. Only the difference between the
    feet is stated, and only while both are down.
    """
    side_by_side = _side_by_side(axes, feet)
    leaning = []
    for patch in layout.patches[:2]:
        hip = axes.place(motion.bodies[f"femur_{patch.name}"].origin_m)
        to_hip = (hip[:, :1] - patch.nodes_m[:, :, 0]) / (hip[:, 1:2] - patch.nodes_m[:, :, 1] + PIVOT_OVER_HIP_M)
        lean = np.zeros((layout.n_frames, 2, patch.size))
        lean[:, 0, : patch.n_nodes] = -(1.0 - side_by_side)[:, None] * to_hip
        lean[:, 1, : patch.n_nodes] = patch.nodes_m[:, :, 2] / PIVOT_HEIGHT_M
        lean[:, 0, patch.n_nodes] = lean[:, 1, patch.n_nodes + 1] = 1.0
        leaning.append(layout.widen(patch, lean))
    both = np.sqrt(feet["r"].activation * feet["l"].activation)
    trust = np.column_stack([both, both * side_by_side]) / FORCE_LINE_SD
    return Rows((leaning[0] - leaning[1]) * trust[:, :, None], np.zeros((layout.n_frames, 2)))


def slow_changes(layout: Layout, step_s: float) -> Smoothness:
    """Force of every patch and its moment about the patch's middle change slowly."""
    parts = []
    for patch in layout.patches:
        force, moment = patch.wrench[:, :3], patch.moment_about(patch.centre_m)
        rates = np.concatenate([force / FORCE_RATE_SD, moment / MOMENT_RATE_SD], axis=1) / step_s
        parts.append(layout.widen(patch, rates))
    return Smoothness(np.concatenate(parts, axis=1))


def _side_by_side(axes: HeadingAxes, feet: dict[str, Footprint]) -> Array:
    """1 for feet beside each other, 0 for feet one in front of the other, shape (n_frames,)."""
    apart = axes.turn(feet["r"].resting_point_m - feet["l"].resting_point_m)
    share: Array = expit((SIDE_BY_SIDE_M - np.abs(apart[:, 0])) / SIDE_BY_SIDE_WIDTH_M)
    return share
