import numpy as np
import pytest

from models.errors import MarkerDataError
from models.markers import MarkerTrajectories
from pipeline.files import trc as trc_module
from pipeline.files.markers import read_marker_file
from pipeline.files.trc import read_trc, summarise_trc
from pipeline.files.trc_writer import write_trc
from tests.pipeline.session.session_files import positions, trc_text

NAMES = ("r.ASIS_study", "L.ASIS_study", "C7_study")


def edit_row(text, row, edit):
    """Change the cells of one data row; the first is the last line but n_frames - 1."""
    lines = text.rstrip("\n").split("\n")
    cells = lines[row].rstrip("\t").split("\t")
    lines[row] = "\t".join(edit(cells))
    return "\n".join(lines) + "\n"


@pytest.fixture
def trc(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "walk.trc"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


@pytest.mark.parametrize(
    "variant",
    [
        {},
        {"path_line": None},
        {"path_line": "PathFileType\t4\t(X/Y/Z)\tH:\\walk.trc"},
        {"blank_line": False},
        {"trailing_tab": False},
        {"newline": "\r\n"},
        {"newline": "\r"},
        {"n_frames_header": 999},
        {"n_markers_header": 1},
    ],
    ids=str,
)
def test_every_header_variant_gives_the_same_markers(trc, variant):
    markers = read_trc(trc(trc_text(NAMES, **variant)))
    assert markers.names == NAMES
    np.testing.assert_allclose(markers.positions_m, positions(4, 3), atol=1e-9)
    np.testing.assert_allclose(markers.time_s, np.arange(4) / 60, atol=1e-12)


@pytest.mark.parametrize(("units", "factor"), [("m", 1), ("cm", 0.01), ("mm", 0.001), ("MM", 0.001)])
def test_units_become_metres(trc, units, factor):
    markers = read_trc(trc(trc_text(NAMES, units=units)))
    np.testing.assert_allclose(markers.positions_m, factor * positions(4, 3), rtol=1e-9)


def test_mixed_line_endings_as_in_the_2022_field_study(trc):
    lines = trc_text(NAMES).split("\n")
    mixed = "\n".join(line + "\r" if index in (1, 4) else line for index, line in enumerate(lines))
    np.testing.assert_allclose(read_trc(trc(mixed)).positions_m, positions(4, 3), atol=1e-9)


def test_latin_1_in_the_path_does_not_stop_reading(trc):
    text = trc_text(NAMES, path_line="PathFileType\t4\t(X/Y/Z)\tC:/Gänge/Müller.trc")
    assert read_trc(trc(text, "latin-1")).n_frames == 4


def test_padded_cells_and_byte_order_mark(trc):
    text = "\ufeff" + edit_row(trc_text(NAMES), -1, lambda cells: [f"  {cell} " for cell in cells])
    np.testing.assert_allclose(read_trc(trc(text)).positions_m, positions(4, 3), atol=1e-9)


@pytest.mark.parametrize("nothing", ["", " ", "NaN", "nan"])
def test_blank_cells_are_gaps_not_zeros(trc, nothing):
    text = edit_row(trc_text(NAMES), -2, lambda cells: [*cells[:5], nothing, nothing, nothing, *cells[8:]])
    gap = np.isnan(read_trc(trc(text)).positions_m)
    assert gap[2, 1].all()
    assert gap.sum() == 3


def test_blank_last_marker_is_a_gap_with_and_without_trailing_tab(trc):
    for tail in ([""], []):
        text = edit_row(trc_text(NAMES), -1, lambda cells, tail=tail: [*cells[:-3], "", "", "", *tail])
        assert np.isnan(read_trc(trc(text)).position_m("C7_study")[-1]).all()


def test_marker_that_is_never_seen_stays_nan(trc):
    text = trc_text(NAMES)
    for row in range(-4, 0):
        text = edit_row(text, row, lambda cells: [*cells[:2], "NaN", "NaN", "NaN", *cells[5:]])
    markers = read_trc(trc(text))
    assert np.isnan(markers.position_m("r.ASIS_study")).all()
    assert np.isfinite(markers.position_m("C7_study")).all()


def test_rounded_time_stamps_do_not_change_the_frame_rate(trc):
    rounded = read_trc(trc(trc_text(NAMES, n_frames=40, rate_hz=150, time_format="{:.3f}", start_s=2)))
    assert rounded.rate_hz == pytest.approx(150, rel=1e-9)
    assert rounded.time_s[0] == 2


def test_dropped_frame_stays_in_the_time_column(trc):
    lines = trc_text(NAMES, n_frames=10, rate_hz=100, time_format="{:.3f}").split("\n")
    del lines[-5]
    markers = read_trc(trc("\n".join(lines)))
    assert np.max(np.diff(markers.time_s)) == pytest.approx(0.02)


def test_header_rate_that_contradicts_time_is_not_believed(trc):
    text = trc_text(NAMES, rate_hz=60).replace("60\t60", "120\t120")
    assert read_trc(trc(text)).rate_hz == pytest.approx(60, rel=1e-4)


def test_subject_prefix_is_cut_off(trc):
    assert read_trc(trc(trc_text(("Jane:LASI", "Jane:RASI")))).names == ("LASI", "RASI")


def test_missing_column_names_line_and_counts(trc):
    text = edit_row(trc_text(NAMES), -1, lambda cells: cells[:-1])
    with pytest.raises(MarkerDataError) as caught:
        read_trc(trc(text))
    assert "Line 10 of the marker file holds 10 columns; 11 are expected" in caught.value.message
    assert "separated by tabs" in caught.value.hint
    assert caught.value.context["file"] == "walk.trc"


def test_extra_column_is_refused(trc):
    text = edit_row(trc_text(NAMES), -1, lambda cells: [*cells, "1.0"])
    with pytest.raises(MarkerDataError, match="holds 12 columns; 11 are expected"):
        read_trc(trc(text))


def test_file_cut_in_the_middle_of_a_line(trc):
    with pytest.raises(MarkerDataError, match=r"Line 10 .* cut short"):
        read_trc(trc(trc_text(NAMES)[:-40]))


@pytest.mark.parametrize(
    ("cell", "column", "words"),
    [
        ("abc", 5, r"holds 'abc' for marker L\.ASIS_study"),
        ("inf", 2, r"holds 'inf' for marker r\.ASIS_study"),
        ("1,5", 8, "decimal point, not a comma"),
        ("later", 1, "holds 'later' for the time column"),
        ("", 1, "Line 9 of the marker file has no time"),
    ],
)
def test_cells_that_are_no_numbers_are_named(trc, cell, column, words):
    text = edit_row(trc_text(NAMES), -2, lambda cells: [*cells[:column], cell, *cells[column + 1 :]])
    with pytest.raises(MarkerDataError, match=words):
        read_trc(trc(text))


@pytest.mark.parametrize("time", ["0.0000000", "-1.0"])
def test_time_that_does_not_increase_names_the_line(trc, time):
    text = edit_row(trc_text(NAMES), -2, lambda cells: [cells[0], time, *cells[2:]])
    with pytest.raises(MarkerDataError, match="Time does not increase on line 9"):
        read_trc(trc(text))


def test_repeated_marker_names_are_listed(trc):
    with pytest.raises(MarkerDataError, match="Marker names repeat: C7_study"):
        read_trc(trc(trc_text(("C7_study", "r.ASIS_study", "C7_study"))))


def test_marker_name_missing_from_the_header(trc):
    with pytest.raises(MarkerDataError, match="names 2 markers, but line 5 labels 9 coordinates; 6 are expected"):
        read_trc(trc(trc_text(NAMES).replace("L.ASIS_study", "")))


def test_names_of_virtual_markers_without_columns_are_passed_over(trc):
    lines = trc_text(NAMES).split("\n")
    lines[3] = lines[3].rstrip("\t") + "\t\t\tV_Knee\t\t\tV_Hip\t\t\t"
    markers = read_trc(trc("\n".join(lines)))
    assert markers.names == NAMES
    np.testing.assert_allclose(markers.positions_m, positions(4, 3), atol=1e-9)


def test_virtual_markers_with_empty_columns_may_share_a_name(trc):
    lines = trc_text(NAMES).split("\n")
    lines[3] = lines[3].rstrip("\t") + "\t\t\tV_Knee\t\t\tV_Knee\t\t\t"
    n = len(NAMES)
    lines[4] += "\t" + "\t".join(f"{axis}{number}" for number in (n + 1, n + 2) for axis in "XYZ")
    lines[5:] = [line + "\t" * 6 if line.strip() else line for line in lines[5:]]
    markers = read_trc(trc("\n".join(lines)))
    assert markers.names == NAMES
    np.testing.assert_allclose(markers.positions_m, positions(4, 3), atol=1e-9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dear colleague,\nplease find the data attached.\n", "not a TRC marker file"),
        ("", "The file is empty"),
        ("\n\n", "The file is empty"),
        (b"PathFileType\0\0\0\0", "not text"),
        (trc_text(NAMES, units="inch"), "coordinates in 'inch'"),
        (trc_text(NAMES, units=""), "names no unit"),
        (trc_text(NAMES, n_frames=0), "holds no frames"),
        (trc_text(()), "names no markers"),
        (trc_text(NAMES).replace("\t", " "), "separated by tabs|not a TRC"),
    ],
)
def test_what_is_no_trc_is_refused_by_both_readers(trc, text, words):
    for read in (read_trc, summarise_trc):
        with pytest.raises(MarkerDataError, match=words) as caught:
            read(trc(text))
        assert caught.value.context["file"] == "walk.trc"
        assert caught.value.hint


