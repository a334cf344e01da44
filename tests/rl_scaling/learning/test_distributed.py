"""Training in two processes by torch's own launcher, on the CPU."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

ROOT = Path(__file__).resolve().parents[3]
SMOKE = ROOT / "rl_scaling" / "experiments" / "smoke.toml"


def test_processes_see_other_people_and_hold_the_same_networks(tmp_path: Path) -> None:
    launched = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"),
            *("-m", "rl_scaling", "pretrain", "--config", str(SMOKE), "--out", str(tmp_path), "--seed", "3"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert launched.returncode == 0, launched.stderr
    first, second = (load_file(tmp_path / name) for name in ("checkpoint.safetensors", "1-checkpoint.safetensors"))
    for name in first:
        if name.startswith(("actor.", "critics.", "actor_target.", "critics_target.")):
            assert torch.equal(first[name], second[name]), name
    assert not torch.equal(first["replay.tokens"], second["replay.tokens"])
    with (tmp_path / "curve.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 4
