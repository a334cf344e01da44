"""Fictional people who move by known physics, in the layout of OpenCap sessions (docs/synthetic-cohorts.md)."""
