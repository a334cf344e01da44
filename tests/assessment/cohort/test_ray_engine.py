"""Ray as it is set up: our own workers are closed to others, a cluster keeps its own rules, a GPU must be of use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from assessment.cohort.ray_engine import RayEngine, load_ray, torch_has_gpu
from models.errors import SettingsError


@pytest.mark.parametrize(("own_cluster", "mode"), [("False", "disabled"), ("True", "token")])
def test_the_rules_of_a_cluster_are_its_own(own_cluster: str, mode: str) -> None:
    # In a process of its own: Ray keeps for good what it read when it was imported.
    code = f"from assessment.cohort.ray_engine import load_ray; load_ray(own_cluster={own_cluster}); import os; "
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code + "print(os.environ['RAY_AUTH_MODE'])"],
        env=os.environ | {"RAY_AUTH_MODE": "disabled"}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert said.strip() == mode


_WORKER_LOST = """
import os, time
from contextlib import closing
from pathlib import Path
from assessment.cohort.guard import DEFAULT_LIMITS
from assessment.cohort.ray_engine import RayEngine

with closing(RayEngine(n_workers=1)) as engine:
    for work in (os._exit, abs):
        try:
            print(engine.submit(work, 3, DEFAULT_LIMITS, Path(os.environ["TRACE"])).result())
        except engine.lost as error:
            print(type(error).__name__)
    time.sleep(2.0)  # Ray's messages come from other processes, within tenths of a second
"""


def test_nothing_but_our_own_message_is_on_the_screen_when_a_worker_is_lost(tmp_path: Path) -> None:
    # In a process of its own: what Ray prints there, its threads print.
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _WORKER_LOST],
        env=os.environ | {"TRACE": str(tmp_path / "trace")}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ended.stdout.splitlines() == ["WorkerCrashedError", "3"]
    assert "worker" not in ended.stderr


@pytest.mark.skipif(torch_has_gpu(), reason="torch can use a GPU here")
def test_a_gpu_that_torch_cannot_use_is_none() -> None:
    load_ray()
    from ray.cluster_utils import Cluster

    # Ray believes what it is told of the machine; a driver without a CUDA build of torch looks the same to it.
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "num_gpus": 1, "include_dashboard": False})
    on_sigterm = signal.getsignal(signal.SIGTERM)
    try:
        with closing(RayEngine(address=cluster.address)) as engine:
            assert not engine.has_gpu
            assert engine.n_workers == 1
            assert signal.getsignal(signal.SIGTERM) is on_sigterm, "a stop by the system is the command's to tell"
    finally:
        cluster.shutdown()


def test_a_cluster_with_another_token_is_told_from_one_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = load_ray()
    from ray import exceptions

    def refused(**_: object) -> None:
        raise exceptions.AuthenticationError("Unauthenticated")

    monkeypatch.setattr(ray, "init", refused)
    with pytest.raises(SettingsError, match=r"at auto and this account do not have the same token\. Put the cluster's"):
        RayEngine(address="auto")
