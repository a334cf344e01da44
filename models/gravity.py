"""Standard gravity, one number for every package."""

# ISO 80000-3; the value OpenSim's own models carry.
GRAVITY_M_PER_S2 = 9.80665
