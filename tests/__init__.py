"""Tests, laid out like the packages they test.

One thread per test process, set here because it must happen before numpy and torch are loaded: test processes already
fill the cores, and threads that spin for each other's cores make the suite many times slower.
"""

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
