"""A synthetic older adult in the layout of an OpenCap download, and the scripts that make it.

``python -m examples.synthesise`` writes the session and its truth; see ``docs/example.md``.
"""
