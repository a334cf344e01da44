"""What calls `assess` does not load what only its workers need."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOADS_TORCH = "import sys, {module}; sys.exit('torch' in sys.modules)"


@pytest.mark.parametrize("module", ["assessment.assess", "assessment.jobs.child"])
def test_caller_of_assess_loads_no_torch(module: str) -> None:
    done = subprocess.run([sys.executable, "-c", LOADS_TORCH.format(module=module)], check=False)  # noqa: S603 - our own command
    assert done.returncode == 0
