"""Counts and times of repetitions."""

from __future__ import annotations

from collections.abc import Iterator

from assessment.indicators.base import Indicator, TrialResults
from pipeline.quality import Quality

FIVE = 5


def compute(results: TrialResults) -> Iterator[Indicator]:
    """Number and duration of repetitions; five-times sit-to-stand time."""
    if results.activity.name not in ("sit-to-stand", "squat"):
        return
    yield results.indicator("number_of_repetitions", float(len(results.complete_repetitions)))
    for repetition in results.complete_repetitions:
        if results.activity.name == "squat" or "sit" in repetition.events:
            yield results.indicator("repetition_duration", repetition.duration_s, repetition=repetition.index)
    if results.activity.name == "sit-to-stand":
        for repetition in results.complete_repetitions:
            rise_s = repetition.events["stand"] - repetition.events["rise_start"]
            yield results.indicator("rise_duration", rise_s, repetition=repetition.index)
        yield _five_times(results)


def _five_times(results: TrialResults) -> Indicator:
    """Time of the first five complete rises that follow each other without a failed attempt."""
    name = "five_times_sit_to_stand_time"
    repetitions = results.repetitions
    for first in range(len(repetitions) - FIVE + 1):
        five = repetitions[first : first + FIVE]
        if all(repetition.complete for repetition in five):
            value = five[-1].events["stand"] - five[0].events["rise_start"]
            quality = _hands(results, five[0].events["rise_start"], five[-1].events["stand"])
            if len(repetitions) > FIVE:
                quality &= Quality.caution(
                    f"The trial holds {len(repetitions)} rises, complete or not; the time is that of rises "
                    f"{five[0].index} to {five[-1].index}."
                )
            return results.indicator(name, value, quality)
    count = len(results.complete_repetitions)
    failed = len(repetitions) - count
    attempts = f" and {failed} incomplete attempt{'s' if failed > 1 else ''}" if failed else ""
    return results.indicator(
        name,
        None,
        Quality.withheld(
            f"The test asks for five complete rises in a row; this trial shows {count} complete "
            f"rise{'' if count == 1 else 's'}{attempts}."
        ),
    )


def _hands(results: TrialResults, start_s: float, stop_s: float) -> Quality:
    """Caution where hands may have helped: the test asks for folded arms (SPPB)."""
    supports = () if results.forces is None else results.forces.hand_supports
    helped = [support.text for support in supports if support.start_s < stop_s and support.stop_s > start_s]
    return Quality.caution("The test asks for folded arms.", *helped) if helped else Quality()
