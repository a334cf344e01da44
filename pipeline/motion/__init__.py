"""The filtered movement of the scaled body: speeds, accelerations, points, forces without contact."""

from pipeline.motion.body_motion import BodyMotion, body_motion

__all__ = ["BodyMotion", "body_motion"]
