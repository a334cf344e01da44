"""One experiment, one file: everything that decides what is learnt, from ``rl_scaling/experiments/NAME.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import SettingsError
from rl_scaling.learning.imitation import ImitationSettings
from rl_scaling.learning.td3 import TD3Settings
from rl_scaling.people.movements import MovementName
from rl_scaling.search.environment import EnvironmentSettings
from rl_scaling.search.networks import NetworkSettings

# People are drawn from (seed, round). Those of the regressors' training have 2**30 in place of the seed, those of tests
# 2**31 and those of validation 2**31 + 1: an experiment of such a seed would train on the people it is judged by.
SEED_LIMIT = 2**30


class Experiment(BaseModel):
    """What an experiment file says; frozen, and saved with what was learnt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="how curves and policy are called")
    populations: tuple[str, ...] = Field(description="whom people are drawn from")
    frames: dict[MovementName, int] = Field(description="length of each recording; `standing` is the static trial")
    frames_per_movement: int = Field(gt=0, description="frames that the scaler is given of each movement")
    withheld: float = Field(0.0, ge=0.0, lt=1.0, description="chance that a movement of a person is not given")
    n_subjects: int = Field(gt=0, description="people scaled at once; new ones in every round")
    clip_share: float = Field(0.0, ge=0.0, lt=1.0, description="of a round's people who are filmed ones, see --clips")
    n_rounds: int = Field(ge=0, description="rounds of reinforcement: one episode each of all people")
    warmup_rounds: int = Field(ge=0, description="rounds before the first update")
    updates_per_step: int = Field(gt=0, description="critic updates for each step of all people")
    batch_size: int = Field(gt=0)
    replay_capacity: int = Field(gt=0)
    priority_exponent: float = Field(0.6, ge=0.0, le=1.0, description="proportional variant of 1511.05952")
    compensation_start: float = Field(0.4, ge=0.0, le=1.0, description="importance weights; rises to 1 (1511.05952)")
    noise_start: float = Field(ge=0.0, description="SD of the exploration noise, annealed along half a cosine")
    noise_end: float = Field(ge=0.0)
    checkpoint_rounds: int = Field(gt=0, description="rounds between checkpoints")
    n_validation: int = Field(0, ge=0, description="people on whom the best of the checkpoints is found; 0: the last")
    seed: int = Field(ge=0, lt=SEED_LIMIT)
    environment: EnvironmentSettings
    network: NetworkSettings
    td3: TD3Settings
    imitation: ImitationSettings | None = Field(None, description="rounds before reinforcement, with a teacher")

    @property
    def n_imitation(self) -> int:
        """Rounds of imitation."""
        return self.imitation.n_rounds if self.imitation else 0

    @property
    def n_total(self) -> int:
        """Rounds of imitation and reinforcement."""
        return self.n_imitation + self.n_rounds

    def n_people(self, n_done: int) -> int:
        """People scaled in the first so many rounds; those of imitation have a number of their own."""
        n_imitated = min(n_done, self.n_imitation)
        imitated = n_imitated * self.imitation.n_subjects if self.imitation else 0
        return imitated + (n_done - n_imitated) * self.n_subjects

    def noise(self, n_done: int) -> float:
        """Standard deviation of the exploration noise after so many rounds of reinforcement: half a cosine."""
        share = min(n_done / max(self.n_rounds, 1), 1.0)
        return float(self.noise_end + (self.noise_start - self.noise_end) * 0.5 * (1.0 + np.cos(np.pi * share)))

    def compensation(self, n_done: int) -> float:
        """Exponent of the importance weights after so many rounds of reinforcement: a line to 1."""
        return self.compensation_start + (1.0 - self.compensation_start) * min(n_done / max(self.n_rounds, 1), 1.0)


def read_experiment(path: Path) -> Experiment:
    """Read an experiment.

    Raises
    ------
    SettingsError
        The file is absent or no TOML, or holds what is not accepted; the message names it.
    """
    try:
        read = Experiment.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as reason:
        raise SettingsError(
            f"The experiment cannot be read: {reason}.",
            hint="Give a file like those in rl_scaling/experiments.",
            file=path.name,
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(
            f"{'.'.join(map(str, first['loc']))} is not accepted: {first['msg']}.",
            hint="Every setting is described in rl_scaling/learning/experiment.py.",
            file=path.name,
        ) from None
    if read.n_total == 0 or (read.imitation and not read.environment.rewards_truth):
        raise SettingsError(
            "The experiment asks for no round at all, or for a teacher without the truth.",
            hint='Give n_rounds above zero or an [imitation]; a teacher needs the reward "truth".',
            file=path.name,
        )
    return read
