"""The version stamped on every result."""

SARCOSCOPE_VERSION = "0.1.0"
