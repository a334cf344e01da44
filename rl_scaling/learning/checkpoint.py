"""What is kept of a training: a checkpoint to go on from, and the policy alone; safetensors, nothing executable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from models.errors import SettingsError
from rl_scaling.learning.replay import PrioritisedReplay
from rl_scaling.learning.td3 import TD3
from rl_scaling.search.networks import Actor, NetworkSettings

_NETWORK = TypeAdapter(NetworkSettings)


def save_checkpoint(
    path: Path, learner: TD3, replay: PrioritisedReplay, generator: torch.Generator, counts: dict[str, Any]
) -> None:
    """Write all that training needs to go on as if never stopped, whole or not at all."""
    tensors = {f"replay.{name}": rows[: len(replay)] for name, rows in replay.stored.items()}
    tensors |= {"priorities": replay.priorities[: len(replay)], "generator": generator.get_state()}
    for name, module in _modules(learner):
        tensors |= {f"{name}.{key}": value for key, value in module.state_dict().items()}
    for name, optimiser in _optimisers(learner):
        for place, state in optimiser.state_dict()["state"].items():
            tensors |= {f"{name}.{place}.{key}": value for key, value in state.items()}
    more = {"n_added": replay.n_added, "n_updates": learner.n_updates}
    _save(path, tensors, {"counts": json.dumps(counts | more)})


def load_checkpoint(path: Path, learner: TD3, replay: PrioritisedReplay, generator: torch.Generator) -> dict[str, Any]:
    """Put everything back in place and return the counts.

    Raises
    ------
    SettingsError
        The file is none, or of another experiment.
    """
    tensors, metadata = _load(path)
    try:
        counts: dict[str, Any] = json.loads(metadata["counts"])
        for name, module in _modules(learner):
            module.load_state_dict(_under(tensors, name))
        for name, optimiser in _optimisers(learner):
            state: dict[int, dict[str, Tensor]] = {}
            for key, value in _under(tensors, name).items():
                place, _, what = key.partition(".")
                state.setdefault(int(place), {})[what] = value
            optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
        stored = _under(tensors, "replay")
        generator.set_state(tensors["generator"])
    except (KeyError, ValueError, RuntimeError) as reason:
        raise SettingsError(
            "The checkpoint is of another experiment.",
            hint="Resume with the experiment file it was begun with, or choose another folder.",
            file=path.name,
        ) from reason
    device = replay.priorities.device
    replay.stored = {}
    for name, rows in stored.items():
        replay.stored[name] = rows.new_zeros(replay.capacity, *rows.shape[1:], device=device)
        replay.stored[name][: len(rows)] = rows.to(device)
    replay.priorities.zero_()
    replay.priorities[: len(tensors["priorities"])] = tensors["priorities"].to(device)
    replay.n_added, learner.n_updates = counts["n_added"], counts["n_updates"]
    return counts


def save_policy(path: Path, actor: Actor, network: NetworkSettings, about: dict[str, Any]) -> None:
    """Write the actor's weights, and beside them as JSON how it was made."""
    tensors = {key: value.cpu() for key, value in actor.state_dict().items()}
    _save(path, tensors, {"network": json.dumps(asdict(network))})
    path.with_suffix(".json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def load_policy(path: Path, exists: Tensor) -> tuple[Actor, NetworkSettings]:
    """Read an actor.

    Parameters
    ----------
    path : Path
    exists : Tensor of bool, shape (n_segments, 3)
        Axes that the skeleton has.

    Raises
    ------
    SettingsError
        The file is no policy, or one for another skeleton.
    """
    tensors, metadata = _load(path)
    try:
        network = _NETWORK.validate_json(metadata["network"])
        actor = Actor(exists.cpu(), network)
        actor.load_state_dict(tensors)
    except (KeyError, RuntimeError, ValueError, AssertionError, RecursionError, OSError, ZeroDivisionError) as reason:
        raise SettingsError(
            f"The file holds no policy for this skeleton{not_accepted(reason)}.",
            hint="Give the policy.safetensors that `python -m rl_scaling pretrain` or `finetune` wrote.",
            file=path.name,
        ) from reason
    if not all(bool(value.isfinite().all()) for value in actor.state_dict().values()):
        raise SettingsError(
            "The policy holds weights that are not finite numbers.",
            hint="The file is damaged, or its training diverged: give another policy, or train it again.",
            file=path.name,
        )
    return actor.to(exists.device), network


def not_accepted(reason: Exception) -> str:
    """What a file says that is not accepted, to be appended to a sentence; empty where that is not known."""
    if not isinstance(reason, ValidationError):
        return ""
    first = reason.errors()[0]
    place = ".".join(map(str, first["loc"])) or "what it says of its network"
    return f": {place} is not accepted: {first['msg']}"


def _save(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    part = path.with_name(f"{path.name}.part")
    save_file({name: value.detach().contiguous() for name, value in tensors.items()}, part, metadata)
    part.replace(path)


def _load(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except FileNotFoundError:
        raise SettingsError("There is no such file.", hint="Check the path.", file=str(path)) from None
    except (OSError, SafetensorError) as reason:
        raise SettingsError(
            "The file cannot be read.", hint="It must be one that a training here wrote.", file=path.name
        ) from reason


def _under(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    start = f"{name}."
    return {key.removeprefix(start): value for key, value in tensors.items() if key.startswith(start)}


def _modules(learner: TD3) -> Iterator[tuple[str, nn.Module]]:
    for name in ("actor", "critics", "actor_target", "critics_target", "anchor"):
        yield name, getattr(learner, name)


def _optimisers(learner: TD3) -> Iterator[tuple[str, torch.optim.Optimizer]]:
    for name in ("actor_optimiser", "critics_optimiser"):
        yield name, getattr(learner, name)
