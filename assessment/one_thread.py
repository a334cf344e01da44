"""Numeric libraries kept to one thread each, where several processes already fill the cores."""

from __future__ import annotations

import os


def one_thread() -> None:
    """Say so to libraries that this process has not loaded yet."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
