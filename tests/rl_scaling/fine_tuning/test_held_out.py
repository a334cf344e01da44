"""Who is held out of fine-tuning: people and not clips, the same each time, and judged on what was not given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.errors import SettingsError
from rl_scaling.fine_tuning.held_out import FEWEST, Judged, given_tasks, split_people, standing_tasks, unseen_tasks
from rl_scaling.tasks.clip_tasks import people_of_clips
from rl_scaling.tasks.clips import MarkerClip
from tests.rl_scaling.study_people import TREE, clips_of_people


def split(clips: tuple[MarkerClip, ...], share: float = 0.2) -> tuple[list[str], tuple[Judged, ...]]:
    training, judged = split_people(TREE, people_of_clips(TREE, clips)[0], clips, share)
    return [one.person for one in training], judged


def test_people_are_split_alike_in_any_order_and_each_is_on_one_side() -> None:
    clips = clips_of_people(14)
    training, judged = split(clips)
    assert len(judged) == FEWEST == 5
    assert len(set(training)) == len(training) == 9
    heights = {clip.person: clip.subject for clip in clips}
    assert {one.subject for one in judged}.isdisjoint(heights[person] for person in training)
    backwards, _ = split(clips[::-1])
    assert set(backwards) == set(training)
    more, judged_more = split(clips, 0.5)
    assert len(judged_more) == 7
    assert set(more) < set(training)


def frames_of(clip: MarkerClip) -> set[bytes]:
    return {np.round(frame, 4).tobytes() for frame in clip.positions_m}


def test_the_movement_that_judges_is_never_given() -> None:
    clips = clips_of_people(14)
    _, judged = split(clips)
    kept_back = set()
    for one in judged:
        own = [clip for clip in clips if clip.subject == one.subject and not clip.static]
        unseen = {np.round(frame, 4).tobytes() for frame in one.unseen_m}
        given = {np.round(frame, 4).tobytes() for frame in one.given_m[1:]}
        (judging,) = [clip for clip in own if unseen <= frames_of(clip)]
        assert not given & frames_of(judging)
        assert len(given) == len(unseen) == 10
        kept_back.add(judging.clip.partition("-")[2])
    # Not always the last of the session.
    assert kept_back == {"squat", "gait"}


def test_of_one_movement_the_second_half_judges() -> None:
    clips = clips_of_people(10, ("squat",))
    _, judged = split(clips)
    for one in judged:
        (squat,) = [clip for clip in clips if clip.subject == one.subject and not clip.static]
        first, second = (replace(squat, positions_m=part) for part in np.split(squat.positions_m, 2))
        assert {np.round(frame, 4).tobytes() for frame in one.given_m[1:]} <= frames_of(first)
        assert {np.round(frame, 4).tobytes() for frame in one.unseen_m} <= frames_of(second)


def test_people_with_fewer_frames_show_nothing_in_the_others() -> None:
    clips = tuple(
        replace(clip, positions_m=clip.positions_m[:3]) if clip.clip.startswith(("p1-", "p3-")) else clip
        for clip in clips_of_people(10)
    )
    _, judged = split(clips, 0.5)
    given, standing, unseen = (tasks(TREE, judged) for tasks in (given_tasks, standing_tasks, unseen_tasks))
    assert given.markers_m.shape[:2] == (5, 11)
    assert standing.markers_m.shape[:2] == (5, 1)
    assert unseen.markers_m.shape[:2] == (5, 10)
    for row, one in enumerate(judged):
        assert int(unseen.markers_m[row].isfinite().all(dim=(1, 2)).sum()) == len(one.unseen_m)


def test_too_few_people_are_refused_with_the_least_number() -> None:
    with pytest.raises(SettingsError, match="9 people can be used, and 10 are needed: 5 to train on, 5 to be held out"):
        split(clips_of_people(9))
    standing = tuple(clip for clip in clips_of_people(14) if clip.static or int(clip.person[1:]) < 4)
    with pytest.raises(SettingsError, match=r"5 of 14 people cannot be held out: 4 have a movement.*Export movements"):
        split(standing)
    with pytest.raises(SettingsError, match=r"9 of 12 people cannot be held out: 9 have.*5 must be left to train on"):
        split(clips_of_people(12), 0.75)
