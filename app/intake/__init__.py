"""The parts of *New assessment*: where recordings come from, what was found, whose they are, and the start of a run."""
