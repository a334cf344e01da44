"""The 3-D viewer: a trial's movement as one block of bytes, and the small script that plays it in the browser."""

from app.viewer.component import show_viewer

__all__ = ["show_viewer"]
