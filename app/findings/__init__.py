"""The parts of the Summary page."""
