"""The work of a cohort on Ray: all cores of this machine, or of a cluster."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil

from assessment.cohort.guard import Limits, guarded
from models.errors import SettingsError

# Results on their way are a few MB: recordings and results travel as files.
_OBJECT_STORE_BYTES = 256 * 2**20
# Libraries leak a little; a worker starts afresh after so much work (a start costs three seconds).
_TASKS_OF_A_WORKER = 1000
_ENDING_S = 10.0
_ANSWER_S = 5.0
_SCRATCH = "sarcoscope-"
# No news to Ray's makers, no warning of changes to come; of a worker that is lost `guard.why_lost` says more than Ray's
# own message, which comes whatever else it is told not to log.
_RAY = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS_SKIP_REGEX": "^A worker died or was killed while executing a task",
}
# Only who holds this user's token may give work to workers that we start; a cluster has its own rules.
_RAY_OF_OUR_OWN = _RAY | {"RAY_AUTH_MODE": "token"}


def load_ray(*, own_cluster: bool = True) -> ModuleType:
    """Import Ray; what it reads from the environment it reads then."""
    os.environ.update(_RAY_OF_OUR_OWN if own_cluster else _RAY)
    import ray

    return ray


class RayEngine:
    """Ray's scheduler; see `assessment.cohort.engine.Engine`.

    Parameters
    ----------
    address : str or None
        Of a running cluster, as ``ray start --head`` prints it; its machines see the same folders at the same paths and
        have the same Sarcoscope. None: this machine alone.
    n_workers : int or None
        Worker processes on this machine, None: one a core; a cluster decides itself.

    Raises
    ------
    SettingsError
        There is no cluster at the address, or its machines have no core to give.
    """

    def __init__(self, address: str | None = None, n_workers: int | None = None) -> None:
        if address is not None and not _answers(address):
            raise _not_reached(f"at {address}", "nothing answers there")
        ray = load_ray(own_cluster=address is None)
        from ray import exceptions

        self._ray = ray
        self._scratch: Path | None = None
        if address is None:
            _clear_scratch_of_the_dead()
            # Ray keeps its sockets and logs here; sockets allow no long paths.
            self._scratch = Path(tempfile.mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-"))
        on_sigterm = signal.getsignal(signal.SIGTERM)
        quiet: dict[str, Any] = {"log_to_driver": False, "configure_logging": False, "logging_level": "ERROR"}
        try:
            if address is None:
                # Said in so many words: RAY_ADDRESS in the environment would win over nothing.
                ray.init(
                    address="local", num_cpus=n_workers, include_dashboard=False,
                    object_store_memory=_OBJECT_STORE_BYTES, _temp_dir=str(self._scratch), **quiet,
                )  # fmt: skip
            else:
                ray.init(address=address, **quiet)
        except exceptions.AuthenticationError:
            self.close()
            raise SettingsError(
                f"The Ray cluster at {address} and this account do not have the same token.",
                hint="Put the cluster's token into RAY_AUTH_TOKEN and set RAY_AUTH_MODE=token (`ray get-auth-token` "
                "prints it there), or RAY_AUTH_MODE=disabled for a cluster without one.",
            ) from None
        except (ConnectionError, RuntimeError, ValueError, exceptions.RayError) as reason:
            self.close()
            raise _not_reached(
                "on this machine" if address is None else f"at {address}", type(reason).__name__
            ) from None
        if threading.current_thread() is threading.main_thread():
            # Ray takes the signal for itself and ends the process with a trace of the stack.
            signal.signal(signal.SIGTERM, on_sigterm)
        resources = ray.cluster_resources()
        self.n_workers = int(resources.get("CPU", 0))
        if self.n_workers < 1:
            self.close()
            raise SettingsError(
                "The cluster has no core to give.", hint="Add a machine with `ray start --address ADDRESS`."
            )
        # Ray counts the GPUs that have a driver; torch needs a build that can use one.
        self.has_gpu = resources.get("GPU", 0) >= 1 and bool(ray.get(ray.remote(num_gpus=1)(torch_has_gpu).remote()))
        self._on_gpu = {"num_gpus": 1} if self.has_gpu else {}
        self.lost: tuple[type[BaseException], ...] = (
            exceptions.WorkerCrashedError, exceptions.OutOfMemoryError, exceptions.NodeDiedError,
            exceptions.ObjectLostError, exceptions.LocalRayletDiedError,
        )  # fmt: skip
        self._guarded: Any = ray.remote(num_cpus=1, max_retries=0, max_calls=_TASKS_OF_A_WORKER)(guarded)

    def submit(
        self, work: Callable[..., Any], task: Any, limits: Limits, trace: Path, *, accelerated: bool = False
    ) -> Future[Any]:
        """As `Engine.submit`."""
        remote = self._guarded.options(**self._on_gpu) if accelerated and self._on_gpu else self._guarded
        future: Future[Any] = remote.remote(work, task, limits, trace).future()
        return future

    def close(self) -> None:
        """As `Engine.close`."""
        own = [] if self._scratch is None else _started_for(self._scratch)
        self._ray.shutdown()
        # They end a moment later and write until then.
        psutil.wait_procs(own, timeout=_ENDING_S)
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)


def torch_has_gpu() -> bool:
    """Whether torch can compute on a GPU in this process."""
    import torch

    return torch.cuda.is_available()


def _started_for(scratch: Path) -> list[psutil.Process]:
    """Ray's processes that use this folder, and the workers that they have started."""
    found = []
    for process in psutil.Process().children():
        with suppress(psutil.Error):
            if any(str(scratch) in word for word in process.cmdline()):
                found += [process, *process.children(recursive=True)]
    return found


def _clear_scratch_of_the_dead() -> None:
    """Delete what Ray left of runs that were killed; each folder's name has the number of its process."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*-*"):
        pid = folder.name.removeprefix(_SCRATCH).partition("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _answers(address: str) -> bool:
    """Whether something listens at ``HOST:PORT``, where Ray would try for minutes; others are Ray's to judge."""
    host, _, port = address.partition("://")[2].rpartition(":") if "://" in address else address.rpartition(":")
    if not (host and port.isdecimal()):
        return True
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER_S):
            return True
    except (OSError, OverflowError):
        return False


def _not_reached(where: str, why: str) -> SettingsError:
    return SettingsError(
        f"Ray could not be reached or started {where}: {why}.",
        hint="Start a cluster with `ray start --head` and give the address that it prints as --ray-address, "
        "or leave the option out for this machine alone, or give --serial to do without Ray.",
    )
