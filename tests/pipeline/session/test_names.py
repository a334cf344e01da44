import pytest

from pipeline.session.names import MAX_NAME_LENGTH, may_hold_a_name, natural_order, safe_name, without_person


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("walk fast_2", "walk fast_2"),
        ("Treppe rückwärts", "Treppe rückwärts"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a/b\\c:d*e?f", "a_b_c_d_e_f"),
        (".hidden", "hidden"),
        ("trailing. ", "trailing"),
        ("con", "_con"),
        ("NUL.trc", "_NUL.trc"),
        ("line\nbreak", "line_break"),
        ("", "trial"),
        ("..", "trial"),
        ("///", "trial"),
        ("x" * 500, "x" * MAX_NAME_LENGTH),
    ],
)
def test_names_that_every_file_system_takes(text, safe):
    assert safe_name(text, "trial") == safe


@pytest.mark.parametrize(
    ("text", "person", "clean"),
    [
        ("jane_walk 2", "Jane", "participant_walk 2"),
        ("Jane1", "jane", "participant1"),
        ("JaneDoe_sts", "Jane Doe", "participant_sts"),
        ("doe squat", "Jane Doe", "participant squat"),
        ("scanning", "Ann", "scanning"),
        ("walk_1", "1", "walk_1"),
        ("gait 2", "gait01", "gait 2"),
        ("walk", "", "walk"),
        ("müller-gang", "Müller", "participant-gang"),
        ("a+b", "(.*)+", "a+b"),
    ],
)
def test_persons_name_is_struck_out_where_it_is_a_word(text, person, clean):
    assert without_person(text, person) == clean


def test_natural_order():
    assert sorted(["walk_10", "walk_2", "Asym", "walk"], key=natural_order) == ["Asym", "walk", "walk_2", "walk_10"]


@pytest.mark.parametrize(
    ("text", "may"),
    [("S12", False), ("gait 7", False), ("subject_03", False), ("AB-1", False), ("Jane", True), ("kim_walk2", True)],
)
def test_words_that_are_not_of_movement_studies_may_be_names(text, may):
    assert may_hold_a_name(text) is may
