"""Training in several processes, one a GPU: ``torchrun --nproc-per-node N -m rl_scaling pretrain ...``.

Every process draws people of its own and keeps a replay of its own; gradients are averaged before each descent, so that
all hold the same networks. Process 0 writes the curve and the policy, each its own checkpoint.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import nn


@contextmanager
def joined(device: str) -> Iterator[str]:
    """Join the processes that torch's launcher started, if it did; gives the device of this one.

    Parameters
    ----------
    device : str
        ``cpu`` or ``cuda``; with several processes each takes the GPU of its place on the machine.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield device
        return
    on_gpu = device.startswith("cuda")
    own = f"cuda:{os.environ['LOCAL_RANK']}" if on_gpu else device
    if on_gpu:
        torch.cuda.set_device(own)
    dist.init_process_group("nccl" if on_gpu else "gloo")
    try:
        yield own
    finally:
        dist.destroy_process_group()


def rank() -> int:
    """Place of this process among all; 0 where it is alone."""
    return dist.get_rank() if dist.is_initialized() else 0


def average_gradients(module: nn.Module) -> None:
    """Replace the gradients of a module by their mean over all processes."""
    if not dist.is_initialized():
        return
    gradients = [parameter.grad for parameter in module.parameters() if parameter.grad is not None]
    together = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(together)
    together /= dist.get_world_size()
    for gradient, mean in zip(gradients, together.split([one.numel() for one in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))
