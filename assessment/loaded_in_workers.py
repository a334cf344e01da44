"""What every worker process needs; importing this loads it (see `assessment.workers`)."""

from __future__ import annotations

import gc
from importlib import import_module

from assessment.one_thread import one_thread

# What a session and its trials run, and what that loads when it is used.
NEEDED = (
    "assessment.scaling_task", "assessment.trial",
    "models.skeleton.frame_jacobians", "models.skeleton.heavy_skeleton", "models.skeleton.inverse_dynamics",
    "models.skeleton.mass_matrix", "models.skeleton.trees_of_files", "pipeline.kinematics.batched_engine",
    "pipeline.motion.locked_feet", "rl_scaling.people.marker_errors", "rl_scaling.policy",
)  # fmt: skip

one_thread()
for _module in NEEDED:
    import_module(_module)
# What is loaded stays: the collector need not look through it again with every trial (0.15 s each time), and copies of
# this process go on sharing its memory.
gc.collect()
gc.freeze()
