"""Networks of actor and critic: a Transformer over segments that attends to the context, and a feed-forward ablation.

As published, blocks are {norm, cross-attention to the context, residual; norm, MLP, residual}, with separate networks
for actor and critic. Each number of the context is a token of its own. Published blocks show no self-attention, and
then no segment would see another: `NetworkSettings.self_attention` adds it (our departure, on by default).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from rl_scaling.search.observation import CONTEXT, FEATURES, STEP_FEATURES

# Numbers are near one; what lies far beyond is an outlier that would drive a network out of what it knows.
LARGEST_INPUT = 10.0


@dataclass(frozen=True)
class NetworkSettings:
    """Size and kind of the networks; bounds hold for what is read from files.

    Attributes
    ----------
    kind : {'transformer', 'feed_forward'}
    width, depth, heads : int
    self_attention : bool
        Whether segments attend to each other.
    residual_reach : float or None
        The actor's output is the least-squares step plus a correction of at most this; None: the action itself, as
        published.
    """

    kind: Literal["transformer", "feed_forward"] = "transformer"
    width: Annotated[int, Field(gt=0, le=1024)] = 64
    depth: Annotated[int, Field(gt=0, le=16)] = 2
    heads: Annotated[int, Field(gt=0, le=16)] = 4
    self_attention: bool = True
    # Actions lie between -1 and 1: a correction of 2 turns any step round, and 4 leaves room for what was trained.
    residual_reach: Annotated[float, Field(ge=0.0, le=4.0, allow_inf_nan=False)] | None = None


class _Block(nn.Module):
    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        width, heads = settings.width, settings.heads
        self.among = nn.MultiheadAttention(width, heads, batch_first=True) if settings.self_attention else None
        self.before_among = nn.LayerNorm(width) if settings.self_attention else None
        self.across = nn.MultiheadAttention(width, heads, batch_first=True)
        self.before_across, self.before_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        if self.among is not None and self.before_among is not None:
            normed = self.before_among(x)
            x = x + self.among(normed, normed, normed, need_weights=False)[0]
        x = x + self.across(self.before_across(x), context, context, need_weights=False)[0]
        return x + self.mlp(self.before_mlp(x))


class Encoder(nn.Module):
    """Features of every segment, shape (n, n_segments, width), from tokens and context."""

    def __init__(self, n_segments: int, n_features: int, n_context: int, settings: NetworkSettings) -> None:
        super().__init__()
        width = settings.width
        self.kind, self.n_segments = settings.kind, n_segments
        if settings.kind == "transformer":
            self.project = nn.Linear(n_features, width)
            self.segment = nn.Parameter(0.02 * torch.randn(n_segments, width))
            self.number = nn.Parameter(torch.randn(n_context, width) / width**0.5)
            self.place = nn.Parameter(0.02 * torch.randn(n_context, width))
            self.blocks = nn.ModuleList(_Block(settings) for _ in range(settings.depth))
            self.norm = nn.LayerNorm(width)
        else:
            sizes = [n_segments * n_features + n_context, *[4 * width] * settings.depth]
            layers: list[nn.Module] = []
            for size, following in zip(sizes, [*sizes[1:], n_segments * width], strict=True):
                layers += [nn.Linear(size, following), nn.LayerNorm(following), nn.GELU()]
            self.layers = nn.Sequential(*layers)

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        """The features."""
        tokens, context = (one.clamp(-LARGEST_INPUT, LARGEST_INPUT) for one in (tokens, context))
        if self.kind == "feed_forward":
            return self.layers(torch.cat([tokens.flatten(1), context], dim=1)).unflatten(1, (self.n_segments, -1))
        x = self.project(tokens) + self.segment
        numbers = context.unsqueeze(2) * self.number + self.place
        for block in self.blocks:
            x = block(x, numbers)
        return self.norm(x)


class Actor(nn.Module):
    """Policy: tokens and context to an action, shape (n, n_segments, 3), between -1 and 1.

    Parameters
    ----------
    exists : Tensor of bool, shape (n_segments, 3)
        Axes that the skeleton has; the action is zero elsewhere.
    settings : NetworkSettings
    """

    exists: Tensor

    def __init__(self, exists: Tensor, settings: NetworkSettings) -> None:
        super().__init__()
        self.register_buffer("exists", exists.clone(), persistent=False)
        self.reach = settings.residual_reach
        self.encoder = Encoder(len(exists), len(FEATURES), len(CONTEXT), settings)
        self.head = nn.Linear(settings.width, 3)
        # Begins as the least-squares step itself, or with no change at all.
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        """The action."""
        action = torch.tanh(self.head(self.encoder(tokens, context)))
        if self.reach is not None:
            step = tokens[..., list(STEP_FEATURES)].clamp(-1.0, 1.0)
            action = (step + self.reach * action).clamp(-1.0, 1.0)
        return action * self.exists


class Critic(nn.Module):
    """Value of an action, shape (n,); sees what is privileged."""

    def __init__(self, n_segments: int, n_privileged: int, settings: NetworkSettings) -> None:
        super().__init__()
        self.encoder = Encoder(n_segments, len(FEATURES) + 3, len(CONTEXT) + n_privileged, settings)
        self.head = nn.Linear(settings.width, 1)

    def forward(self, tokens: Tensor, context: Tensor, privileged: Tensor, action: Tensor) -> Tensor:
        """The value."""
        features = self.encoder(torch.cat([tokens, action], dim=2), torch.cat([context, privileged], dim=1))
        return self.head(features.mean(dim=1)).squeeze(1)
