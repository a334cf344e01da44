"""Reasons counted together: what differs between people goes, what is the same for all stays."""

from __future__ import annotations

import pandas as pd
import pytest

from assessment.cohort.reasons import cause_of, causes, counted, frequent_reasons, without_names
from tests.assessment.cohort.failure_table import table_of


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
        "Wait until https://app.opencap.ai shows the trials as done.",
        "Paths must stay inside, with / between folders.",
    )
    assert list(without_names(table)) == [
        "…/…: … has no feet.",
        "Cannot read …: it is empty.",
        "Cannot read … (empty).",
        "Speed is 1.2 m/s, kimono is a word.",
        "Wait until https://app.opencap.ai shows the trials as done.",
        "Paths must stay inside, with / between folders.",
    ]


def test_a_visit_called_by_a_number_leaves_the_numbers_of_a_text_alone() -> None:
    assert list(without_names(failures("Height 1.65 m, accepted: 1 to 2.3.").assign(visit="1"))) == [
        "Height 1.65 m, accepted: 1 to 2.3."
    ]


def test_one_cause_in_two_sessions_is_one_text() -> None:
    assert set(causes(failures("Trial Squats_3 has 3 frames.", "Trial STS1 has 12 frames."))) == {
        "Trial … has … frames."
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "The worker process ended unexpectedly (exit code -6).",
            "The worker process ended unexpectedly (exit code 9).",
        ),
        ("No frame holds a position of r_toe_study, l_toe_study.", "No frame holds a position of C7."),
        ("Trial 'walk 2' has 12.3 s at 60 Hz.", "Trial 'gait' has 3 s at 120 Hz."),
        ("P001_a and S7 differ.", "P002 differ."),
    ],
)
def test_messages_that_differ_in_numbers_and_names_have_one_cause(one: str, other: str) -> None:
    assert cause_of(one) == cause_of(other)


def test_other_words_are_another_cause() -> None:
    assert cause_of("The trial is too short.") != cause_of("The trial is too long.")


def test_the_most_frequent_reasons_come_first_with_an_example() -> None:
    first, second = frequent_reasons(table_of("No file.", "Ended with code 6.", "Ended with code 9."))
    assert (first.visits, first.trials, first.text, first.example) == (2, 0, "Ended with code …", "P1/V1")
    assert (second.visits, second.text, second.hint, second.example) == (1, "No file.", "Try again.", "P0/V1")


def test_numbers_stay_where_all_failures_share_them() -> None:
    (reason,) = frequent_reasons(table_of("At most 30 s are read.", walk="At most 30 s are read."))
    assert (reason.visits, reason.trials, reason.text) == (1, 1, "At most 30 s are read.")


def test_reasons_with_different_remedies_are_two() -> None:
    table = table_of("No file.", "No file.")
    table.loc[1, "hint"] = "Look again."
    assert len(frequent_reasons(table)) == 2


def test_nothing_failed() -> None:
    assert frequent_reasons(table_of()) == []
