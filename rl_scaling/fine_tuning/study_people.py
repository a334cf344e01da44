"""A study's people for fine-tuning: who is trained on, who is held out, and what came of it in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from models.errors import SettingsError
from models.skeleton.kinematics import SkeletonTree
from rl_scaling.fine_tuning.before_after import DECIDES, GAIN, LABELS, LOSS, TRUTHS, Comparison
from rl_scaling.fine_tuning.held_out import Judged, split_people
from rl_scaling.fine_tuning.registration import numbers
from rl_scaling.fine_tuning.study import Study
from rl_scaling.tasks.clip_tasks import FilmedPerson, people_of_clips
from rl_scaling.tasks.clips import load_clips

EXPERIMENTS = Path(__file__).parents[1] / "experiments"
DEFAULT_EXPERIMENTS = {"cpu": EXPERIMENTS / "finetune.toml", "cuda": EXPERIMENTS / "finetune_gpu.toml"}
"""By device: a GPU scales many people in the time of a few."""

# Of people who are left out, in an error.
_MOST_NAMED = 3


@dataclass(frozen=True)
class StudyPeople:
    """A study's clips, ready for fine-tuning.

    Attributes
    ----------
    training : tuple of FilmedPerson
    held_out : tuple of Judged
    study : Study
    messages : tuple of str
        Who was left out, how people were split, and whether they are synthetic.
    """

    training: tuple[FilmedPerson, ...]
    held_out: tuple[Judged, ...]
    study: Study
    messages: tuple[str, ...]


def read_study(tree: SkeletonTree, path: Path, share: float) -> StudyPeople:
    """Read a clips file and split its people.

    Generated people are left out where anybody was filmed. A file of generated people alone is used as what it is, to
    try things out, and is called synthetic wherever it is named.

    Parameters
    ----------
    tree : SkeletonTree
    path : Path
    share : float
        Of the people to be held out.

    Raises
    ------
    MarkerDataError
        The file holds no clips.
    SettingsError
        Too few people can be used.
    """
    clips = load_clips(path)
    synthetic = all(clip.synthetic for clip in clips)
    people, left_out = people_of_clips(tree, clips, generated_too=synthetic)
    try:
        training, held_out = split_people(tree, people, clips, share)
    except SettingsError as error:
        more = [f"And {len(left_out) - _MOST_NAMED} more are left out."] if len(left_out) > _MOST_NAMED else []
        error.message = " ".join([error.message, *left_out[:_MOST_NAMED], *more])
        raise error.within(file=path.name) from None
    study = Study.of(path, clips, [one.person for one in people], len(held_out))
    messages = [
        *left_out,
        *(["Synthetic: all people of the clips file were generated, none was filmed."] if synthetic else []),
        f"{len(training)} people to train on, {len(held_out)} held out, told apart by the SHA-256 of their random "
        "names: the same file is always split alike.",
    ]
    return StudyPeople(training, held_out, study, tuple(messages))


def comparison_table(comparison: Comparison, title: str) -> Table:
    """Before and after, side by side."""
    table = Table(title=title, title_justify="left")
    table.add_column("mean over people")
    for name in ("n", "before", "after", "difference", "95 % interval"):
        table.add_column(name, justify="right", no_wrap=True)
    for place, row in enumerate(numbers(comparison)):
        cells = [escape(row[name]) for name in ("label", "n", "before", "after", "difference")]
        if comparison.rows[place].measure == TRUTHS[0]:
            table.add_section()
        table.add_row(*cells, f"{row['low']} to {row['high']}")
    table.caption = (
        f"Less is better. Above: people of the clips who were held out, their bones not known. Below: "
        f"{comparison.of(TRUTHS[0]).n} simulated people, their truth known."
    )
    return table


def verdict(comparison: Comparison) -> str:
    """What came out, in words."""
    row = comparison.of(DECIDES)
    figures = (
        f"{row.difference:+.2f} mm in the markers of movements not given (95 % interval {row.low:+.2f} to "
        f"{row.high:+.2f} mm, {row.n} held-out people)"
    )
    if comparison.is_better:
        said = f"Better than before: {figures}."
    elif row.low > 0.0:
        said = f"Worse than before: {figures}."
    elif row.high < 0.0:
        said = f"Not better than before: {figures}, less than the {100 * GAIN:g} % that trainings differ by at random."
    else:
        said = f"Not better than before: {figures}; the interval includes no change."
    if comparison.lost:
        what = " and ".join(LABELS[name].partition(" [")[0].lower() for name in comparison.lost)
        return f"{said} Something was lost in general: {what} may have risen by more than {100 * LOSS:g} %."
    return f"{said} Nothing was lost in general: errors against the truth of simulated people rose by less than " + (
        f"{100 * LOSS:g} %."
    )
