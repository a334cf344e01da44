"""`python -m rl_scaling pretrain | finetune | evaluate | ablate`: learn to scale, on, and see how well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console

from models.error_text import error_text
from models.errors import SarcoscopeError, SettingsError
from rl_scaling.fine_tuning.before_after import compare
from rl_scaling.fine_tuning.held_out import FEWEST
from rl_scaling.fine_tuning.registration import Registration, check_name, register, save_comparison
from rl_scaling.fine_tuning.study_people import DEFAULT_EXPERIMENTS, comparison_table, read_study, verdict
from rl_scaling.judging.ablation import TABLE, read_variation
from rl_scaling.judging.ablation import ablate as run_ablation
from rl_scaling.judging.evaluate import evaluate as score
from rl_scaling.learning.checkpoint import load_policy
from rl_scaling.learning.distributed import joined, rank
from rl_scaling.learning.drawing import generic_tree
from rl_scaling.learning.experiment import SEED_LIMIT, Experiment, read_experiment
from rl_scaling.learning.train import POLICY, Training
from rl_scaling.policy import ScalingPolicy, files_of
from rl_scaling.search.observation import SegmentLayout
from rl_scaling.tasks.clip_tasks import FilmedPerson, read_people

app = typer.Typer(
    help="Learn to scale skeletons to markers.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # it would take defaults in brackets for markup
)

Config = Annotated[Path, typer.Option(help="Experiment, e.g. rl_scaling/experiments/smoke.toml")]
Out = Annotated[Path, typer.Option(help="Folder for curve, checkpoint and policy")]
Device = Annotated[str, typer.Option(help="cpu or cuda")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the folder's checkpoint")]
Clips = Annotated[Path | None, typer.Option(help="Filmed people, of `python -m assessment export-markers`")]
Seed = Annotated[int | None, typer.Option(min=0, max=SEED_LIMIT - 1, help="In place of the experiment's")]


@app.command()
def pretrain(
    config: Config,
    out: Out,
    clips: Clips = None,
    seed: Seed = None,
    device: Device = "cpu",
    resume: Resume = False,
) -> None:
    """Train from the start."""
    with _said():
        filmed, experiment = _filmed(clips, device), _seeded(config, seed)
        with joined(_checked(device)) as own:
            _train(Training(experiment, out, own, filmed=filmed), resume)


@app.command()
def finetune(
    parent: Annotated[str, typer.Option("--from", help="Name or file of the policy to begin with")],
    clips: Clips = None,
    name: Annotated[str | None, typer.Option(help="What the policy is registered as, e.g. my-study")] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="Experiment [default: rl_scaling/experiments/finetune.toml, on a GPU finetune_gpu.toml]"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for curve, checkpoint and policy [default: results/finetune/NAME]")
    ] = None,
    hold_out: Annotated[
        float, typer.Option(min=0.05, max=0.5, help=f"Share of the people held out, {FEWEST} at least")
    ] = 0.2,
    seed: Seed = None,
    device: Device = "cpu",
    resume: Resume = False,
    register_anyway: Annotated[
        bool, typer.Option("--register-anyway", help="Register a policy that is not better than before")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a registered policy of this name")] = False,
) -> None:
    """Train on from a policy.

    With --clips on a study's people, compared on those held out and registered as --name.

    Ends with 1 where the policy is not better than before, and so not registered.
    """
    with _said():
        if (clips is None) != (name is None):
            raise SettingsError(
                "--clips and --name go together: a policy is registered with the study it was fine-tuned on.",
                hint="Give both; or neither, --config and --out, to train on simulated people alone.",
            )
        begin = ScalingPolicy.load(parent)
        start = load_policy(files_of(parent)[0], SegmentLayout.of(generic_tree()).exists)
        experiment = _seeded(config or DEFAULT_EXPERIMENTS[_checked(device)], seed)
        if clips is None or name is None:
            with joined(_checked(device)) as own:
                _train(Training(experiment, out or Path("results") / "finetune" / experiment.name, own, start), resume)
            return
        check_name(name, overwrite=overwrite)
        tree = generic_tree(_checked(device))
        people = read_study(tree, clips, hold_out)
        for message in people.messages:
            typer.echo(message, err=True)
        folder = out or Path("results") / "finetune" / name
        with joined(_checked(device)) as own:
            _train(Training(experiment, folder, own, start, people.training), resume)
            if rank() != 0:
                return
        comparison = compare(tree, begin, ScalingPolicy.load(folder), people.held_out, experiment)
        save_comparison(folder, comparison)
        what = f"{'Synthetic people: ' if people.study.synthetic else ''}{begin.name} {begin.version} and {name}"
        Console().print(comparison_table(comparison, what))
        said = verdict(comparison)
        typer.echo(said)
        if not (comparison.is_kept or register_anyway):
            typer.echo(
                f"Not registered. The policy is in {folder}; to register it all the same run this again with --resume "
                "--register-anyway."
            )
            raise typer.Exit(1)
        register(folder, Registration(name, begin, people.study, comparison, said), overwrite=overwrite)
        typer.echo(f"Registered: assess with --scaler rl --policy {name}.")


@app.command()
def evaluate(
    config: Config,
    policy: Annotated[Path | None, typer.Option(help="policy.safetensors; none: least squares only")] = None,
    people: Annotated[int, typer.Option(min=1, help="How many people whom training never drew")] = 128,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    device: Device = "cpu",
) -> None:
    """Score a policy beside least squares. On the same people; JSON on standard output."""
    with _said():
        tree = generic_tree(_checked(device))
        actor = None if policy is None else load_policy(policy, SegmentLayout.of(tree).exists)[0]
        found = score(read_experiment(config), actor, people, seed, device)
        typer.echo(json.dumps([asdict(one) for one in found], indent=2))


@app.command()
def ablate(
    config: Config,
    vary: Annotated[
        list[str],
        typer.Option(help="NAME:key=value,key=value, e.g. feed_forward:network.kind=feed_forward; NAME: as is"),
    ],
    out: Out,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds of each, from 0 on")] = 3,
    people: Annotated[int, typer.Option(min=1, help="How many people whom training never drew")] = 128,
    every: Annotated[int, typer.Option(min=1, help="Rounds between scores")] = 10,
) -> None:
    """Train one experiment in named variations. What is done is not done again. One table of curves: curves.csv."""
    with _said():
        variations = [read_variation(one) for one in vary]
        run_ablation(read_experiment(config), variations, range(seeds), out, people, every)
        typer.echo(f"Curves: {out / TABLE}", err=True)


def _seeded(config: Path, seed: int | None) -> Experiment:
    experiment = read_experiment(config)
    return experiment if seed is None else experiment.model_copy(update={"seed": seed})


def _train(training: Training, resume: bool) -> None:
    if resume:
        training.resume()
    elif training.checkpoint.exists():
        raise SettingsError(
            "The folder holds a training already.", hint="Go on with --resume, or choose another folder."
        )
    training.run()
    last = training.rows[-1]
    typer.echo(
        f"{training.n_done} rounds, {last['env_steps']} steps, {last['updates']} updates, {last['seconds']:.0f} s; "
        f"policy: {training.folder / POLICY}",
        err=True,
    )


def _filmed(clips: Path | None, device: str) -> tuple[FilmedPerson, ...]:
    """People of a clips file; who is left out is said."""
    if clips is None:
        return ()
    people, left_out = read_people(generic_tree(_checked(device)), clips)
    for message in left_out:
        typer.echo(message, err=True)
    return people


def _checked(device: str) -> str:
    """The device, if there is one of this name."""
    available = ("cpu", *(("cuda",) if torch.cuda.is_available() else ()))
    if device not in available:
        raise SettingsError(f"There is no device {device!r} here.", hint=f"Available: {', '.join(available)}.")
    return device


@contextmanager
def _said() -> Iterator[None]:
    """Say an error in one message, and exit with code 2."""
    try:
        yield
    except SarcoscopeError as error:
        Console(stderr=True, highlight=False).print(error_text(error))
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
