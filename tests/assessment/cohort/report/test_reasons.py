"""Reasons counted together: what differs between people goes, what is the same for all stays."""

from __future__ import annotations

import pandas as pd

from assessment.cohort.report.reasons import causes, counted, without_names


def test_reasons_that_differ_in_a_number_are_one_and_keep_what_all_share() -> None:
    found = counted(
        [
            ("Marker error: 4.2 cm (at most 3 cm is expected).", 2),
            ("Marker error: 5 cm (at most 3 cm is expected).", 1),
            ("The trial is short.", 4),
        ]
    )
    assert found == [("The trial is short.", 4), ("Marker error: … cm (at most 3 cm is expected).", 3)]


def test_numbers_that_are_part_of_a_word_are_no_numbers() -> None:
    assert counted([("L5 hidden.", 1), ("L4 hidden.", 1)]) == [("L4 hidden.", 1), ("L5 hidden.", 1)]


def failures(*reasons: str) -> pd.DataFrame:
    row = {"participant": "kim", "visit": "V1", "trial": "walk_1", "kind": "SessionReadError"}
    return pd.DataFrame([row | {"reason": reason} for reason in reasons])


def test_codes_names_of_trials_and_paths_are_taken_out() -> None:
    table = failures(
        "kim/V1: walk_1 has no feet.",
        "Cannot read /data/hong gil dong/a.trc: it is empty.",
        r"Cannot read C:\hong gildong\a.trc (empty).",
        "Speed is 1.2 m/s, kimono is a word.",
    )
    assert list(without_names(table)) == [
        "…/…: … has no feet.",
        "Cannot read …: it is empty.",
        "Cannot read … (empty).",
        "Speed is 1.2 m/s, … is a word.".replace("…", "kimono"),
    ]


def test_one_cause_in_two_sessions_is_one_text() -> None:
    assert set(causes(failures("Trial Squats_3 has 3 frames.", "Trial STS1 has 12 frames."))) == {
        "Trial … has … frames."
    }
