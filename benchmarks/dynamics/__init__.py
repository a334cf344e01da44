"""Estimated contact forces and joint moments against force plates: ``python -m benchmarks.dynamics``.

What is compared (docs/contact-forces.md has the figures):

shipped
    OpenCap's laboratory validation, subject 4: the shipped model and angles, so that forces are judged alone.
own
    The same person and BMClab's two walks from the markers, through our scaling and inverse kinematics.
video
    Subject 4 again, markers as OpenCap's two phones would have seen them (`rl_scaling.people.marker_errors`).
simulation
    OpenCap's field-study squats against OpenSimAD's forces and moments, which are no measurement, beside how much two
    of OpenSimAD's repetitions differ from each other.

One young person has most of the plates: optimistic for older people. BMClab's walkers wear markers on pelvis and legs
only: trunk and arms are held, so no target is set for them. Recordings that cannot take part: quiet standing of the
older PDS subject 13 (its force trials come without markers, and the feet stand elsewhere in the static one) and of
BDS (no markers), BMClab's Gait.c3d (one marker on the sacrum: the pelvis is not determined) and walk.trc (no forces),
and the OpenCap visualizer's walk (its forces are simulated, its bodies are poses without markers).
"""

from benchmarks.dynamics.masses import model_with_mass

__all__ = ["model_with_mass"]