def test_large_file_is_refused_unread(trc, monkeypatch):
    monkeypatch.setattr(trc_module, "MAX_TRC_BYTES", 100)
    with pytest.raises(MarkerDataError, match="large"):
        read_trc(trc(trc_text(NAMES)))


def test_absent_file(tmp_path):
    with pytest.raises(MarkerDataError, match="cannot be read"):
        read_trc(tmp_path / "absent.trc")


def test_unknown_suffix_names_the_accepted_ones(tmp_path):
    with pytest.raises(MarkerDataError, match=r"Accepted: \.trc, \.c3d"):
        read_marker_file(tmp_path / "walk.csv")


def test_summary_tells_header_and_content_apart(trc):
    text = trc_text(NAMES, n_frames=5, n_frames_header=99, n_markers_header=7, rate_hz=60)
    summary = summarise_trc(trc(text.replace("60\t60", "120\t120")))
    assert summary.names == NAMES
    assert (summary.announced_frames, summary.n_frames) == (99, 5)
    assert summary.announced_markers == 7
    assert summary.rate_hz == 120
    assert summary.measured_rate_hz == pytest.approx(60, rel=1e-4)


@pytest.mark.parametrize(
    ("recording", "n_frames", "n_markers", "rate_hz"),
    [
        ("opencap_nmd_walk120hz_mit/example_joint_position_timeseries_walk.trc", 835, 63, 120),
        ("lab_bmc_gait_ccby/walk.trc", 184, 28, 150),
        ("lab_opencap_labvalidation_subject4_nimble/MarkerData/STS1.trc", 1399, 51, 100),
        ("opencap_grf_templates_apache/TemplateTRC_forGaitDynamics.trc", 522, 63, 60),
    ],
)
def test_real_files(shared_data, recording, n_frames, n_markers, rate_hz):
    markers = read_trc(shared_data(recording))
    assert markers.positions_m.shape == (n_frames, n_markers, 3)
    assert markers.rate_hz == pytest.approx(rate_hz, rel=1e-6)
    # Metres: the highest marker is at the iliac crest at least (lower-body sets) and below an adult's height.
    assert 0.9 < np.nanmedian(np.nanmax(markers.positions_m[:, :, 1], axis=1)) < 2.2


def test_what_is_written_is_read_again_with_its_gaps_and_its_rate(tmp_path):
    places_m = positions(5, 3)
    places_m[2, 1] = np.nan
    markers = MarkerTrajectories(NAMES, places_m, 0.5 + np.arange(5) / 120.0)
    write_trc(tmp_path / "new" / "walk.trc", markers, source="nowhere", decimals=6)
    again = read_trc(tmp_path / "new" / "walk.trc")
    assert again.names == NAMES
    np.testing.assert_allclose(again.positions_m, places_m, atol=6e-7)
    np.testing.assert_allclose(again.time_s, markers.time_s, atol=1e-6)
    assert summarise_trc(tmp_path / "new" / "walk.trc").rate_hz == 120.0
