import pytest

from models.subject import SubjectMetadata
from pipeline.session.metadata import MAX_METADATA_BYTES, read_metadata


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "sessionMetadata.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_metadata(path)

    return read


def test_current_format(read):
    metadata = read(
        "augmentermodel: v0.3\ncheckerBoard: {placement: Perpendicular}\ngender_mf: Woman\nheight_m: 1.67\n"
        "mass_kg: 60.0\nopenSimModel: LaiUhlrich2022\nsubjectID: Jane\n"
    )
    assert metadata.subject == SubjectMetadata(height_m=1.67, mass_kg=60.0, sex=None, gender_text="Woman")
    assert metadata.model_name == "LaiUhlrich2022"
    assert metadata.warnings == ()
    assert not metadata.synthetic
    assert "Jane" not in repr(metadata)


def test_format_of_2022_gives_sex(read):
    metadata = read("height_m: 1.78\nmass_kg: 72.0\nsex: m\n")
    assert metadata.subject == SubjectMetadata(height_m=1.78, mass_kg=72.0, sex="m")


@pytest.mark.parametrize(
    "gender", ["m", "f", "Man", "Woman", "Transgender", '"Non-Binary/Non-Conforming"'],
)  # fmt: skip
def test_gender_never_becomes_sex(read, gender):
    subject = read(f"height_m: 1.7\ngender_mf: {gender}\n").subject
    assert subject.sex is None
    assert subject.gender_text == gender.strip('"')


@pytest.mark.parametrize(("text", "sex"), [("M", "m"), ("female", "f"), ("unspecified", "unspecified")])
def test_sex_is_read_in_full_words_too(read, text, sex):
    assert read(f"sex: {text}\n").subject.sex == sex


@pytest.mark.parametrize("text", ["x", "1", "true", "[f]"])
def test_unknown_sex_is_not_used_and_said(read, text):
    metadata = read(f"sex: {text}\n")
    assert metadata.subject.sex is None
    assert "or --sex f, m or unspecified)." in metadata.warnings[0]


@pytest.mark.parametrize("text", ["", "None", "null", "nan"])
def test_what_is_not_given_is_no_warning(read, text):
    metadata = read(f"height_m: {text}\nmass_kg: {text}\nsex: {text}\ngender_mf: {text}\n")
    assert metadata.subject == SubjectMetadata()
    assert metadata.warnings == ()


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("height_m: 178", "height_m in sessionMetadata.yaml is 178, which looks like centimetres; metres are expected, "
                          "so it is not used. If so, give 1.78 (form field 'Height', or --height-m)."),
        ("height_m: 1780", "looks like millimetres"),
        ("height_m: 5.9", "looks like feet"),
        ("height_m: 70", "looks like inches"),
        ("height_m: '178 cm'", "height_m in sessionMetadata.yaml is '178 cm', not a plain number in metres; it is not "
                               "used. Give it (form field 'Height', or --height-m)."),
        ("height_m: -1.78", "is -1.78, not plausible for an adult (1 to 2.3 metres)"),
        ("height_m: 0", "not plausible"),
        ("height_m: true", "is True, not a plain number"),
        ("height_m: .inf", "is inf, not a plain number"),
        ("height_m: [1.7]", "is of type list, not a plain number"),
        ("height_m: 2022-02-08", "is of type date, not a plain number"),
        ("mass_kg: 72000", "looks like grams; kilograms are expected, so it is not used. If so, "
                           "give 72 (form field 'Body mass', or --mass-kg)."),
        ("mass_kg: 300", "looks like pounds"),
        ("mass_kg: -60", "not plausible for an adult (25 to 250 kilograms)"),
        ("mass_kg: sixty", "is 'sixty', not a plain number in kilograms"),
        ("mass_kg: 0x" + "f" * 5000, "mass_kg in sessionMetadata.yaml is of type int, not a plain number"),
    ],
)  # fmt: skip
def test_values_that_cannot_be_meant_are_not_used_and_said(read, entry, words):
    metadata = read(entry + "\n")
    assert metadata.subject == SubjectMetadata()
    assert len(metadata.warnings) == 1
    assert words in metadata.warnings[0]


@pytest.mark.parametrize("text", ["'1.78'", "'1,78'", "1,78"])
def test_number_written_as_text_is_read_and_said(read, text):
    metadata = read(f"height_m: {text}\n")
    assert metadata.subject.height_m == 1.78
    assert "is read as 1.78 metres" in metadata.warnings[0]


def test_one_wrong_value_does_not_take_the_others_with_it(read):
    assert read("height_m: 178\nmass_kg: 72\nsex: f\n").subject == SubjectMetadata(mass_kg=72.0, sex="f")


@pytest.mark.parametrize("name", ["Jane", "Jane Doe", "jane"])
def test_the_name_reaches_no_other_text(read, name):
    metadata = read(f"subjectID: {name}\ngender_mf: Jane\nheight_m: Jane is 178\nsex: Jane\n")
    assert "jane" not in repr(metadata).lower()
    assert metadata.person == name


def test_synthetic_must_be_a_plain_yes(read):
    assert read("synthetic: true\n").synthetic
    assert not read("synthetic: 'maybe'\n").synthetic


@pytest.mark.parametrize(
    "text",
    [
        "height_m: [1.7",
        "just a sentence",
        "- 1\n- 2\n",
        "",
        b"\0\1\2",
        "!!python/object/apply:os.system ['true']",
        "height_m: 1.7\n" + "#" * MAX_METADATA_BYTES,
        "[" * 20_000,
        "height_m: 2022-99-99\n",
        "mass_kg: " + "9" * 5000,
        "nothing: of a session\n",
    ],
    ids=range(11),
)
def test_damaged_file_gives_one_warning_and_no_values(read, text):
    metadata = read(text)
    assert metadata.subject == SubjectMetadata()
    assert metadata.warnings == (
        "sessionMetadata.yaml is damaged: height, mass and sex of the participant are not known from it.",
    )


def test_absent_file_says_what_to_give(tmp_path):
    metadata = read_metadata(tmp_path / "sessionMetadata.yaml")
    assert metadata.subject == SubjectMetadata()
    assert "There is no sessionMetadata.yaml" in metadata.warnings[0]


def test_aliases_that_explode_when_written_out_do_no_harm(read):
    levels = "".join(f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9)}]\n" for i in range(1, 12))
    metadata = read(f"x0: &x0 [lol]\n{levels}height_m: *x11\ngender_mf: *x11\nsubjectID: *x11\nsex: *x11\n")
    assert metadata.subject == SubjectMetadata()
