"""How smoothly the 3-D viewer plays in a headless Chromium without a GPU, and how many bytes it takes.

``python -m benchmarks.viewer``: 600 frames of 43 markers, the skeleton, the unscaled model, two forces and a curve
(`benchmarks.viewer.page`), everything switched on, on a wide screen and on a phone's with three pixels a point. Counts
the pictures that the viewer draws in five seconds, three times, and keeps the median; a browser asks for 60 at most.
"""
